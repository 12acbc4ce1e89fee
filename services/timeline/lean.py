"""Changes read at a quarter of the cost: the models of `schemas/` as msgspec structs, derived from them field by field at import.

What the structs take, the models take too, and with the same values; they are stricter, never laxer. What they refuse the models
have to look at, who alone say whether a record is valid, and why not. A struct has the attributes of its model, so that whoever
reads an event need not know which of the two it is; written as JSON, both give the same fields in the same order, those that were
not told with their defaults. Instants are rounded to the microsecond.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

import msgspec
from msgspec import Meta
from pydantic import AwareDatetime, BaseModel, JsonValue
from pydantic.fields import FieldInfo
from pydantic_core import to_json

from schemas.changes import EventChange
from schemas.events import CanonicalEvent
from schemas.relations import OUTLINED

DEEPEST = 4
"""Levels of lists and objects in a value of any shape; what is nested deeper is left to the model, which has a bound too."""
BOUNDS = ("ge", "le", "pattern")


def read(value: bytes) -> EventChange:
    """The change in a record's value, as a struct that has the attributes of an `EventChange`; else as the model.

    Raises:
        pydantic.ValidationError: it is no `EventChange`.
    """
    try:
        return cast(EventChange, _decoder.decode(value))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return EventChange.model_validate_json(value)


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
    return isinstance(told, msgspec.Struct)


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


def struct(model: type[BaseModel]) -> type[msgspec.Struct]:
    """The struct of a model, and of all models in it."""
    if model not in _structs:
        _structs[model] = _of(model, model.model_fields)
    return _structs[model]


def _of(model: type[BaseModel], names: Iterable[str]) -> type[msgspec.Struct]:
    fields = [_field(name, model.model_fields[name]) for name in names]
    return msgspec.defstruct(model.__name__, fields, frozen=True, kw_only=True, gc=False)


def _field(name: str, one: FieldInfo) -> tuple[Any, ...]:
    told = _typed(one.annotation, one.metadata)
    if one.is_required():
        return name, told
    default = struct(type(one.default))() if isinstance(one.default, BaseModel) else one.default
    return name, told, msgspec.field(default_factory=dict) if default == {} else default


def _typed(annotation: Any, metadata: Any = ()) -> Any:
    """The type that msgspec checks, with the bounds that pydantic's metadata names."""
    if annotation is JsonValue:
        return _any_value()
    if annotation is AwareDatetime:
        return Annotated[datetime, Meta(tz=True)]
    bounds = dict(_bounds(metadata))
    return Annotated[_bare(annotation), Meta(**bounds)] if bounds else _bare(annotation)


def _bare(annotation: Any) -> Any:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _typed(inner[0], inner[1:])
    if origin in {Union, types.UnionType}:
        return Union[tuple(map(_typed, inner))]  # noqa: UP007 - of a number that only the model knows
    if origin is tuple:
        return tuple[_typed(inner[0]), ...]  # type: ignore[misc]
    if origin is dict:
        return dict[str, _typed(inner[1])]  # type: ignore[misc]
    if origin is Literal or annotation in {str, int, float, bool, types.NoneType}:
        return annotation
    return struct(annotation)


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


_structs: dict[type[BaseModel], type[msgspec.Struct]] = {}
_decoder = msgspec.json.Decoder(struct(EventChange))
_outlined_decoder = msgspec.json.Decoder(_of(CanonicalEvent, OUTLINED))
_encoder = msgspec.json.Encoder()
