"""Who asks: by an API key, by a token, or, where nobody needs to say so, by address."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.api_keys import HOW, ApiKeys, BadKeysError, KeyMissingError, KeyUnknownError, is_loopback
from services.chassis.tokens import TokenRefusedError, Tokens

PARTS_OF_A_TOKEN = 3
SHOWN = 16  # digits of a digest: tells keys apart


class RefusedError(Exception):
    """Nobody is let in by this. `status` and `challenge` are of RFC 6750."""

    def __init__(self, status: int, detail: str, challenge: str = "") -> None:
        super().__init__(detail)
        self.status, self.challenge = status, challenge


@dataclass(frozen=True, slots=True)
class Callers:
    """Who is let in. With neither keys nor tokens, anybody."""

    keys: ApiKeys
    tokens: Tokens | None

    async def who(self, authorization: str | None, address: str) -> str:
        """A name for the caller, which holds no secret.

        Raises:
            RefusedError: the header `authorization` says nobody who is let in.
            ProviderAwayError: whether the token lets in can't be said at present.
        """
        scheme, _, secret = (authorization or "").partition(" ")
        if self.tokens and scheme.lower() == "bearer" and len(secret.split(".")) == PARTS_OF_A_TOKEN:
            return await self._by_token(self.tokens, secret.strip())
        if self.tokens and not self.keys:
            raise RefusedError(401, "a token is needed: Authorization: Bearer <token>", "Bearer")
        return self._by_key(authorization) or f"address {address}"

    async def _by_token(self, tokens: Tokens, token: str) -> str:
        try:
            return f"subject {await tokens.who(token)}"
        except TokenRefusedError as error:
            raise RefusedError(401, f"this token lets nobody in: {error}", 'Bearer error="invalid_token"') from error

    def _by_key(self, authorization: str | None) -> str:
        try:
            digest = self.keys.who(authorization)
        except KeyMissingError:
            raise RefusedError(401, "an API key is needed: Authorization: Bearer <key>", "Bearer") from None
        except KeyUnknownError:
            raise RefusedError(403, "this API key is not known") from None
        return f"key {digest[:SHOWN]}" if digest else ""


def need_callers(callers: Callers, host: str, variable: str) -> None:
    """Beyond loopback somebody has to say who asks.

    Raises:
        BadKeysError: the service would answer anybody; the message says what to do about it.
    """
    if callers.keys or callers.tokens or is_loopback(host):
        return
    todo = f"set {variable} to the SHA-256 of each key ({HOW}), or DAYBOOK_OIDC_ISSUER and DAYBOOK_OIDC_AUDIENCE, or listen on 127.0.0.1"
    raise BadKeysError(f"listening on {host or 'all addresses'} needs API keys or tokens, or anybody may ask: {todo}")
