"""Changes → rows of `history`, in the order of the columns in `write.sql`."""

from __future__ import annotations

from collections.abc import Sequence

from services.timeline.changes import Change, distinct


def rows(changes: Sequence[Change]) -> list[tuple[object, ...]]:
    """One row for each revision of each event."""
    return [_row(change) for change in distinct(changes)]


def _row(change: Change) -> tuple[object, ...]:
    told, place = change.told, change.place
    return (
        told.event.event_id,
        told.event.revision,
        told.change,
        told.cause.model_dump_json(),
        told.merge_id,
        told.split_from,
        change.recorded_at,
        change.state,
        place.topic,
        place.partition,
        place.offset,
    )
