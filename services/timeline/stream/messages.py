"""Server-sent events as bytes (WHATWG HTML, 9.2). Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from services.timeline.packing import unpack
from services.timeline.stream.ids import write
from services.timeline.stream.standing import Standing

RETRY_MS = 2000
HEARTBEAT = b":\n\n"
BREAKS = ("\x85", "\u2028", "\u2029")
"""JSON escapes the line breaks that the standard knows. Readers that know Unicode's too would take a message apart at these."""


def opening(standing: Standing) -> bytes:
    """What a stream begins with: how long to wait before asking again, and where it stands."""
    return f"retry: {RETRY_MS}\n".encode() + place(standing)


def place(standing: Standing) -> bytes:
    """A message without data: nothing is told, but whoever asks again later goes on from here."""
    return f"id: {write(standing)}\n\n".encode()


def body(row: Mapping[str, Any]) -> bytes:
    """A change, but for its id: an `EventChange` with its place in the log, whose state is passed on as it is stored."""
    plain = {name: row[name] for name in ("change", "event_id", "revision", "merge_id", "split_from", "topic", "partition", "offset")}
    state = _on_one_line(unpack(row["state"]))
    head = json.dumps(plain | {"recorded_at": row["recorded_at"].isoformat()}, separators=(",", ":"))
    return f'event: {row["change"]}\ndata: {head[:-1]},"cause":{_on_one_line(row["cause"])},"event":{state}}}\n'.encode()


def _on_one_line(written: str) -> str:
    """JSON that means the same."""
    for one in BREAKS:
        if one in written:
            written = written.replace(one, f"\\u{ord(one):04x}")
    return written


def with_id(message: bytes, standing: Standing) -> bytes:
    """A whole message."""
    return message + place(standing)


def cut_over(before: int, standing: Standing) -> bytes:
    """Another generation answers from now on; what a listener stands at is of the log, and holds in that one too."""
    told = {
        "generation": standing.generation,
        "before": before,
        "do": "continue",
        "detail": "another copy of the same log answers now; go on reading: nothing is lost or repeated. "
        "Ask /v1/events anew where you keep its answers",
    }
    return f"event: generation\ndata: {json.dumps(told)}\n".encode() + place(standing)
