"""Idempotency-Key: the same request again is given the same answer, which was stored in the transaction that it tells of.

After draft-ietf-httpapi-idempotency-key-header. A repeat that comes while the first is under way waits for it, and is given its answer:
a 409, which the draft allows, would have the sender ask a third time. What was refused has left nothing behind and is refused again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import asyncpg

from services.ingestor.answers import Answer
from services.ingestor.problems import Problem
from services.ingestor.store import SQL

LONGEST = 255


@dataclass(frozen=True, slots=True)
class Once:
    """A request that its sender may repeat: SHA-256 of whose key it is, and of what is asked."""

    key: str
    request: str


def once(header: str | None, caller: str, asked: str, body: bytes) -> Once | None:
    """The request by its key, if it has one. `asked` is method, address and media type; keys of different callers differ.

    Raises:
        Problem: 400 for a key that is none.
    """
    if header is None:
        return None
    key = _unquoted(header.strip())
    if not (0 < len(key) <= LONGEST and key.isascii() and key.isprintable()):
        detail = f"Idempotency-Key: must be 1 to {LONGEST} printable ASCII characters"
        raise Problem(HTTPStatus.BAD_REQUEST, "bad_idempotency_key", detail, "A UUID in quotation marks is a good key.")
    return Once(_sha256(caller.encode(), key.encode()), _sha256(asked.encode(), body))


async def answered(tx: asyncpg.Connection | asyncpg.Pool, this: Once, since: datetime) -> Answer | None:
    """The answer that this request was given already.

    Raises:
        Problem: 422 where another request was sent with this key.
    """
    row = await tx.fetchrow(SQL["answered"], this.key, since)
    if row is None:
        return None
    if row["request"] != this.request:
        detail = "Idempotency-Key: this key was used for another request"
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "key_reused", detail, "Give each request a key of its own.")
    return Answer.model_validate_json(row["answer"])


async def begin(tx: asyncpg.Connection, this: Once, now: datetime, since: datetime) -> Answer | None:
    """Take the key for this transaction; the answer, where another transaction was first. Waits for one that is under way.

    Raises:
        Problem: 422 where another request was sent with this key.
    """
    taken = await tx.fetchval(SQL["take_key"], this.key, this.request, now, since)
    return None if taken else await answered(tx, this, since)


async def finish(tx: asyncpg.Connection, this: Once, answer: Answer) -> None:
    """Keep the answer, to be given again."""
    await tx.execute(SQL["keep_answer"], this.key, answer.model_dump_json())


def _unquoted(key: str) -> str:
    """The draft wants a string in quotation marks; most senders leave them out."""
    return key[1:-1] if len(key) > 1 and key[0] == key[-1] == '"' else key


def _sha256(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()
