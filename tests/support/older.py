"""A timeline of an earlier version, which did not list contradictions yet and stored states as `jsonb`: `python -m tests.support.older`."""

from __future__ import annotations

import runpy
from collections.abc import Sequence
from dataclasses import replace

from services.timeline import projections
from services.timeline.fold import Entry
from services.timeline.packing import unpack
from services.timeline.projections import Projection, Row

now = projections.discover
SINCE = "contradictions"
PACKED = "events"


def discover() -> tuple[Projection, ...]:
    """The projections that there were then."""
    return tuple(_plain(one) if one.name == PACKED else one for one in now() if one.name != SINCE)


def _plain(events: Projection) -> Projection:
    at = list(events.columns).index("state")

    def rows(entries: Sequence[Entry]) -> list[Row]:
        return [(*row[:at], unpack(row[at]), *row[at + 1 :]) for row in events.rows(entries)]

    tables = events.tables.replace("state             bytea", "state             jsonb")
    return replace(events, rows=rows, tables=tables, columns={**events.columns, "state": "jsonb"})


if __name__ == "__main__":
    projections.discover = discover
    runpy.run_module("services.timeline", run_name="__main__")
