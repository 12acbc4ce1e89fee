"""A snapshot over HTTP to begin with: what is so now, and the position from which the log tells the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from schemas.events import CanonicalEvent
from subscribing.position import Position

PIECE = 65_536  # bytes
SECONDS = 60.0  # longest wait for the next piece


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All events that were asked for, as they come over the wire, once; and where to go on when all are stored."""

    position: Position
    events: Iterator[CanonicalEvent]


@contextmanager
def snapshot(api: str, headers: Mapping[str, str] | None = None, **filters: str | list[str]) -> Iterator[Snapshot]:
    """Ask the timeline at `api` (http://127.0.0.1:8803) for a snapshot. It blocks while it reads.

    `headers`: what else to send, such as a token. `filters`: those of `GET /v1/snapshot`.

    Raises:
        OSError: nothing answers there (`urllib.error.URLError`), or it refuses (`HTTPError`).
        http.client.HTTPException: it broke off. What came until then is no snapshot: roll back.
        ValueError: `api` is no address.
    """
    if not api.startswith(("http://", "https://")):
        raise ValueError(f"{api!r} is no address of a timeline; write http://host:port")
    asked = f"?{urlencode(filters, doseq=True)}" if filters else ""
    request = Request(f"{api.rstrip('/')}/v1/snapshot{asked}", headers=dict(headers or {}))  # noqa: S310 - the scheme was looked at
    with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        position = Position.read(answer.headers["Daybook-Position"])
        yield Snapshot(position, (CanonicalEvent.model_validate_json(line) for line in _lines(answer)))


def _lines(answer: HTTPResponse) -> Iterator[bytes]:
    """The lines, each once it is whole. The answer's own iterator would take one that broke off for one that ended."""
    rest = b""
    while piece := answer.read(PIECE):
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
