"""The kinds of event. A kind is a folder here with a `kind.yaml`; it is found by discovery.

`title` says it to people, `details` names the kind's own payload, `codes` gives the codes of PLOVER, CAMEO and ACLED by status (`default`
where a status has none of its own), each row with its reason, and `finer` what a detail makes of the default. `codes.yaml` has, of each
code that is used, what its codebook calls it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from schemas.base import Model
from schemas.data import from_yaml
from schemas.events import Codes, Status

HOME = Path(__file__).parent


class Detail(Model):
    """One field of a kind's `details`: what it means, and the values it may take, where they are few."""

    meaning: str
    values: tuple[str, ...] = ()


class Row(Codes):
    """The codes of one status, and why they are these."""

    why: str = ""

    @property
    def codes(self) -> Codes:
        return Codes(plover=self.plover, cameo=self.cameo, acled=self.acled)


class Finer(Row):
    """The codes where each value of a detail, of which there is at least one, lies among these."""

    detail: str
    among: Annotated[frozenset[str], Field(min_length=1)]

    def fits(self, details: Mapping[str, Any]) -> bool:
        told = details.get(self.detail) or ()
        values = {str(value) for value in (told if isinstance(told, (list, tuple)) else [told])}
        return bool(values) and values <= self.among


class Kind(Model):
    name: str
    title: str
    details: dict[str, Detail] = {}
    codes: dict[str, Row] = {}
    finer: tuple[Finer, ...] = ()

    def codes_for(self, status: Status, details: Mapping[str, Any] | None = None) -> Codes:
        """The codes of an event. A row of its status stands as it is; the default gives way to the first that is finer."""
        if own := self.codes.get(status):
            return own.codes
        finer = (row for row in self.finer if row.fits(details or {}))
        return next(finer, self.codes.get("default") or Row()).codes


class Codebook(Model):
    """Where the codes of one scheme come from, and what it calls those that are used here."""

    title: str
    source: str
    codes: dict[str, str]


def read_kinds(home: Path) -> dict[str, Kind]:
    """Every kind that has a folder with a card under `home`, by name, in alphabetical order.

    Raises:
        pydantic.ValidationError: a card does not have the form of `Kind`.
    """
    cards = sorted(home.glob("*/kind.yaml"))
    return {path.parent.name: Kind(name=path.parent.name, **from_yaml(path)) for path in cards}


@cache
def kinds() -> dict[str, Kind]:
    """The kinds of this installation."""
    return read_kinds(HOME)


def codebooks() -> dict[str, Codebook]:
    """The codebooks, by the field of `Codes` that holds their code."""
    told = from_yaml(HOME / "codes.yaml")
    return {name: Codebook.model_validate(book) for name, book in told.items()}
