"""The base of every model, and the small value types that many of them share."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Iso2 = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="hexadecimal SHA-256 of the UTF-8 bytes")]
Moment = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$",
        description="an ISO 8601 date, or an instant",
    ),
]
Revision = Annotated[int, Field(ge=1, le=2_147_483_647, description="counts from 1; a 32-bit integer wherever it is stored")]
Instant = AwareDatetime
Precision = Literal["minute", "hour", "day", "night", "week", "month", "year", "unknown"]


class Model(BaseModel):
    """Frozen; fields that a later version adds are ignored, so that `v1` can grow (additive evolution)."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


Made = TypeVar("Made", bound=Model)
_put = object.__setattr__


def unchecked(model: type[Made], told: dict[str, Any]) -> Made:
    """What `model(**told)` would be, at a tenth of the cost: of values that our own code made, never of what came from outside.

    `told` is kept as it is; it holds every field, in their order.
    """
    made = model.__new__(model)
    _put(made, "__dict__", told)
    _put(made, "__pydantic_fields_set__", set(told))
    _put(made, "__pydantic_extra__", None)
    _put(made, "__pydantic_private__", None)
    return made


def sha256(text: str) -> str:
    """Hexadecimal SHA-256 of the text's UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def name_uuid(namespace: UUID, name: str) -> str:
    """What `str(uuid5(namespace, name))` is, at a third of the cost: a text may have a thousand claims."""
    text = hashlib.sha1(_bytes_of(namespace) + name.encode(), usedforsecurity=False).hexdigest()
    variant = "89ab"[int(text[16], 16) & 3]  # that of RFC 9562; the version, before it, is 5
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{variant}{text[17:20]}-{text[20:32]}"


@lru_cache(maxsize=64)
def _bytes_of(namespace: UUID) -> bytes:
    return namespace.bytes
