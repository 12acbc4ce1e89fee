"""Changes read at a quarter of the cost: the models of `schemas/` as msgspec structs, derived from them field by field at import.

What the structs take, the models take too, and with the same values; they are stricter, never laxer. What they refuse the models
have to look at, who alone say whether a record is valid, and why not. A struct has the attributes of its model, so that whoever
reads an event need not know which of the two it is; written as JSON, both give the same fields in the same order, those that were
not told with their defaults. Instants are rounded to the microsecond.

An event that is told as a whole, with every field and no other, need not be written again: its own text says all that it would. Of such
a one no pattern is tried text by text, which took nearly half of reading it.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import product
from string import ascii_uppercase
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

import msgspec
from msgspec import Meta
from pydantic import AwareDatetime, BaseModel, JsonValue
from pydantic.fields import FieldInfo
from pydantic_core import to_json

from schemas.base import Iso2, Sha256
from schemas.changes import EventChange
from schemas.events import CanonicalEvent
from schemas.relations import OUTLINED

DEEPEST = 4
"""Levels of lists and objects in a value of any shape; what is nested deeper is left to the model, which has a bound too."""
BOUNDS = ("ge", "le", "pattern")
DIGITS = 64  # of a digest


def read(value: bytes) -> EventChange:
    """The change in a record's value, as a struct that has the attributes of an `EventChange`; else as the model.

    Raises:
        pydantic.ValidationError: it is no `EventChange`.
    """
    try:
        return cast(EventChange, _decoder.decode(value))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return EventChange.model_validate_json(value)


def read_whole(value: bytes) -> tuple[EventChange, CanonicalEvent, bytes] | None:
    """A change whose event is told as a whole, that event, and its own text; None where it is not, or where the models have to look at it.

    Of the change all but its event may be asked, since that is what the second holds.
    """
    try:
        told = _outer_decoder.decode(value)
        event = cast(CanonicalEvent, _whole_decoder.decode(told.event))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return (cast(EventChange, told), event, bytes(told.event)) if _HEX.fullmatch("".join(digests(event))) else None


def digests(event: CanonicalEvent) -> set[str]:
    """All that an event has of digests; many claims have one quote."""
    found = {claim.evidence.quote_sha256 for claim in event.claims}
    found.update([mention.evidence.quote_sha256 for mention in event.mentions])
    return found | {event.evidenced.digest} if event.evidenced else found


def read_outlined(state: str | bytes) -> CanonicalEvent:
    """As much of an event as relations are told by (`OUTLINED`), in a quarter of the time; else all of it.

    Raises:
        pydantic.ValidationError: it is no `CanonicalEvent`.
    """
    try:
        return cast(CanonicalEvent, _outlined_decoder.decode(state))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return CanonicalEvent.model_validate_json(state)


def is_lean(told: object) -> bool:
    """Whether this is a struct, which holds no number that is none (NaN, an infinity)."""
    return hasattr(told, "__struct_fields__")  # `isinstance` would ask as of an abstract class, which takes several times as long


def written(told: object) -> str:
    """A part of a change as JSON text.

    Numbers that are none are written as such rather than as null, for Postgres to refuse: a value that can't be kept is never replaced in
    silence.
    """
    if is_lean(told):  # first: to ask whether something is a model takes as long as to write a value
        return _encoder.encode(told).decode()
    return _plainly(told.model_dump() if isinstance(told, BaseModel) else told)


def written_of(part: object, value: object) -> str:
    """The same of a value in a part of a change, in half the time where that part is a struct."""
    return _encoder.encode(value).decode() if is_lean(part) else _plainly(value)


def _plainly(value: object) -> str:
    return to_json(value, inf_nan_mode="constants").decode()


class Structs:
    """The structs of models. `whole` ones are told with every field and no other; of a digest they know the length alone (`digests`)."""

    def __init__(self, *, whole: bool) -> None:
        self._whole = whole
        self._made: dict[type[BaseModel], type[msgspec.Struct]] = {}

    def of(self, model: type[BaseModel]) -> type[msgspec.Struct]:
        """The struct of a model, and of all models in it."""
        if model not in self._made:
            self._made[model] = self.some_of(model, model.model_fields)
        return self._made[model]

    def some_of(self, model: type[BaseModel], names: Iterable[str], **instead: Any) -> type[msgspec.Struct]:
        """One with these fields alone, some of another type."""
        fields = [(name, instead[name]) if name in instead else self._field(name, model.model_fields[name]) for name in names]
        return msgspec.defstruct(model.__name__, fields, frozen=True, kw_only=True, gc=False, forbid_unknown_fields=self._whole)

    def _field(self, name: str, one: FieldInfo) -> tuple[Any, ...]:
        told = self._typed(one.annotation, one.metadata)
        if self._whole or one.is_required():
            return name, told
        default = self.of(type(one.default))() if isinstance(one.default, BaseModel) else one.default
        return name, told, msgspec.field(default_factory=dict) if default == {} else default

    def _typed(self, annotation: Any, metadata: Any = ()) -> Any:
        """The type that msgspec checks, with the bounds that pydantic's metadata names."""
        if annotation is JsonValue:
            return _any_value()
        if annotation is AwareDatetime:
            return Annotated[datetime, Meta(tz=True)]
        bounds = dict(_bounds(metadata))
        if self._whole and bounds == _DIGEST:
            return Annotated[str, Meta(min_length=DIGITS, max_length=DIGITS)]
        if self._whole and bounds == _COUNTRY:
            return _COUNTRIES
        return Annotated[self._bare(annotation), Meta(**bounds)] if bounds else self._bare(annotation)

    def _bare(self, annotation: Any) -> Any:
        origin, inner = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self._typed(inner[0], inner[1:])
        if origin in {Union, types.UnionType}:
            return Union[tuple(map(self._typed, inner))]  # noqa: UP007 - of a number that only the model knows
        if origin is tuple:
            return tuple[self._typed(inner[0]), ...]  # type: ignore[misc]
        if origin is dict:
            return dict[str, self._typed(inner[1])]  # type: ignore[misc]
        if origin is Literal or annotation in {str, int, float, bool, types.NoneType}:
            return annotation
        return self.of(annotation)


def _bounds(metadata: Any) -> Iterator[tuple[str, Any]]:
    for one in metadata:
        yield from _bounds(one.metadata) if isinstance(one, FieldInfo) else ()
        for name in BOUNDS:
            if (bound := getattr(one, name, None)) is not None:
                yield name, _ended(bound) if name == "pattern" else bound


def _ended(pattern: str) -> str:
    r"""Python's `$` also stands before a last newline, pydantic's does not."""
    return pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern


def _any_value() -> Any:
    plain = value = str | int | float | bool | None
    for _ in range(DEEPEST):
        value = plain | list[value] | dict[str, value]  # type: ignore[valid-type]
    return value


_DIGEST, _COUNTRY = (dict(_bounds(get_args(kind)[1:])) for kind in (Sha256, Iso2))
_COUNTRIES: Any = Literal[tuple(map("".join, product(ascii_uppercase, repeat=2)))]  # looked up, where a pattern would be tried
_HEX = re.compile("[0-9a-f]*")
_structs = Structs(whole=False)
struct = _structs.of
_decoder = msgspec.json.Decoder(struct(EventChange))
_outlined_decoder = msgspec.json.Decoder(_structs.some_of(CanonicalEvent, OUTLINED))
_outer_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(_structs.some_of(EventChange, EventChange.model_fields, event=msgspec.Raw))
_whole_decoder = msgspec.json.Decoder(Structs(whole=True).of(CanonicalEvent))
_encoder = msgspec.json.Encoder()
