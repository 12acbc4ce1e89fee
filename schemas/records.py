"""What a record says by its headers and bytes alone, whichever client it came from: its number, whether it opens a log, who it is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

from schemas.envelope import GENESIS

MOST_DIGITS = 18  # what a 64-bit integer holds, wherever a number is kept
_SEQ = "ce_seq"
_OPENS = ("ce_type", GENESIS.encode())


class RawRecord(Protocol):
    """As far as clients agree about a record."""

    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


def seq_of(raw: RawRecord) -> int | None:
    """The dense number of a record, or None where it has none that can be read."""
    for name, value in reversed(raw.headers):  # the relay writes it last, and this is asked of every record
        if name == _SEQ:
            return int(value) if value and value.isdigit() and len(value) <= MOST_DIGITS else None
    return None


def is_genesis(raw: RawRecord) -> bool:
    """Whether this record opens a log."""
    return _OPENS in raw.headers


def digest(raw: RawRecord) -> bytes:
    """SHA-256 of what a record says, to know it again."""
    parts = (raw.key, raw.value, *(part for name, value in raw.headers for part in (name.encode(), value)))
    return hashlib.sha256(b"".join(len(p or b"").to_bytes(4, "big") + (p or b"") for p in parts)).digest()
