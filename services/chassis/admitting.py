"""Who may give orders over HTTP: whoever has an API key; on loopback, where no keys are set, anybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import HTTPException, Request, Security
from fastapi.security import HTTPBearer

from services.chassis.api_keys import ApiKeys, KeyMissingError, KeyUnknownError, is_loopback

Admitting = Callable[..., Awaitable[None]]


def only_known(keys: ApiKeys, host: str, refusal: str) -> Admitting:
    """What routes depend on: 401 without a key, 403 with an unknown one, `refusal` where none is set beyond loopback.

    Who was let in stands in `request.state.caller`: the digest of the key, or nobody's empty name.
    """

    async def admit(request: Request, _: Annotated[object, Security(HTTPBearer(auto_error=False))]) -> None:
        if not keys and not is_loopback(host):
            raise HTTPException(HTTPStatus.FORBIDDEN, refusal)
        try:
            request.state.caller = keys.who(request.headers.get("authorization"))
        except KeyMissingError:
            challenge = {"www-authenticate": "Bearer"}
            raise HTTPException(HTTPStatus.UNAUTHORIZED, "an API key is needed: Authorization: Bearer <key>", challenge) from None
        except KeyUnknownError:
            raise HTTPException(HTTPStatus.FORBIDDEN, "this API key is not known") from None

    return admit
