"""Secrets as they lie in Postgres: sealed by a key from the settings, or, where none is set, in the clear.

Each delivery is signed with the secret, so it has to be opened again: no digest will do. Sealing is Fernet's (AES-128-CBC and HMAC-SHA256),
by the library `cryptography`. Of several keys the first one seals, and any opens, so that keys can be changed while deliveries go on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from cryptography.fernet import Fernet, InvalidToken

from services.chassis.errors import Halt
from services.chassis.queries import queries
from services.webhooks.settings import WebhookSettings
from services.webhooks.signing import PREFIX, key_of

SQL = queries(Path(__file__).parent / "sql" / "sealing.sql")
VARIABLE = "DAYBOOK_WEBHOOK_SEALING_KEYS"
HOW = "openssl rand -base64 32"


class BadSealError(ValueError):
    """A key of the settings cannot be used; the message says what to do, and does not repeat it."""


class Seal:
    """Seals secrets and opens them."""

    def __init__(self, keys: Sequence[str] = ()) -> None:
        """`keys`: 32 bytes each, in base64; none: secrets are kept as they are.

        Raises:
            BadSealError: one is no such key.
        """
        try:
            self._keys = [Fernet(key.replace("+", "-").replace("/", "_")) for key in keys]
        except ValueError as error:
            raise BadSealError(f"{VARIABLE}: each key is 32 random bytes in base64: {HOW}") from error
        self._newest = self._keys[0] if self._keys else None

    def __bool__(self) -> bool:
        return self._newest is not None

    def seal(self, secret: str) -> str:
        """What is put into Postgres."""
        return self._newest.encrypt(secret.encode()).decode() if self._newest else secret

    def keys(self, *kept: str | None) -> list[bytes]:
        """What deliveries are signed with, of secrets as they lie there.

        Raises:
            Halt: none of the keys opens one of them.
        """
        return [key_of(self._opened(one)[0]) for one in kept if one]

    def anew(self, kept: str | None) -> str | None:
        """Sealed by the first key, whatever it was sealed by before; what is already is left as it is.

        Raises:
            Halt: none of the keys opens it.
        """
        if kept is None:
            return None
        secret, by = self._opened(kept)
        return kept if by is self._newest else self.seal(secret)

    def _opened(self, kept: str) -> tuple[str, Fernet | None]:
        """The secret, and what had sealed it: nothing, if it was put there while there was no key."""
        if kept.startswith(PREFIX):
            return kept, None
        for key in self._keys:
            with contextlib.suppress(InvalidToken):
                return key.decrypt(kept).decode(), key
        raise Halt(f"secrets of webhooks are sealed by a key that is not given: add it to {VARIABLE}")


def seal_of(settings: WebhookSettings) -> Seal:
    """By the keys of the settings, those of the variable before those of the file.

    Raises:
        BadSealError: one is no key, or the file can't be read.
    """
    return Seal([*settings.sealing_keys.get_secret_value().replace(",", " ").split(), *_in_file(settings.sealing_keys_file)])


def _in_file(path: str) -> list[str]:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines() if path else []
    except (OSError, UnicodeDecodeError) as error:
        raise BadSealError(f"{VARIABLE}_FILE: {path} can't be read: {error}") from error
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


async def seal_anew(pool: asyncpg.Pool, seal: Seal) -> int:
    """Seal by the first key what is in the clear or was sealed by another; how many addresses that were.

    Raises:
        Halt: something is sealed by a key that is not given; nothing was changed.
    """
    async with pool.acquire() as tx, tx.transaction():
        kept = {row["endpoint_id"]: (row["secret"], row["old_secret"]) for row in await tx.fetch(SQL["every_secret"])}
        sealed = {name: (seal.anew(secret), seal.anew(old)) for name, (secret, old) in kept.items()}
        changed = [(name, *both) for name, both in sealed.items() if both != kept[name]]
        if changed:
            await tx.execute(SQL["sealed"], *zip(*changed, strict=True))
    return len(changed)
