"""What can be asked: the parameters of each question, checked before anything reaches Postgres."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from schemas.changes import ChangeType
from schemas.events import CanonicalEvent, Status
from schemas.kinds import kinds
from services.timeline import asked
from services.timeline.asked import AsOf, Near, Threshold
from services.timeline.cursor import Cursor, Sort, decode
from services.timeline.stream import ids

MOST = 500
LONGEST_WAIT = 30.0  # seconds
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


def _known_kind(name: str) -> str:
    if name not in kinds():
        raise PydanticCustomError("unknown_kind", "Input should be one of {expected}", {"expected": ", ".join(kinds())})
    return name


def _known_field(name: str) -> str:
    if name not in CanonicalEvent.model_fields:
        raise PydanticCustomError(
            "unknown_field", "Input should be one of {expected}", {"expected": ", ".join(CanonicalEvent.model_fields)}
        )
    return name


def _readable(read: Callable[[str], object]) -> Callable[[str], str]:
    """A check that says how to write what can't be read."""

    def check(text: str) -> str:
        try:
            read(text)
        except (ValueError, OverflowError) as error:
            raise PydanticCustomError("unreadable", "{problem}", {"problem": str(error)}) from error
        return text

    return check


def _cursor(text: str) -> Cursor:
    try:
        return decode(text)
    except ValueError as error:
        raise ValueError("Input should be the `next` of an earlier answer") from error


def _start(text: str) -> None:
    if text not in ids.WORDS:
        ids.read(text)


Kind = Annotated[str, AfterValidator(_known_kind)]
Country = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z]{2}$")]
LongText = Annotated[str, Field(min_length=1, max_length=20_000, pattern=r"^[^\x00]*$")]


class Parameters(BaseModel):
    """Frozen; a parameter that does not exist is refused rather than ignored, since its asker would be misled."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="before")
    @classmethod
    def only_known(cls, given: Any) -> Any:
        names = [field.alias or name for name, field in cls.model_fields.items()]
        for name in given if isinstance(given, dict) else ():
            if name not in names:
                told = {"parameter": name, "expected": ", ".join(names)}
                raise PydanticCustomError("unknown_parameter", "There is no such parameter; there are {expected}", told)
        return given


class Moment(Parameters):
    """Which moment an answer is of: the present, once it has come far enough, or the past."""

    min_position: Annotated[
        Annotated[LongText, AfterValidator(_readable(asked.position))] | None,
        Field(description="wait until the answer takes at least this into account: topic-partition=offset, comma-separated"),
    ] = None
    wait: Annotated[float, Field(ge=0, le=LONGEST_WAIT, description="seconds to wait for `min_position`; then 503")] = 5.0

    @property
    def least(self) -> dict[tuple[str, int], int]:
        return asked.position(self.min_position) if self.min_position else {}


class Past(Moment):
    """A moment that may lie in the past."""

    as_of: Annotated[
        Annotated[LongText, AfterValidator(_readable(asked.as_of))] | None,
        Field(description="what was known then: a moment of log time (2025-08-18T09:30Z), or a position (events.strike.v1-0=17)"),
    ] = None

    @property
    def then(self) -> AsOf | None:
        return asked.as_of(self.as_of) if self.as_of else None


class Which(Parameters):
    """Which events. Repeated values of a filter mean any of them; of `participant` and `number`, all of them."""

    kind: Annotated[list[Kind], Field(description="kinds of event")] = []
    status: Annotated[list[Status], Field(description="where the happening stands; `retracted` asks for retracted ones too")] = []
    since: Annotated[date | None, Field(alias="from", description="events that end on this day or later; leaves out undated ones")] = None
    until: Annotated[date | None, Field(alias="to", description="events that start on this day or earlier; leaves out undated ones")] = None
    country: Annotated[list[Country], Field(description="where it happens or may happen: ISO 3166-1 alpha-2")] = []
    place: Annotated[list[Text], Field(description="whole names of places, in any case and with or without accents")] = []
    near: Annotated[
        Annotated[Text, AfterValidator(_readable(asked.near))] | None,
        Field(description="latitude,longitude,kilometres: events with a place that lies so near"),
    ] = None
    participant: Annotated[
        list[Text], Field(description="whole words of a name, in any case and with or without accents, or a country code")
    ] = []
    number: Annotated[
        list[Annotated[Text, AfterValidator(_readable(asked.threshold))]],
        Field(description="measure>=number, as killed>=10; also <= and ="),
    ] = []
    lineages: Annotated[int, Field(ge=0, le=10_000, description="told by at least so many independent lineages")] = 0

    @property
    def around(self) -> Near | None:
        return asked.near(self.near) if self.near else None

    @property
    def thresholds(self) -> list[Threshold]:
        return [asked.threshold(text) for text in self.number]


NOT_OF_THE_PAST = ("place", "near", "number", "q")


class EventsFilter(Which, Past):
    """Which events, of which moment."""

    q: Annotated[Text | None, Field(description='words of titles, names, places and quotes; "a phrase", or, -without')] = None
    changed_since: Annotated[
        Annotated[Text, AfterValidator(_readable(asked.moment))] | None,
        Field(description="last changed after this moment of log time; without a zone, UTC"),
    ] = None
    include: Annotated[list[Literal["retracted", "merged"]], Field(description="events that are left out otherwise")] = []

    @model_validator(mode="after")
    def of_one_moment(self) -> EventsFilter:
        """Some questions have no answer from the past."""
        for name in NOT_OF_THE_PAST if self.as_of else ():
            if getattr(self, name):
                told = {"parameter": name, "expected": "no `as_of` beside it"}
                raise PydanticCustomError("not_of_the_past", "{parameter} can be asked of the present only", told)
        return self

    @property
    def changed_after(self) -> datetime | None:
        return asked.moment(self.changed_since) if self.changed_since else None


StreamId = Annotated[LongText, AfterValidator(_readable(ids.read))]


class StreamQuery(Which):
    """`GET /v1/stream`."""

    change: Annotated[list[ChangeType], Field(description="kinds of change; without it, all")] = []
    after: Annotated[
        Annotated[LongText, AfterValidator(_readable(_start))],
        Field(
            description="where to begin: `now`, `beginning`, after the message of an id, or at a position, as answers give it. "
            "`Last-Event-ID` goes before it"
        ),
    ] = "now"


class SnapshotQuery(EventsFilter):
    """`GET /v1/snapshot`: which events, as they are now."""

    @model_validator(mode="after")
    def of_the_present(self) -> SnapshotQuery:
        """Nobody can go on from the past: the log of what came since is the log itself."""
        if self.as_of:
            told = {"parameter": "as_of", "expected": "no `as_of`: a snapshot is of the present"}
            raise PydanticCustomError("not_of_the_past", "Input should be {expected}", told)
        return self


class EventsQuery(EventsFilter):
    """`GET /v1/events`: which, in what order, and how much of each."""

    sort: Annotated[
        Sort, Field(description="day: by first day, undated last; recorded: by when it last changed; with - the other way round")
    ] = "day"
    fields: Annotated[
        list[Annotated[str, AfterValidator(_known_field)]], Field(description="only these fields of each event, and its id")
    ] = []
    total: Annotated[bool, Field(description="also say how many there are in all")] = False
    cursor: Annotated[
        Annotated[str, AfterValidator(_readable(_cursor))] | None, Field(description="`next` of the answer before: go on after it")
    ] = None
    limit: Annotated[int, Field(ge=1, le=MOST, description="most events in one answer")] = 100

    @model_validator(mode="after")
    def of_one_order(self) -> EventsQuery:
        """A cursor goes on in the order that it was made in."""
        if self.after and self.after.sort != self.sort:
            told = {"parameter": "cursor", "expected": f"sort={self.after.sort}"}
            raise PydanticCustomError("other_order", "This cursor goes on in another order; ask with {expected}", told)
        return self

    @property
    def after(self) -> Cursor | None:
        return decode(self.cursor) if self.cursor else None


class HistoryQuery(Moment):
    """`GET /v1/events/{event_id}/history`."""

    after: Annotated[int, Field(ge=0, le=2**31 - 1, description="revisions after this one: `next` of the answer before")] = 0
    limit: Annotated[int, Field(ge=1, le=MOST, description="most revisions in one answer")] = 100


class WhyQuery(Past):
    """`GET /v1/events/{event_id}/why`."""

    mention: Annotated[Text | None, Field(description="only why this mention belongs to the event")] = None


class CalendarQuery(Moment):
    """`GET /v1/calendar`."""

    since: Annotated[date, Field(alias="from", description="first day")]
    until: Annotated[date, Field(alias="to", description="last day; at most a year and a day later")]
    kind: Annotated[list[Kind], Field(description="kinds of event")] = []
    country: Annotated[list[Country], Field(description="ISO 3166-1 alpha-2")] = []

    @model_validator(mode="after")
    def of_bounded_length(self) -> CalendarQuery:
        """Between a day and a year."""
        if not 0 <= (self.until - self.since).days <= 366:  # noqa: PLR2004 - a leap year
            told = {"parameter": "to", "expected": "a day from `from` on, at most 366 days later"}
            raise PydanticCustomError("bad_range", "Input should be {expected}", told)
        return self


class ActorsQuery(Moment):
    """`GET /v1/actors`."""

    name: Annotated[Text | None, Field(description="how a name begins, in any case and with or without accents")] = None
    type: Annotated[list[Literal["person", "state", "organisation"]], Field(description="types of actor")] = []
    after: Annotated[Text | None, Field(description="`next` of the answer before: go on after it")] = None
    limit: Annotated[int, Field(ge=1, le=MOST, description="most actors in one answer")] = 100


class ContradictionsQuery(Moment):
    """`GET /v1/contradictions`."""

    kind: Annotated[list[Kind], Field(description="kinds of event")] = []
    field: Annotated[list[Text], Field(description="status, when, attacker, quantities; or one of those, as quantities.killed")] = []
    rising: Annotated[bool, Field(description="also numbers that only rose, as tolls do")] = False
    after: Annotated[Text | None, Field(description="`next` of the answer before: go on after it")] = None
    limit: Annotated[int, Field(ge=1, le=MOST, description="most contradictions in one answer")] = 100
