"""A question as SQL: fragments of `asking.sql` for the filters that were given, and every value as a parameter."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from services.chassis.queries import queries
from services.timeline.parameters import EventsQuery
from services.timeline.terms import fold

SQL = queries(Path(__file__).parent / "sql" / "asking.sql")
UNDATED = date.max  # asyncpg's name for Postgres' date 'infinity'

Condition = tuple[str, tuple[object, ...]]


def listing(query: EventsQuery) -> tuple[str, list[object]]:
    """The statement and its arguments. One row more than asked for tells whether there is a next page."""
    conditions = _conditions(query)
    arguments = [value for _, values in conditions for value in values] + [query.limit + 1]
    numbers = iter(f"${number}" for number in range(1, len(arguments) + 1))
    wheres = [SQL[name].format(*(next(numbers) for _ in values)) for name, values in conditions]
    return SQL["events"].format(known=SQL["present"], conditions=" AND ".join(wheres) or "true", limit=next(numbers)), arguments


def _conditions(query: EventsQuery) -> list[Condition]:
    after = query.after
    candidates: list[tuple[object, Condition]] = [
        (query.kind, ("kind", (query.kind,))),
        (query.status, ("status", (query.status,))),
        (query.since, ("since", (query.since,))),
        (query.until, ("until", (query.until,))),
        (query.country, ("country", (query.country,))),
        (query.participant, ("participant", ([fold(name) for name in query.participant],))),
        (after, ("after", (after.day or UNDATED, after.event_id) if after else ())),
        ("merged" not in query.include, ("not_merged", ())),
        ("retracted" not in (*query.include, *query.status), ("not_retracted", ())),
    ]
    return [condition for applies, condition in candidates if applies]
