"""A record as people and programs read it, and whether it is one that was asked for. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiokafka import ConsumerRecord


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: of these keys and CloudEvents types, and whose value has these fields; of each at least one. Empty: any."""

    keys: Sequence[str] = ()
    types: Sequence[str] = ()
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __call__(self, raw: ConsumerRecord) -> bool:
        if self.keys and _text(raw.key) not in self.keys:
            return False
        if self.types and headers(raw).get("ce_type") not in self.types:
            return False
        return not self.fields or _has(_value(raw), self.fields)


def fields_of(asked: Sequence[str]) -> dict[str, list[str]]:
    """`event.status=occurred` → the path and its value; the same path again allows another value.

    Raises:
        ValueError: there is no = in one.
    """
    found: dict[str, list[str]] = {}
    for text in asked:
        path, equals, value = text.partition("=")
        if not equals or not path:
            raise ValueError(f"{text!r} is no condition; write path=value, as event.status=occurred")
        found.setdefault(path, []).append(value)
    return found


def headers(raw: ConsumerRecord) -> dict[str, str]:
    """The headers as text; bytes that are not UTF-8 are shown as such."""
    return {name: _text(value) or "" for name, value in raw.headers}


def as_json(raw: ConsumerRecord) -> dict[str, Any]:
    """Everything that the record holds. A value that is not JSON stands in `value_base64`."""
    value = _value(raw)
    told: dict[str, Any] = {
        "topic": raw.topic,
        "partition": raw.partition,
        "offset": raw.offset,
        "time": datetime.fromtimestamp(raw.timestamp / 1000, UTC).isoformat(),
        "key": _text(raw.key),
        "headers": headers(raw),
    }
    if value is _UNREADABLE:
        return told | {"value_base64": base64.b64encode(raw.value).decode()}
    return told | {"value": value}


_UNREADABLE: Any = object()


def _value(raw: ConsumerRecord) -> Any:
    if not raw.value:
        return None
    try:
        return json.loads(raw.value)
    except (ValueError, RecursionError):
        return _UNREADABLE


def _has(value: Any, fields: Mapping[str, Sequence[str]]) -> bool:
    return all(any(_reached(value, path.split("."), one) for one in wanted) for path, wanted in fields.items())


def _reached(value: Any, path: Sequence[str], wanted: str) -> bool:
    """Whether the path leads to this value; of a list, any element may."""
    if isinstance(value, list):
        return any(_reached(one, path, wanted) for one in value)
    if path:
        return isinstance(value, dict) and path[0] in value and _reached(value[path[0]], path[1:], wanted)
    return value == wanted if isinstance(value, str) else json.dumps(value) == wanted


def _text(data: bytes | None) -> str | None:
    return None if data is None else data.decode(errors="backslashreplace")
