"""A question as SQL: fragments of `asking.sql` for the filters that were given, and every value as a parameter. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from schemas.events import CanonicalEvent
from schemas.kinds import kinds
from schemas.relations import FOLLOWS, STRIKE, days, linking
from schemas.terms import fold, words_of
from services.chassis.queries import queries
from services.timeline.asked import MOST_KNOWN, AsOf, Near
from services.timeline.cursor import Cursor
from services.timeline.parameters import ContradictionsQuery, EventsFilter, EventsQuery

SQL = queries(Path(__file__).parent / "sql" / "asking.sql")
OF_PARTITION = 4  # values that say how far a partition had come
MOST = 500  # neighbours that are looked at, the nearest first
A_MONTH = 31  # days; of what lasts longer an index knows
ALL_AROUND = (-math.inf, math.inf)  # longitudes, also those that nobody writes
ROUNDING = 1e-6  # degrees; a tenth of a metre
KILOMETRES_A_DEGREE = 6371 * math.pi / 180  # of latitude, on the sphere that `near` counts on
ORDERS = {
    "day": "when_order, event_id",
    "-day": "when_order DESC, event_id DESC",
    "recorded": "known_at, event_id",
    "-recorded": "known_at DESC, event_id DESC",
}
BY_DAY = ("day", "-day")
_AFTER = {"day": "after_day", "-day": "before_day", "recorded": "after_recorded", "-recorded": "before_recorded"}
_ONE_NOW = SQL["event"].format(known=SQL["present"], event="$1")  # the question that is asked most often, put together once
OF_PLACES = ("place", "near")
"""Conditions of places rather than of events."""
Condition = tuple[str, Sequence[object]]


@dataclass(slots=True)
class Statement:
    """SQL that is being put together, with its arguments in order."""

    arguments: list[object] = field(default_factory=list)

    def number(self, value: object) -> str:
        """The parameter that stands for this value."""
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    def fragment(self, name: str, values: Sequence[object]) -> str:
        """A fragment with its parameters; of one that holds for each partition, as often as there are such."""
        if name == "at_position":
            return self._at_position(values)
        return SQL["somewhere"].format(places=self.plain(name, values)) if name in OF_PLACES else self.plain(name, values)

    def plain(self, name: str, values: Sequence[object]) -> str:
        """A fragment as it stands in its file."""
        return SQL[name].format(*[self.number(value) for value in values])

    def _at_position(self, values: Sequence[object]) -> str:
        """One condition a partition: each of them can be looked up by the place in the log."""
        each = [values[at : at + OF_PARTITION] for at in range(0, len(values), OF_PARTITION)]
        return "(" + " OR ".join(SQL["at_position"].format(*[self.number(value) for value in one]) for one in each) + ")"

    def all_of(self, conditions: Sequence[Condition]) -> str:
        return " AND ".join(self.fragment(*condition) for condition in conditions)


def listing(query: EventsQuery) -> tuple[str, list[object]]:
    """The statement and its arguments. One row more than asked for tells of a next page; with a total there is a row at least."""
    made = Statement()
    page = _page(made, query)
    return SQL["with_total"].format(page=page, total=_total(made, query)) if query.total else page, made.arguments


def _page(made: Statement, query: EventsQuery) -> str:
    conditions = [*_conditions(query), *_after(query.after)]
    sought = next((one for one in conditions if one[0] in OF_PLACES), None) if query.sort in BY_DAY else None
    told = {
        "places": made.plain(*sought) if sought else "",
        "conditions": made.all_of([one for one in conditions if one is not sought]),
        "order": ORDERS[query.sort],
        "limit": made.number(query.limit + 1),
    }
    return SQL["events_by_place" if sought else "events"].format(**told)


def counting(query: EventsFilter) -> tuple[str, list[object]]:
    """How many there are in all, on whatever page one is."""
    made = Statement()
    return _total(made, query), made.arguments


def _total(made: Statement, query: EventsFilter) -> str:
    return SQL["total"].format(conditions=made.all_of(list(_conditions(query))))


def every(query: EventsFilter) -> tuple[str, list[object]]:
    """All of them, by day."""
    made = Statement()
    return SQL["every"].format(conditions=made.all_of(list(_conditions(query)))), made.arguments


def one_event(event_id: str, then: AsOf | None) -> tuple[str, list[object]]:
    """An event, and what it was merged into."""
    if then is None:
        return _ONE_NOW, [event_id]
    made = Statement()
    known = made.fragment(*_known(then))
    return SQL["event"].format(known=known, event=made.number(event_id)), made.arguments


def contradicting(query: ContradictionsQuery) -> tuple[str, list[object]]:
    """Contradictions; as many more than asked for as tell whether there is a next page."""
    after = [*(query.after or "").split("\x1f"), ""][:2] if query.after else [None, ""]
    fields = [form for name in query.field for form in (like(name), f"{like(name)}.%")]
    told = "true" if query.rising else SQL["not_rising"]
    return SQL["contradictions"].format(told=told), [*after, query.kind, fields, query.limit + 1]


def like(text: str) -> str:
    """The text as a pattern that means just itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def nearby(event: CanonicalEvent) -> list[object]:
    """The arguments of `nearby` for an event; none for one that has no days or parties, by which nothing could hang together with it."""
    (first, last), parties = days(event), sorted({fold(who) for who in linking(event)})
    if first is None or last is None or not parties:
        return []
    if event.kind == STRIKE:
        return [event.event_id, first, last, parties, [STRIKE], A_MONTH, 0, 0, True, MOST]
    others = [kind for kind in kinds() if kind != STRIKE]
    return [event.event_id, first, last, parties, others, FOLLOWS.days, FOLLOWS.days, FOLLOWS.days, False, MOST]


def _known(then: AsOf | None) -> Condition:
    """Which revision of each event counts."""
    if then is None:
        return "present", ()
    if then.moment is not None:
        return "then", (then.moment, then.moment)
    return "at_position", [value for at, offset in sorted((then.position or {}).items()) for value in (*at, offset, offset)]


def _conditions(query: EventsFilter) -> Iterator[Condition]:
    yield _known(query.then)
    candidates: list[tuple[object, Condition]] = [
        (query.kind, _any_of("kind", query.kind)),
        (query.status, _any_of("status", query.status)),
        (query.since, ("since", (query.since,) * 3)),
        (query.until, ("until", (query.until,) * 2)),
        (query.country, ("country", (query.country,))),
        (query.place, ("place", ([fold(name) for name in query.place],))),
        (query.participant, ("participant", ([fold(name) for name in query.participant],))),
        (query.lineages, ("lineages", (query.lineages,))),
        (query.q, ("q", (_searched(query.q or ""),))),
        (query.changed_since, ("changed_since", (query.changed_after,))),
        ("merged" not in query.include, ("not_merged", ())),
        ("retracted" not in (*query.include, *query.status), ("not_retracted", ())),
    ]
    yield from (condition for applies, condition in candidates if applies)
    if query.around:
        yield _near(query.around)
    for one in query.thresholds:
        yield ("number_from", (one.measure, one.low)) if one.high == MOST_KNOWN else ("number", (one.measure, one.low, one.high))


def _any_of(name: str, values: Sequence[str]) -> Condition:
    return (f"one_{name}", values) if len(values) == 1 else (name, (values,))


def _near(near: Near) -> Condition:
    return "near", (*box(near), near.lat, near.lat, near.lon, near.km)


def box(near: Near) -> tuple[float, float, float, float]:
    """From which latitude to which, and from which longitude to which all lies that is so near; all around the earth where a pole or the
    date line is.
    """
    reach = near.km / KILOMETRES_A_DEGREE + ROUNDING
    south, north = max(near.lat - reach, -90.0), min(near.lat + reach, 90.0)
    if south == -90.0 or north == 90.0:  # noqa: PLR2004 - degrees
        return south, north, *ALL_AROUND
    aside = math.degrees(math.asin(math.sin(math.radians(reach)) / math.cos(math.radians(near.lat)))) + ROUNDING
    west, east = near.lon - aside, near.lon + aside
    return (south, north, *ALL_AROUND) if west < -180 or east > 180 else (south, north, west, east)  # noqa: PLR2004 - degrees


def _searched(text: str) -> str:
    """The words as they are stored; quotes, `or` and `-` keep their meaning for Postgres' web search."""
    parts = text.split('"')
    folded = [words_of(part) if at % 2 else _plain(part) for at, part in enumerate(parts)]
    return " ".join(f'"{part}"' if at % 2 else part for at, part in enumerate(folded) if part)


def _plain(text: str) -> str:
    return " ".join(("-" if word.startswith("-") else "") + words_of(word) for word in text.split() if words_of(word))


def _after(cursor: Cursor | None) -> Iterator[Condition]:
    if cursor:
        yield _AFTER[cursor.sort], (cursor.key, cursor.event_id)
