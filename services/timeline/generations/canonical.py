"""Rows in a form that is the same whether they were computed or come from Postgres, and sums of them that know no order. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from services.timeline.packing import unpack

MODULUS = 2**128


@dataclass(slots=True)
class Sum:
    """Of a table: how many rows, and the sum of their hashes. Equal sums mean equal rows, whatever their order."""

    rows: int = 0
    digest: int = 0

    def add(self, hashes: Iterable[int]) -> None:
        for one in hashes:
            self.rows += 1
            self.digest = (self.digest + one) % MODULUS


def canonical(columns: Mapping[str, str], row: Sequence[Any]) -> list[Any]:
    """The values of a row as JSON has them, one for each column."""
    return [_value(kind, value) for kind, value in zip(columns.values(), row, strict=True)]


def hash_of(told: Sequence[Any]) -> int:
    """128 bits of a canonical row."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest(), "big")


def meaning(held: bytes | str) -> str:
    """Of JSON, packed or not, one writing for all that say the same: `1e16` and `1e+16`, a letter and its escape, members in any order."""
    return json.dumps(json.loads(unpack(held)), sort_keys=True, ensure_ascii=False)


def _value(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind in {"jsonb", "bytea"}:
        return meaning(value)
    if kind == "timestamptz":
        return _moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def _moment(value: datetime) -> str:
    if value.year == date.max.year:
        return "infinity"
    return value.astimezone(UTC).isoformat()
