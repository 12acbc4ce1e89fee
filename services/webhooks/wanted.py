"""Which changes somebody wants to hear of. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import Field, field_validator

from schemas.base import Model
from schemas.events import CanonicalEvent, Status
from schemas.kinds import kinds

MOST = 100  # values of one filter
_WORD = re.compile(r"\w+")
_COUNTRY = re.compile(r"[A-Z]{2}")


class Wanted(Model):
    """Events that fit all filters; of one filter any value will do, and one without values lets everything through."""

    kinds: Annotated[tuple[str, ...], Field(max_length=MOST, description="kinds of events")] = ()
    statuses: Annotated[tuple[Status, ...], Field(max_length=MOST, description="where an event stands in its life")] = ()
    countries: Annotated[tuple[str, ...], Field(max_length=MOST, description="where it happens or may happen: ISO 3166-1 alpha-2")] = ()
    participants: Annotated[
        tuple[Annotated[str, Field(max_length=200)], ...],
        Field(max_length=MOST, description="whole words of a name, in any case and with or without accents, or a country code"),
    ] = ()

    @field_validator("kinds")
    @classmethod
    def _kinds_exist(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := sorted(set(given) - set(kinds())):
            raise ValueError(f"{', '.join(unknown)[:80]}: no such kind; there are {', '.join(sorted(kinds()))}")
        return given

    @field_validator("countries")
    @classmethod
    def _countries_are_codes(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        upper = tuple(code.upper() for code in given)
        if bad := [code for code in upper if not _COUNTRY.fullmatch(code)]:
            raise ValueError(f"{bad[0][:20]!a} is no ISO 3166-1 alpha-2 code, such as UA")
        return upper

    @field_validator("participants")
    @classmethod
    def _names_have_words(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(folded, given)):
            raise ValueError("a name without a word in it fits nobody")
        return given

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.kinds or self.statuses or self.countries or self.participants)


def fits(wanted: Wanted, event: CanonicalEvent) -> bool:
    """Whether an event, as it is now, is one that is wanted."""
    return (
        (not wanted.kinds or event.kind in wanted.kinds)
        and (not wanted.statuses or event.status in wanted.statuses)
        and (not wanted.countries or any(place.country in wanted.countries for place in event.where))
        and (not wanted.participants or any(_is_there(folded(name), event) for name in wanted.participants))
    )


def folded(text: str) -> str:
    """Words in lower case without accents, one space before, between and behind; nothing if there are none."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    words = _WORD.findall(plain.casefold())
    return f" {' '.join(words)} " if words else ""


def _is_there(name: str, event: CanonicalEvent) -> bool:
    return any(name in folded(one.name) or name.strip() == (one.country or "").lower() for one in event.participants)
