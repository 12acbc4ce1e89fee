"""`Edit`: one command of an editor, the value of `edits.v1`. It wins over the rules of merging until it is revoked."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, JsonValue, TypeAdapter, model_validator

from schemas.base import Instant, Model, Sha256
from schemas.events import Participant, Place, Status, When

LATITUDE, LONGITUDE = 90, 180


def _in_a_calendar(when: When) -> When:
    """Both days exist, and the first is not after the last: no projection could hold others."""
    first, last = (date.fromisoformat(moment[:10]) if moment else None for moment in (when.start, when.end))
    if first and last and last < first:
        raise ValueError(f"it would end on {last}, before it starts on {first}")
    return when


def _on_earth(place: Place) -> Place:
    if not place.name.strip():
        raise ValueError("a place has a name")
    if abs(place.lat or 0) > LATITUDE or abs(place.lon or 0) > LONGITUDE:
        raise ValueError("latitude lies from -90 to 90, longitude from -180 to 180")
    return place


def _named(participant: Participant) -> Participant:
    if not participant.name.strip():
        raise ValueError("a participant has a name")
    return participant


Action = Literal["merge", "split", "correct", "retract", "revoke"]
WHOLE: dict[str, TypeAdapter[Any]] = {
    "status": TypeAdapter(Status),
    "when": TypeAdapter(Annotated[When, AfterValidator(_in_a_calendar)]),
    "where": TypeAdapter(tuple[Annotated[Place, AfterValidator(_on_earth)], ...]),
    "participants": TypeAdapter(tuple[Annotated[Participant, AfterValidator(_named)], ...]),
}
PARTS: dict[str, TypeAdapter[Any]] = {
    "quantities": TypeAdapter(Annotated[int, Field(ge=0, le=1_000_000_000)] | None),
    "details": TypeAdapter(JsonValue),
}
AT_LEAST_TWO = 2
PART = re.compile(r"[a-z][a-z0-9_]{0,63}(/[^\x00-\x1f]{1,100})?")
"""A measure, and whose; or the name of a detail."""


class MentionRef(Model):
    """A mention that outlives the ids of events, and a correction of its article: it is found by its id, else by its quote."""

    mention_id: Annotated[str, Field(description="as in `EventMention`")]
    article_id: Annotated[str, Field(description="the article that tells it")]
    quote_sha256: Sha256


class Edit(Model):
    """What an editor ordered. All mentions are of one kind.

    merge: `mentions` tell of one happening. split: `mentions` tell of one happening and `rest` of another. correct: `field` of the
    event that most of `mentions` belong to is `value` (of `quantities.<measure>` and `quantities.<measure>/<party>` a number, or null
    to tell none). retract: that event did not happen. revoke: the command `revokes` holds no more; a revocation itself can't be revoked.
    """

    edit_id: Annotated[str, Field(min_length=1, max_length=100, description="names the command, and is the record's key")]
    action: Annotated[Action, Field(description="what is ordered; see above")]
    kind: Annotated[str, Field(min_length=1, max_length=100, description="the kind of event that it is about")]
    editor: Annotated[str, Field(min_length=1, max_length=200, description="who gave the command")]
    reason: Annotated[str, Field(min_length=1, max_length=2000, description="why, in the editor's words; the evidence of a correction")]
    given_at: Annotated[Instant, Field(description="when the command was given")]
    events: Annotated[tuple[str, ...], Field(description="the events as they were called when the command was given; for people")] = ()
    mentions: Annotated[tuple[MentionRef, ...], Field(description="the mentions that it is about")] = ()
    rest: Annotated[tuple[MentionRef, ...], Field(description="of a split: the mentions that stay together without those")] = ()
    field: Annotated[str | None, Field(description="of a correction: the field of the event")] = None
    value: Annotated[JsonValue, Field(description="of a correction: what the field is to hold")] = None
    revokes: Annotated[str | None, Field(description="of a revocation: the edit_id of the command that holds no more")] = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        least = {"merge": AT_LEAST_TWO, "revoke": 0}.get(self.action, 1)
        if len(self.mentions) < least:
            raise ValueError(f"to {self.action}, name {'two mentions or more' if least > 1 else 'a mention'}")
        if self.action == "split" and not self.rest:
            raise ValueError("to split, say which mentions stay")
        if (self.action == "revoke") != (self.revokes is not None):
            raise ValueError("a revocation, and nothing else, names the command that it revokes")
        if (self.action == "correct") != (self.field is not None):
            raise ValueError("a correction, and nothing else, names a field")
        self.told()
        return self

    def told(self) -> Any:
        """The value of a correction, as the type of its field.

        Raises:
            ValueError: there is no such field, or the value is none of it (pydantic's error is a ValueError).
        """
        return None if self.field is None else of_field(self.field).validate_python(self.value)


def of_field(field: str) -> TypeAdapter[Any]:
    """What a field of an event may hold.

    Raises:
        ValueError: editors can't set it; the message lists what they can.
    """
    name, _, part = field.partition(".")
    adapter = PARTS.get(name) if part else WHOLE.get(name)
    if adapter is None or (part and not PART.fullmatch(part)):
        parts = "quantities.<measure>, quantities.<measure>/<party>, details.<name>"
        raise ValueError(f"no field {field!r}: there are {', '.join(WHOLE)}, {parts}")
    return adapter
