"""What can be asked: the parameters of each question, checked before anything reaches Postgres."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from schemas.base import Iso2
from schemas.events import Status
from schemas.kinds import kinds
from services.timeline.cursor import Cursor, decode

MOST = 500
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


def _known_kind(name: str) -> str:
    if name not in kinds():
        raise PydanticCustomError("unknown_kind", "Input should be one of {expected}", {"expected": ", ".join(kinds())})
    return name


def _readable_cursor(text: str) -> str:
    try:
        decode(text)
    except ValueError as error:
        raise PydanticCustomError("bad_cursor", "Input should be the `next` of an earlier answer") from error
    return text


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


class EventsQuery(Parameters):
    """`GET /v1/events`. Repeated values of a filter mean any of them; of `participant`, all of them."""

    kind: Annotated[list[Annotated[str, AfterValidator(_known_kind)]], Field(description="kinds of event")] = []
    status: Annotated[list[Status], Field(description="where the happening stands; `retracted` asks for retracted ones too")] = []
    since: Annotated[date | None, Field(alias="from", description="events that end on this day or later; leaves out undated ones")] = None
    until: Annotated[date | None, Field(alias="to", description="events that start on this day or earlier; leaves out undated ones")] = None
    country: Annotated[list[Iso2], Field(description="where it happens or may happen: ISO 3166-1 alpha-2, in capitals")] = []
    participant: Annotated[
        list[Text], Field(description="whole words of a name, in any case and with or without accents, or a country code")
    ] = []
    include: Annotated[list[Literal["retracted", "merged"]], Field(description="events that are left out otherwise")] = []
    cursor: Annotated[
        Annotated[str, AfterValidator(_readable_cursor)] | None, Field(description="`next` of the answer before: go on after it")
    ] = None
    limit: Annotated[int, Field(ge=1, le=MOST, description="most events in one answer")] = 100

    @property
    def after(self) -> Cursor | None:
        return decode(self.cursor) if self.cursor else None


class HistoryQuery(Parameters):
    """`GET /v1/events/{event_id}/history`."""

    after: Annotated[int, Field(ge=0, le=2**31 - 1, description="revisions after this one: `next` of the answer before")] = 0
    limit: Annotated[int, Field(ge=1, le=MOST, description="most revisions in one answer")] = 100
