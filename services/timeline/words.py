"""The words of the table, from `words.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

_HOME = Path(__file__).with_name("words.yaml")


class Measure(BaseModel):
    """How a number is told, without and with the party it belongs to."""

    plain: str
    of: str


class Most(BaseModel):
    """How many items a cell shows."""

    participants: int
    places: int
    quantities: int


class Words(BaseModel):
    """All of them; `words.yaml` says what each is for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measures: dict[str, Measure]
    singular: dict[str, str]
    places: dict[str, str]
    when: dict[str, str]
    undated: str
    most: Most
    more: str


@cache
def words() -> Words:
    """Read once, when first needed."""
    return Words.model_validate(yaml.safe_load(_HOME.read_text(encoding="utf-8")))
