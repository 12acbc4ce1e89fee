"""The HTTP side: addresses are registered, verified, changed, paused and removed; deliveries are seen, repeated and discarded."""

from __future__ import annotations

from collections.abc import Awaitable
from http import HTTPStatus
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from pydantic import SecretStr

from services.chassis.admitting import only_known
from services.chassis.api_keys import ApiKeys
from services.chassis.passing import is_passing
from services.webhooks.asking import Change, Deliveries, Done, NewSecret, Pinged, Registered, Registration, Secret, Webhook
from services.webhooks.register import RefusedError, Register, UnknownError

T = TypeVar("T")
Settled = Literal["redeliver", "discard"]
Shown = Literal["waiting", "sending", "delivered", "dead", "discarded"]
WebhookId = Annotated[str, Path(description="as it was answered when the address was registered")]
DeliveryId = Annotated[int, Path(description="as the list of deliveries has it")]
Deed = Annotated[Settled, Path(description="deliver it once more, or give it up")]
_WHY = {
    401: "an API key is needed",
    403: "this API key is not known, or nobody may register from beyond loopback without keys",
    404: "no such webhook or delivery",
    422: "something in the request is not as it should be; `detail` names it",
    503: "Postgres or Kafka is away: see Retry-After",
}
RESPONSES: dict[int | str, dict[str, Any]] = {code: {"description": why} for code, why in _WHY.items()}


def router(register: Register, keys: ApiKeys, host: str) -> APIRouter:
    """The routes; `host` is where the service listens."""
    allowed = only_known(keys, host, "beyond loopback webhooks need an API key: set DAYBOOK_WEBHOOK_KEYS")
    routes = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], dependencies=[Depends(allowed)], responses=RESPONSES)
    _addresses(routes, register)
    _deliveries(routes, register)
    return routes


def _addresses(routes: APIRouter, register: Register) -> None:
    @routes.post("", status_code=HTTPStatus.CREATED)
    async def post_webhook(asked: Registration) -> Registered:
        """Register an address. The answer holds the secret, which is told this once. Ping it, and deliveries begin."""
        return await _answered(register.add(asked))

    @routes.get("")
    async def get_webhooks() -> list[Webhook]:
        """All addresses, the oldest first."""
        return await _answered(register.every())

    @routes.get("/{webhook_id}")
    async def get_webhook(webhook_id: WebhookId) -> Webhook:
        """One address."""
        return await _answered(register.one(webhook_id))

    @routes.patch("/{webhook_id}")
    async def patch_webhook(webhook_id: WebhookId, asked: Change) -> Webhook:
        """Change an address or its filters; what is queued stays. Another url has to take a ping first."""
        return await _answered(register.change(webhook_id, asked))

    @routes.delete("/{webhook_id}", status_code=HTTPStatus.NO_CONTENT)
    async def delete_webhook(webhook_id: WebhookId) -> None:
        """Remove an address, and with it what waits for it."""
        await _answered(register.remove(webhook_id))

    @routes.post("/{webhook_id}/ping")
    async def post_ping(webhook_id: WebhookId) -> Pinged:
        """Post a signed ping. One that is answered with 2xx verifies the address; of one that is verified it is a test."""
        return await _answered(register.ping(webhook_id))

    @routes.post("/{webhook_id}/pause")
    async def post_pause(webhook_id: WebhookId) -> Webhook:
        """Deliver nothing until it is resumed; changes are kept."""
        return await _answered(register.pause(webhook_id))

    @routes.post("/{webhook_id}/resume")
    async def post_resume(webhook_id: WebhookId) -> Webhook:
        """Go on where it was paused, or where it answered 410."""
        return await _answered(register.resume(webhook_id))

    @routes.post("/{webhook_id}/secret")
    async def post_secret(webhook_id: WebhookId, asked: NewSecret | None = None) -> Secret:
        """Change the secret. For a while deliveries are signed with the former one, too."""
        return await _answered(register.rotate(webhook_id, _plain(asked.secret) if asked else None))


def _deliveries(routes: APIRouter, register: Register) -> None:
    @routes.get("/{webhook_id}/deliveries")
    async def get_deliveries(
        webhook_id: WebhookId,
        state: Annotated[Shown | None, Query(description="only those that stand so")] = None,
        before: Annotated[int | None, Query(ge=0, le=2**62, description="only those before this one: `next` of the answer before")] = None,
        limit: Annotated[int, Query(ge=1, le=500, description="most deliveries in one answer")] = 50,
    ) -> Deliveries:
        """Deliveries to an address, the latest first; dead letters with `state=dead`."""
        found = await _answered(register.deliveries(webhook_id, state, before, limit))
        return Deliveries(deliveries=tuple(found), next=found[-1].delivery_id if len(found) == limit else None)

    @routes.post("/{webhook_id}/deliveries/{delivery_id}/{deed}")
    async def post_deed(webhook_id: WebhookId, delivery_id: DeliveryId, deed: Deed) -> Done:
        """Deliver once more, or give up what is dead or waits."""
        return Done(deliveries=await _answered(register.settle(webhook_id, deed, delivery_id)))

    @routes.post("/{webhook_id}/dead/{deed}")
    async def post_dead(webhook_id: WebhookId, deed: Deed) -> Done:
        """The same for all dead letters of an address."""
        return Done(deliveries=await _answered(register.settle(webhook_id, deed, None)))


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


async def _answered(work: Awaitable[T]) -> T:
    try:
        return await work
    except RefusedError as error:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    except UnknownError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from error
    except Exception as error:
        if not is_passing(error):
            raise
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "Postgres or Kafka is away; ask again later", {"retry-after": "2"}) from error
