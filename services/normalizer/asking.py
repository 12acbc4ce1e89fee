"""What an editor asks for, and the command that it comes to: mentions in place of events, and a value of the field's own type. Pure."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from pydantic import Field, JsonValue, ValidationError

from schemas.base import Model
from schemas.edits import Action, Edit, MentionRef
from schemas.events import CanonicalEvent, Place
from services.chassis.errors import brief

LOCATED = frozenset({"lat", "lon", "geonameid"})
MOST = 20_000  # mentions: a command has to fit into a record
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
Text = Annotated[str, Field(min_length=1, pattern=r"^[^\x00-\x08\x0e-\x1f\x7f]*\S[^\x00-\x08\x0e-\x1f\x7f]*$")]


class Asked(Model):
    """A command as an editor gives it. `edit_id` makes it one command however often it is sent; without it each is a new one.

    merge: two `events` or more, or `mentions`. split: one of `events`, and those of its `mentions` that go. correct, retract: one of
    `events`. revoke: `revokes`.
    """

    action: Action
    events: Annotated[tuple[Name, ...], Field(max_length=1000)] = ()
    mentions: Annotated[tuple[Name, ...], Field(max_length=MOST)] = ()
    field: Annotated[str | None, Field(max_length=200)] = None
    value: JsonValue = None
    revokes: Name | None = None
    editor: Annotated[Text, Field(max_length=200)]
    reason: Annotated[Text, Field(max_length=2000)]
    edit_id: Annotated[Name, Field(default_factory=lambda: str(uuid.uuid4()))]


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of what was asked for. `events`: by the id that was asked for, living ones; `mentions`: those named, and
    `of`: those that belong to each event, by its own id; `kinds`: by mention id; `places`: by the names that were told.
    """

    events: Mapping[str, CanonicalEvent]
    mentions: Mapping[str, MentionRef]
    of: Mapping[str, Sequence[MentionRef]]
    kinds: Mapping[str, str]
    revoked: Edit | None = None
    places: Mapping[str, Place] = field(default_factory=dict)


class CannotAskError(ValueError):
    """The command would mean nothing; the message says why, and what to do."""


def command_of(asked: Asked, known: Known, now: datetime) -> Edit:
    """The command in full.

    Raises:
        CannotAskError: it names what is not there, or does not fit together.
    """
    _check(asked, known)
    kind = _one_kind(asked, known)
    those, rest = _sides(asked, known)
    if len(those) + len(rest) > MOST:
        raise CannotAskError(f"{len(those) + len(rest):,} mentions are too many for one command; {MOST:,} is the most")
    told = asked.model_dump(include={"action", "events", "field", "revokes", "editor", "reason", "edit_id"})
    try:
        return Edit(**told, kind=kind, given_at=now, mentions=those, rest=rest, value=_value(asked, known))
    except ValidationError as error:
        raise CannotAskError(brief(error)) from error


def _check(asked: Asked, known: Known) -> None:
    missing = [name for name in asked.events if name not in known.events] + [name for name in asked.mentions if name not in known.mentions]
    if missing:
        raise CannotAskError(f"there is no living event and no mention {', '.join(missing[:3])}")
    if asked.action in {"split", "correct", "retract"} and len(asked.events) != 1:
        raise CannotAskError(f"to {asked.action}, name one event")
    if asked.action == "revoke" and (known.revoked is None or known.revoked.action == "revoke"):
        raise CannotAskError(f"there is no command {asked.revokes}, or it revokes one itself; give the command that you want again")
    if asked.action == "split" and not {ref.mention_id for ref in _of(asked.events, known)} > set(asked.mentions):
        raise CannotAskError("to split, name some of the event's mentions, and not all of them")


def _one_kind(asked: Asked, known: Known) -> str:
    if known.revoked is not None and asked.action == "revoke":
        return known.revoked.kind
    kinds = {known.events[name].kind for name in asked.events} | {known.kinds[name] for name in asked.mentions}
    if len(kinds) != 1:
        raise CannotAskError(f"name events or mentions of one kind, not of {', '.join(sorted(kinds)) or 'none'}")
    return kinds.pop()


def _sides(asked: Asked, known: Known) -> tuple[tuple[MentionRef, ...], tuple[MentionRef, ...]]:
    if asked.action == "revoke":
        return (), ()
    named, whole = {name: known.mentions[name] for name in asked.mentions}, {ref.mention_id: ref for ref in _of(asked.events, known)}
    if asked.action == "split":
        return tuple(named.values()), tuple(ref for name, ref in whole.items() if name not in named)
    return tuple((whole | named).values()), ()


def _of(events: Sequence[str], known: Known) -> list[MentionRef]:
    return [ref for name in events for ref in known.of.get(known.events[name].event_id, ())]


def _value(asked: Asked, known: Known) -> JsonValue:
    """A date, or a place by its name, may be given as a person would write it."""
    value = asked.value
    if asked.field == "when" and isinstance(value, str):
        start, _, end = value.partition("..")
        return {"start": start, "end": end or start, "precision": "day" if len(start) == len("2025-08-18") else "minute"}
    if asked.field == "where" and isinstance(value, str):
        places = {place.name.casefold(): place for event in known.events.values() for place in event.where}
        place = places.get(value.casefold()) or known.places.get(value)
        return [place.model_dump(mode="json") if place else {"name": value}]
    if asked.field == "where" and isinstance(value, list):
        return [_placed(one, known) for one in value]
    return value


def named_places(asked: Asked) -> list[str]:
    """The names of places of which nothing but the name is told."""
    if asked.field != "where":
        return []
    if isinstance(asked.value, str):
        return [asked.value]
    return [name for one in (asked.value if isinstance(asked.value, list) else ()) if (name := _bare_name(one))]


def _bare_name(given: JsonValue) -> str | None:
    """The name of a place of which is not told where it lies."""
    if not isinstance(given, dict) or any(given.get(one) is not None for one in LOCATED):
        return None
    name = given.get("name")
    return name if isinstance(name, str) else None


def _placed(given: JsonValue, known: Known) -> JsonValue:
    """A place as it was given, and where it lies, if only its name was told and the gazetteer knows one of that name there."""
    place = known.places.get(_bare_name(given) or "")
    if place is None or not isinstance(given, dict) or given.get("country") not in {None, place.country}:
        return given
    return place.model_dump(mode="json") | {name: value for name, value in given.items() if name != "name" and value is not None}
