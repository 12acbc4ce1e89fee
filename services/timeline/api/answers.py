"""The answers as models, for OpenAPI and for clients, and how they are put together from stored JSON.

A state was checked when it was projected: it is passed on as the bytes that Postgres holds, not parsed and written again, nor unpacked
for those who take it as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, Field

from schemas.base import Instant
from schemas.changes import Cause, ChangeType
from schemas.contradictions import Contradiction
from schemas.events import CanonicalEvent, Claim, EventMention, Link, Status
from schemas.reasons import Reasons, reasons
from services.timeline.packing import Packed, member, opened, packed
from services.timeline.reader import EventsPage, Page, Position, Related, Row

_json = msgspec.json.Encoder().encode
PositionField = Annotated[
    dict[str, int], Field(description="what this answer takes into account: topic-partition → offset of the next record to apply")
]


class Answer(BaseModel):
    """Every answer says what it takes into account."""

    position: PositionField


class Events(Answer):
    """Events in the order that was asked for. With `fields`, only those of each, and its id."""

    events: list[CanonicalEvent]
    next: Annotated[str | None, Field(description="`cursor` for the next page; null on the last one")]
    total: Annotated[int | None, Field(description="how many there are in all, if asked")] = None


class Revision(BaseModel):
    """One change, as it was told, with the full state after it."""

    revision: Annotated[int, Field(description="counts from 1")]
    change: Annotated[ChangeType, Field(description="what happened to the event")]
    cause: Cause
    merge_id: Annotated[str | None, Field(description="the same in all records of one merge")]
    split_from: Annotated[str | None, Field(description="event_id of the event that it was a part of")]
    recorded_at: Annotated[Instant, Field(description="log time of what caused it")]
    topic: Annotated[str, Field(description="where the record lies")]
    partition: Annotated[int, Field(description="its partition")]
    offset: Annotated[int, Field(description="its offset")]
    state: CanonicalEvent


class History(Answer):
    """Revisions in order, the first one first."""

    event_id: Annotated[str, Field(description="the event")]
    revisions: list[Revision]
    next: Annotated[int | None, Field(description="`after` for the next page; null on the last one")]


class Claims(Answer):
    """Who says what of which field."""

    event_id: Annotated[str, Field(description="the event")]
    claims: list[Claim]


class Evidence(Answer):
    """Where articles tell the event, each with its quote, offsets and address."""

    event_id: Annotated[str, Field(description="the event")]
    mentions: list[EventMention]


class Links(Answer):
    """What the event is linked to, and why."""

    event_id: Annotated[str, Field(description="the event")]
    links: Annotated[list[Link], Field(description="what texts tell, as it stands in the log")]
    derived: Annotated[list[Link], Field(description="what follows from the events as they are now; of the past, nothing")] = []


class Why(Answer, Reasons):
    """Why the event is as it is: the rule and the claims of each field, and what makes each mention belong to it."""


class Day(BaseModel):
    """So many events of a kind in a country on a day. `country` is empty where none is known."""

    day: Annotated[date, Field(description="local to the place")]
    country: Annotated[str, Field(description="ISO 3166-1 alpha-2, or empty")]
    kind: Annotated[str, Field(description="the kind of event")]
    events: Annotated[int, Field(description="how many")]
    ids: Annotated[list[str], Field(description="which")]


class Calendar(Answer):
    """Days with events, in order."""

    days: list[Day]


class Actor(BaseModel):
    """Who takes part in so many events, and in which roles."""

    name: Annotated[str, Field(description="canonical name")]
    type: Annotated[str, Field(description="person, state or organisation")]
    country: Annotated[str | None, Field(description="ISO 3166-1 alpha-2")]
    events: Annotated[int, Field(description="in how many it takes part")]
    roles: Annotated[list[str], Field(description="in which roles")]


class Actors(Answer):
    """Actors in order of their names, without regard to case and accents."""

    actors: list[Actor]
    next: Annotated[str | None, Field(description="`after` for the next page; null on the last one")]


class Contradicted(BaseModel):
    """An event, and a field of which its claims say what cannot all be so."""

    event_id: Annotated[str, Field(description="the event")]
    kind: Annotated[str, Field(description="its kind")]
    status: Annotated[Status, Field(description="where it stands")]
    title: Annotated[str, Field(description="its title")]
    contradiction: Contradiction


class Contradictions(Answer):
    """Contradictions by event and field."""

    contradictions: list[Contradicted]
    next: Annotated[str | None, Field(description="`after` for the next page; null on the last one")]


class Contribution(BaseModel):
    """What an article tells of one event: a mention, and how many claims rest on it."""

    event_id: Annotated[str, Field(description="the event")]
    kind: Annotated[str, Field(description="its kind")]
    status: Annotated[Status, Field(description="where it stands")]
    title: Annotated[str, Field(description="its title")]
    mention_id: Annotated[str, Field(description="the mention")]
    revision: Annotated[int, Field(description="of the article")]
    outlet: Annotated[str, Field(description="who published it")]
    url: Annotated[str | None, Field(description="the article's address")]
    claims: Annotated[int, Field(description="how many rest on it")]


class Article(Answer):
    """What an article contributed; nothing of it: an empty list."""

    article_id: Annotated[str, Field(description="the article")]
    contributions: list[Contribution]


def events_json(page: EventsPage) -> bytes | Packed:
    """The text of `Events`."""
    plain: dict[str, Any] = {"next": page.next, "position": page.position}
    before = _json(plain | ({} if page.total is None else {"total": page.total}))[:-1] + b',"events":['
    if page.some:
        return before + b",".join(page.states) + b"]}"
    return _listed(before, [(b"", state, b"") for state in page.states], b"]}")


def history_json(event_id: str, page: Page) -> Packed:
    """The text of `History`."""
    before = _json({"event_id": event_id, "next": page.next, "position": page.position})[:-1] + b',"revisions":['
    return _listed(before, [(_revision(row), packed(row["state"]), b"}") for row in page.rows], b"]}")


def part_json(event_id: str, part: str, state: bytes, position: Position) -> bytes:
    """One field of a stored state, and the position."""
    return _object({"event_id": event_id, "position": position}, {part: member(opened(state), part)})


def links_json(event_id: str, found: Related) -> bytes:
    """The text of `Links`."""
    derived = [link.model_dump() for link in found.derived]
    return _object({"event_id": event_id, "position": found.position, "derived": derived}, {"links": member(found.state, "links")})


def why_json(found: Related, mention_id: str | None) -> bytes:
    """The text of `Why`.

    Raises:
        KeyError: the event has no such mention.
    """
    told = reasons(CanonicalEvent.model_validate_json(found.state), mention_id, found.derived)
    return Why(position=found.position, **dict(told)).model_dump_json().encode()


def rows_json(name: str, model: type[BaseModel], page: Page, **more: Any) -> bytes:
    """The rows of a page, as far as the model names them."""
    columns = tuple(model.model_fields)
    rows = [{column: row[column] for column in columns} for row in page.rows]
    return _json({name: rows, "position": page.position, **more})


def contradictions_json(page: Page) -> bytes:
    """The text of `Contradictions`."""
    plain = ("event_id", "kind", "status", "title")
    told = [_object({name: row[name] for name in plain}, {"contradiction": row["told"].encode()}) for row in page.rows]
    return _object({"next": page.next, "position": page.position}, {"contradictions": b"[" + b",".join(told) + b"]"})


def position_header(position: Position) -> str:
    """The position as a structured field (RFC 8941, a dictionary of integers): `events.summit.v1-0=17, …`."""
    return ", ".join(f"{place}={offset}" for place, offset in position.items())


def _revision(row: Row) -> bytes:
    """What stands before its state."""
    plain = {name: row[name] for name in ("revision", "change", "merge_id", "split_from", "topic", "partition", "offset")}
    told = _object(plain | {"recorded_at": row["recorded_at"].isoformat()}, {"cause": row["cause"].encode()})
    return told[:-1] + b',"state":'


def _listed(before: bytes, items: Sequence[tuple[bytes, bytes, bytes]], behind: bytes) -> Packed:
    """A list of items, of each what stands before its state, the state, and what stands behind it."""
    first, last = [before, *(end + b"," for _, _, end in items[:-1])], items[-1][2] + behind if items else before + behind
    plain = [*(end + begin for end, (begin, _, _) in zip(first, items, strict=False)), last]
    return Packed(plain, [state for _, state, _ in items])


def _object(plain: Mapping[str, object], written: Mapping[str, bytes]) -> bytes:
    """A JSON object of some values, and of values that are JSON already."""
    pieces = [_json(plain)[:-1]]
    for name, value in written.items():
        pieces += [b",", _json(name), b":", value]
    return b"".join([*pieces, b"}"])
