"""Which changes a subscriber wants: told by as little of a record as will do. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import ClassVar, get_args

from pydantic import BaseModel, TypeAdapter

from schemas.changes import ChangeType
from schemas.events import Participant, Status
from schemas.kinds import kinds as known_kinds
from schemas.terms import fold, terms
from subscribing.change import CURRENT, GONE, Change


class _Place(BaseModel):
    country: str | None = None


class _Glimpse(BaseModel):
    """The few fields of an event that are filtered by."""

    kind: str
    status: str
    where: tuple[_Place, ...] = ()
    participants: tuple[Participant, ...] = ()


class _Told(BaseModel):
    event: _Glimpse


@dataclass(frozen=True, slots=True)
class Only:
    """Changes after which the event is so; of each filter that is given at least one value must fit.

    `changes`: identified, revised, merged, split, retracted. `countries`: of its places, ISO 3166-1 alpha-2. `actors`: whole words of the
    name of a participant, in any case and with or without accents, or a country code. A tombstone has no state, and fits always.
    """

    changes: Collection[str] = ()
    kinds: Collection[str] = ()
    statuses: Collection[str] = ()
    countries: Collection[str] = ()
    actors: Collection[str] = ()

    _TOLD: ClassVar[TypeAdapter[_Told]] = TypeAdapter(_Told)
    _EVENT: ClassVar[TypeAdapter[_Glimpse]] = TypeAdapter(_Glimpse)

    def __post_init__(self) -> None:
        """Check the words.

        Raises:
            ValueError: there is no such change, kind or status; as a filter it would keep out everything, for ever.
        """
        need_known("change", self.changes, (*get_args(ChangeType), CURRENT, GONE))
        need_known("kind of event", self.kinds, known_kinds())
        need_known("status", self.statuses, get_args(Status))

    def __call__(self, change: Change) -> bool:
        """Whether this one is wanted. What can't be read is: its subscriber must hear of it."""
        if self.changes and change.what not in self.changes:
            return False
        if not (self.kinds or self.statuses or self.countries or self.actors) or not change.raw.value:
            return True
        try:
            return self._fits(self._glimpse(change))
        except ValueError:
            return True

    def _glimpse(self, change: Change) -> _Glimpse:
        return self._EVENT.validate_json(change.value) if change.what == CURRENT else self._TOLD.validate_json(change.value).event

    def _fits(self, event: _Glimpse) -> bool:
        return (
            (not self.kinds or event.kind in self.kinds)
            and (not self.statuses or event.status in self.statuses)
            and (not self.countries or any(place.country in self.countries for place in event.where))
            and (not self.actors or not {fold(actor) for actor in self.actors}.isdisjoint(terms(event.participants)))
        )


def need_known(what: str, asked: Iterable[str], known: Iterable[str]) -> None:
    """Refuse a word that is not known.

    Raises:
        ValueError: it says which there are.
    """
    there = tuple(known)
    if unknown := [one for one in asked if one not in there]:
        raise ValueError(f"there is no {what} {', '.join(unknown)}; there are {', '.join(there)}")
