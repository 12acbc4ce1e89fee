"""CSV (RFC 4180), one event a row; lists are joined by semicolons, and no cell is a formula to a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from schemas.events import CanonicalEvent, Quantity
from services.timeline.exports._days import address_of, days_of

MEDIA_TYPE = "text/csv; charset=utf-8"
SUFFIX = "csv"
COLUMNS = (
    "event_id", "kind", "status", "title", "first_day", "last_day", "precision", "places", "countries", "latitude", "longitude",
    "participants", "quantities", "articles", "publishers", "lineages", "revision", "recorded_at", "url",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Rows:
    def begin(self) -> bytes:
        return _line(COLUMNS)

    def add(self, events: Sequence[CanonicalEvent]) -> bytes:
        return b"".join(_line(_cells(event)) for event in events)

    def end(self) -> bytes:
        return b""


def _cells(event: CanonicalEvent) -> list[object]:
    first, last = days_of(event) or (None, None)
    on_map = next((place for place in event.where if place.lat is not None), None)
    seen = event.corroboration
    return [
        event.event_id,
        event.kind,
        event.status,
        event.title,
        first,
        last,
        event.when.precision,
        "; ".join(place.name for place in event.where),
        "; ".join(sorted({place.country for place in event.where if place.country})),
        on_map.lat if on_map else None,
        on_map.lon if on_map else None,
        "; ".join(f"{one.name} ({one.role})" for one in event.participants),
        "; ".join(_quantity(told) for told in event.quantities),
        seen.articles,
        seen.publishers,
        seen.lineages,
        event.revision,
        event.recorded_at.isoformat() if event.recorded_at else None,
        address_of(event),
    ]


def _quantity(told: Quantity) -> str:
    """`killed=5 (3..7)`, with whose they are: the range only where claims differ."""
    span = f" ({told.low}..{told.high})" if told.low != told.high else ""
    return f"{told.measure}{f'[{told.party}]' if told.party else ''}={'' if told.best is None else told.best}{span}"


def _line(cells: Sequence[object]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([_plain(cell) for cell in cells])
    return out.getvalue().encode("utf-8", "replace")


def _plain(cell: object) -> object:
    """A text that a spreadsheet would run gets an apostrophe before it; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


writer = _Rows
