"""Bearer tokens of an OpenID Connect provider: JWTs that it signed for us, and that still hold. Its keys are fetched when needed."""

from __future__ import annotations

import asyncio

import jwt

from services.chassis.api_keys import BadKeysError
from services.chassis.issuer import IssuerKeys, is_safe

# Signatures by a key that only the provider holds. By a shared one, whoever knows the published key could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
NEEDED = ("exp", "iss", "aud", "sub")
LEEWAY_SECONDS = 30  # between two clocks
LONGEST = 16_384  # characters


class TokenRefusedError(Exception):
    """The token is not one that lets its bearer in; the message says why, and repeats nothing of it."""


class ProviderAwayError(Exception):
    """The provider's keys can't be fetched at present."""


class Tokens:
    """Tokens of one issuer for one audience."""

    def __init__(self, issuer: str, audience: str, keys_url: str = "") -> None:
        """`keys_url`: where its keys are, as a JWK set (RFC 7517); without it the issuer is asked, by OpenID Connect Discovery.

        Raises:
            BadKeysError: issuer or audience is missing, or what is to be fetched has no https address.
        """
        if not (issuer and audience and is_safe(keys_url or issuer)):
            raise BadKeysError("tokens need an issuer and an audience, and an https address: the issuer's own, or that of its keys")
        self._issuer, self._audience = issuer, audience
        self._keys = IssuerKeys(issuer, keys_url)

    async def who(self, token: str) -> str:
        """The subject that a token was made out to.

        Raises:
            TokenRefusedError: it does not let anybody in.
            ProviderAwayError: whether it does can't be said at present.
        """
        if len(token) > LONGEST:
            raise TokenRefusedError("it is too long")
        return await asyncio.to_thread(self._who, token)  # fetching keys waits for another server

    def _who(self, token: str) -> str:
        try:
            key = self._keys.get_signing_key_from_jwt(token)
            told = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_SECONDS,
                options={"require": list(NEEDED)},
            )
        except jwt.PyJWKClientConnectionError as error:
            raise ProviderAwayError("the keys of the tokens' issuer can't be fetched") from error
        except (jwt.PyJWTError, ValueError) as error:
            raise TokenRefusedError(str(error)) from error
        return str(told["sub"])
