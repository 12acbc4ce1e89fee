"""Changes → rows of `events`, in the order of the columns in `write.sql`."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events import CanonicalEvent
from services.timeline.changes import Change, latest
from services.timeline.literals import array_literal
from services.timeline.terms import terms


def rows(changes: Sequence[Change]) -> list[tuple[object, ...]]:
    """One row for each event that is told of, with its highest revision."""
    return [_row(change) for change in latest(changes)]


def _row(change: Change) -> tuple[object, ...]:
    event, seen = change.event, change.event.corroboration
    return (
        event.event_id,
        event.kind,
        event.revision,
        event.status,
        event.title,
        change.first,
        change.last,
        event.when.precision,
        array_literal(_countries(event)),
        array_literal(participant.name for participant in event.participants),
        array_literal(terms(event.participants)),
        seen.articles,
        seen.publishers,
        seen.lineages,
        change.recorded_at,
        event.merged_into,
        change.state,
    )


def _countries(event: CanonicalEvent) -> list[str]:
    """Where it happens or may happen, each country once."""
    return sorted({place.country for place in event.where if place.country})
