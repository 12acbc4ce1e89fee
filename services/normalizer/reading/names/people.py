"""People of the lexicon, the offices they held, and who held which office on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.events import Participant
from services.normalizer.reading.names.text import phrase_key

_FAMILY_NAME_FIRST = frozenset(("CN", "KR", "KP", "TW", "VN", "KH", "HK", "SG"))
_NEVER = dt.date.max
_EVER = dt.date.min
_AFTERGLOW = dt.timedelta(days=1100)  # papers call people by surname alone for about three years after an office


@dataclass(frozen=True, slots=True)
class Tenure:
    """An office in a state (ISO 3166-1 alpha-2) or body (its name), held from `since` until the day before `until`."""

    office: str
    of: str
    since: dt.date
    until: dt.date


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of the lexicon; `names` are the full spellings, `surnames` those that may stand alone."""

    participant: Participant
    names: tuple[str, ...]
    surnames: tuple[str, ...]
    tenures: tuple[Tenure, ...]
    keys: frozenset[str]  # of the full spellings

    def known_on(self, day: dt.date | None) -> bool:
        """Whether the surname alone names this person on that day: in office then, or not long before."""
        if day is None:
            return bool(self.tenures)
        return any(t.since <= day and (t.until == _NEVER or day < t.until + _AFTERGLOW) for t in self.tenures)

    def rank_on(self, day: dt.date | None, ranks: Mapping[str, int]) -> tuple[int, int, dt.date]:
        """Sorts rivals of one surname: in office on the day, then the higher office, then the later one."""
        holding = [t for t in self.tenures if t.until == _NEVER] if day is None else [t for t in self.tenures if t.since <= day < t.until]
        best = max((ranks.get(t.office, 0) for t in holding or self.tenures), default=0)
        started = [t.since for t in self.tenures if day is None or t.since <= day]
        return (1 if holding else 0, best, max(started, default=_EVER))


def _day(text: str, otherwise: dt.date) -> dt.date:
    """An ISO date, a month or a year as its first day."""
    parts = [int(p) for p in text.split("-")] if text else []
    return dt.date(parts[0], *([*parts[1:], 1, 1])[:2]) if parts else otherwise


def tenures(office: str, country: str, spans: str) -> Iterator[Tenure]:
    """Tenures of "president", "1999-12-31/2008-05-07, 2012-05-07/": ISO 8601 intervals, open where they last."""
    name, _, of = office.partition(" of ")
    for span in str(spans).split(","):
        since, _, until = span.strip().partition("/")
        yield Tenure(name, of or country, _day(since, _EVER), _day(until, _NEVER))


def person(name: str, country: str, card: Mapping[str, Any] | None) -> Person:
    """One entry of people/*.yaml: `also` lists spellings (of one word: surnames), all other keys are offices."""
    card = card or {}
    also = [str(a) for a in card.get("also", ())]
    words = name.split()
    surname = card.get("surname") or (words[0] if country in _FAMILY_NAME_FIRST else words[-1])
    surnames = [surname, *(a for a in also if " " not in a)]
    surnames += [s[3:] for s in surnames if s[:3] in ("al-", "Al-", "el-", "El-")]
    held = tuple(t for o, s in card.items() if o not in ("also", "surname") for t in tenures(o, country, s))
    participant = Participant(name=name, type="person", country=None if country == "XX" else country)
    names = (name, *(a for a in also if " " in a))
    return Person(participant, names, tuple(dict.fromkeys(surnames)), held, frozenset(map(phrase_key, names)))


class Offices:
    """Who held an office on a day."""

    def __init__(self, people: tuple[Person, ...], leads: Mapping[str, Any]) -> None:
        self._held: dict[tuple[str, str], list[tuple[Tenure, Participant]]] = {}
        self._leads = {c: office for office, countries in leads["countries"].items() for c in countries}
        self._order = tuple(leads["order"])
        for p in people:
            for t in p.tenures:
                self._held.setdefault((t.office, t.of), []).append((t, p.participant))

    def holder(self, office: str, of: str, day: dt.date | None) -> Participant | None:
        """The one holder on that day (with no day: the present one); None where there is none, or more than one."""
        found = [p for t, p in self._held.get((office, of), ()) if (t.until == _NEVER if day is None else t.since <= day < t.until)]
        return found[0] if len({p.name for p in found}) == 1 else None

    def leader(self, of: str, day: dt.date | None) -> Participant | None:
        """Whom papers call "the leader" of a country: by its own rule where it has one, else president, then premier."""
        order = (self._leads[of],) if of in self._leads else self._order
        return next((p for p in (self.holder(o, of, day) for o in order) if p), None)
