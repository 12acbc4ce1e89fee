"""JSON Lines: one whole `CanonicalEvent` a line."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events import CanonicalEvent

MEDIA_TYPE = "application/jsonl"
SUFFIX = "jsonl"


class _Lines:
    def begin(self) -> bytes:
        return b""

    def add(self, events: Sequence[CanonicalEvent]) -> bytes:
        return b"".join(event.model_dump_json().encode() + b"\n" for event in events)

    def end(self) -> bytes:
        return b""


writer = _Lines
