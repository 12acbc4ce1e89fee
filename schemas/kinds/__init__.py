"""The kinds of event. A kind is a folder here with a `kind.yaml`; it is found by discovery.

`title` says it to people, `details` names the kind's own payload, `codes` gives the codes of PLOVER, CAMEO and ACLED by
status (`default` where a status has none of its own).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from schemas.base import Model
from schemas.events import Codes, Status

HOME = Path(__file__).parent


class Detail(Model):
    """One field of a kind's `details`: what it means, and the values it may take, where they are few."""

    meaning: str
    values: tuple[str, ...] = ()


class Kind(Model):
    name: str
    title: str
    details: dict[str, Detail] = {}
    codes: dict[str, Codes] = {}

    def codes_for(self, status: Status) -> Codes:
        return self.codes.get(status) or self.codes.get("default") or Codes()


def read_kinds(home: Path) -> dict[str, Kind]:
    """Every kind that has a folder with a card under `home`, by name, in alphabetical order.

    Raises:
        pydantic.ValidationError: a card does not have the form of `Kind`.
    """
    cards = sorted(home.glob("*/kind.yaml"))
    return {path.parent.name: Kind(name=path.parent.name, **yaml.safe_load(path.read_text(encoding="utf-8"))) for path in cards}


@cache
def kinds() -> dict[str, Kind]:
    """The kinds of this installation."""
    return read_kinds(HOME)
