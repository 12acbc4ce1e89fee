"""The base of every model, and the small value types that many of them share."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

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


def sha256(text: str) -> str:
    """Hexadecimal SHA-256 of the text's UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()
