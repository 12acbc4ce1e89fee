"""All that reading knows of names, compiled from the files of `services/normalizer/lexicon`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from schemas.events import Participant, Place
from services.normalizer.reading.names.gazetteer import Rows, city_sense, load_rows
from services.normalizer.reading.names.people import Offices, Person, person
from services.normalizer.reading.names.senses import Sense
from services.normalizer.reading.names.text import phrase_key
from services.normalizer.reading.names.titles import Phrases, Titles

FOLDER = Path(__file__).resolve().parents[2] / "lexicon"
PARTICLES = frozenset(("al", "el", "ad", "ash", "an", "as", "at", "ar", "az", "de"))  # begin names in lower case: al-Shabaab
_BY_HAND = 500_000  # how likely a place written by hand is, in inhabitants: likelier than a town of its name
_MOST_MET = 4096  # cities kept in memory once read: a text may name all there are
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # all values are text: "on" and "NO" (Norway) are no truth values


def read_yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  # makes nothing but text


def read_table(path: Path) -> Iterator[list[str]]:
    """Rows of a table with tabs; lines that begin with # are remarks."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def several(cell: str) -> list[str]:
    return [c for c in cell.split(";") if c]


@dataclass
class Lexicon:
    """Phrases to senses, and the rows of cities beside them."""

    phrases: dict[str, tuple[Sense, ...]] = field(default_factory=dict)
    people: dict[str, tuple[Person, ...]] = field(default_factory=dict)  # full names and surnames
    surnames: set[str] = field(default_factory=set)
    reach: dict[str, int] = field(default_factory=dict)  # first two words -> words of the longest phrase
    acronyms: set[str] = field(default_factory=set)  # match in capitals alone, unless they are
    spoken: set[str] = field(default_factory=set)  # also written as a word: "Nato"
    small: set[str] = field(default_factory=set)  # may end or begin in lower case
    small_first: set[str] = field(default_factory=set)  # and the words that these begin with
    states: dict[str, list[Sense]] = field(default_factory=dict)  # code -> the state, former ones first
    cities: Rows = field(default_factory=dict)
    words: dict[str, Any] = field(default_factory=dict)  # offices.yaml and cues.yaml
    common: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    offices: Offices = field(default_factory=lambda: Offices((), {"countries": {}, "order": ()}))
    admin1: dict[str, str] = field(default_factory=dict)
    capitals: dict[str, str] = field(default_factory=dict)  # code -> key of the capital
    _met: dict[str, tuple[Sense, ...]] = field(default_factory=dict)  # cities already read

    def add(self, name: str, sense: Sense) -> None:
        key = phrase_key(name)
        self.phrases[key] = (*self.phrases.get(key, ()), sense)
        self.note(name, key)

    def note(self, name: str, key: str) -> None:
        """Remember how the name is written: how long, whether in capitals or partly in lower case."""
        words = key.split(" ")
        self.begin(key)
        last = name.replace("-", " ").split()[-1]
        if len(words) == 1 and name[0].isupper():
            (self.acronyms if name.isupper() else self.spoken).add(key)
        if not (name[0].isupper() or name[0].isdigit()) or last[0].islower():
            self.small.add(key)
            self.small_first.add(words[0])

    def begin(self, key: str) -> None:
        """Remember how far a phrase of several words may go on behind its first two."""
        first, *others = key.split(" ")
        if others:
            opening = f"{first} {others[0]}"
            self.reach[opening] = max(self.reach.get(opening, 0), 1 + len(others))

    def add_person(self, p: Person) -> None:
        for name in (*p.names, *p.surnames):
            key = phrase_key(name)
            self.people[key] = (*self.people.get(key, ()), p)
            self.note(name, key)
        self.surnames.update({phrase_key(s) for s in p.surnames} - p.keys)

    def state(self, code: str, day: dt.date | None) -> Participant | None:
        """The state of that code on that day: Moscow spoke for the Soviet Union in 1987."""
        found = next((s for s in self.states.get(code, ()) if s.holds(day)), None)
        return found.actor if found else None

    @cached_property
    def titles(self) -> Titles:
        return Titles(self.words)

    @cached_property
    def lively(self) -> frozenset[str]:
        """The keys at which a name may begin though they are written small: "president", "al", "village"; all others are passed over."""
        return self.titles.firsts | frozenset(self.small_first) | self.sets["settlements"] | PARTICLES

    @cached_property
    def forces(self) -> Phrases:
        return Phrases(self.words["forces"])

    @cached_property
    def sets(self) -> dict[str, frozenset[str]]:
        return {name: frozenset(map(phrase_key, words)) for name, words in self.words["sets"].items()}

    @cached_property
    def ranks(self) -> dict[str, int]:
        return {office: int(rank) for office, rank in self.words["ranks"].items()}

    @cached_property
    def telling_surnames(self) -> frozenset[str]:
        """Surnames that make a person of the word before: "Hunter Biden", but not "Electric Power"."""
        return frozenset(self.surnames) - self.sets["common_surnames"] - self.common

    @property
    def openers(self) -> frozenset[str]:
        return self.sets["openers"]

    @cached_property
    def countries(self) -> dict[str, str]:
        return {code: senses[-1].place.name for code, senses in self.states.items() if senses[-1].place}

    def city(self, key: str) -> tuple[Sense, ...]:
        """What a name may mean as a town; rows are read when first asked for, as a text names few towns, and those often."""
        rows = self.cities.get(key)
        if rows is None:
            return ()
        if key not in self._met:
            if len(self._met) >= _MOST_MET:
                self._met.clear()
            self._met[key] = tuple(city_sense(r, self.countries, self.admin1, self.common) for r in rows.splitlines())
        return self._met[key]


def _iso(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class Land:
    """A country of the gazetteer; a state is put on the map where its capital is."""

    geonameid: int
    lat: float | None
    lon: float | None


def _lands(lexicon: Lexicon) -> dict[str, Land]:
    lands: dict[str, Land] = {}
    seats = {row[0]: several(row[5]) for row in read_table(FOLDER / "states.tsv") if not row[7]}
    for code, ident, name, capital in read_table(FOLDER / "places" / "countries.tsv"):
        rows = [r.split("\t") for n in (capital, *seats.get(code, ()), name) for r in lexicon.cities.get(phrase_key(n), "").splitlines()]
        seat = max((row for row in rows if row[2] == code), key=lambda row: int(row[7]), default=None)
        lands[code] = Land(int(ident), float(seat[4]) if seat else None, float(seat[5]) if seat else None)
    return lands


def _states(lexicon: Lexicon, lands: dict[str, Land]) -> None:
    former: list[list[str]] = []
    present: list[list[str]] = []
    for row in read_table(FOLDER / "states.tsv"):
        (former if row[7] else present).append(row)
    for row in (*former, *present):
        _state(lexicon, row, lands)


def _state(lexicon: Lexicon, row: list[str], lands: dict[str, Land]) -> None:
    code, name, also, adjectives, people, capitals, since, until = row
    actor = Participant(name=name, type="state", country=code)
    land = lands.get(code, Land(0, None, None))
    place = Place(
        name=name, country=code, lat=land.lat, lon=land.lon, geonameid=(land.geonameid or None) if not until else None, precision="country"
    )
    dates = (_iso(since), _iso(until))
    meant = Sense("state", "name", actor, place, 10**7, *dates)
    lexicon.states.setdefault(code, []).append(meant)
    for n in (name, *several(also)):
        lexicon.add(n, Sense("state", "acronym" if n.replace(".", "").isupper() else "name", actor, place, 10**7))
    for n in several(adjectives):
        if phrase_key(n) not in map(phrase_key, several(also)):
            lexicon.add(n, Sense("adjective", "adjective", actor))
    for n in several(people):
        lexicon.add(n, Sense("adjective", "demonym", actor))
    if capitals and not until:
        lexicon.capitals[code] = phrase_key(several(capitals)[0])
    for n in several(capitals):
        lexicon.add(n, Sense("capital", "name", actor, None, 10**6, *dates))


def _places(lexicon: Lexicon) -> None:
    for row in read_table(FOLDER / "places" / "places.tsv"):
        place, weight = _place(lexicon, row)
        names = (row[0], *several(row[1]))
        kind: Any = "region" if place.precision == "unknown" else place.precision
        form: Any = "venue" if kind == "site" else "name"
        for n in names:
            lexicon.add(n, Sense(kind, form, place=place, weight=weight, risky=phrase_key(n) in lexicon.common))
            if row[7]:
                lexicon.add(n, Sense("seat", form, lexicon.states[row[7]][-1].actor, place))


def _place(lexicon: Lexicon, row: list[str]) -> tuple[Place, int]:
    """Columns: name, also, precision, country, lat, lon, within, speaks_for. A town of the gazetteer takes its id and weight."""
    name, _, precision, country, lat, lon, within, _ = row
    rows = (r.split("\t") for r in lexicon.cities.get(phrase_key(name), "").splitlines() if precision == "city")
    here = max((r for r in rows if r[2] == country), key=lambda r: int(r[7]), default=None)
    place = Place(
        name=name,
        country=country or None,
        lat=float(lat),
        lon=float(lon),
        geonameid=int(here[6]) if here else None,
        precision=precision,
        within=tuple(several(within)) or ((lexicon.countries[country],) if country else ()),
    )
    return place, max(_BY_HAND, int(here[7]) if here else 0)


def _institutions(lexicon: Lexicon) -> None:
    for code, names in read_table(FOLDER / "institutions.tsv"):
        for n in several(names):
            lexicon.add(n, Sense("seat", "office", lexicon.states[code][-1].actor))


def _divisions(lexicon: Lexicon) -> None:
    for key, name, country, code, ident in read_table(FOLDER / "places" / "divisions.tsv"):
        if country == "US":
            lexicon.admin1[code] = name
        place = Place(
            name=name,
            country=country,
            geonameid=int(ident) if ident else None,
            precision="region",
            within=(lexicon.countries[country],) if country in lexicon.countries else (),
        )
        weight = 3 * 10**6 if country == "US" else 10**5
        lexicon.add(name, Sense("region", "name", place=place, weight=weight, risky=country != "US" and key in lexicon.common))


def _bodies(lexicon: Lexicon) -> None:
    for name, given in read_yaml(FOLDER / "bodies.yaml").items():
        card = given or {}
        actor = Participant(name=name, type="organisation", country=card.get("country"))
        for n in (name, *card.get("also", ())):
            lexicon.add(n, Sense("body", "acronym" if n.isupper() else "name", actor))
        for n in card.get("adjective", ()):
            lexicon.add(n, Sense("adjective", "adjective", actor))


def _stops(lexicon: Lexicon, names: Iterable[str]) -> None:
    for n in names:
        lexicon.add(n, Sense("stop", "name"))


def _people(lexicon: Lexicon) -> None:
    everyone = tuple(
        person(name, country, card)
        for path in sorted((FOLDER / "people").glob("*.yaml"))
        for country, cards in read_yaml(path).items()
        for name, card in cards.items()
    )
    for p in everyone:
        lexicon.add_person(p)
    lexicon.offices = Offices(everyone, lexicon.words["leader"])


def _word_list(path: Path) -> frozenset[str]:
    return frozenset(w for row in read_table(path) for w in row[0].casefold().split())


def compile_lexicon() -> Lexicon:
    """Read every file once. Later files add senses to the phrases of earlier ones."""
    lexicon = Lexicon()
    lexicon.common = _word_list(FOLDER / "common_words.txt")
    lexicon.given = _word_list(FOLDER / "given_names.txt")
    lexicon.words = {**read_yaml(FOLDER / "offices.yaml"), **read_yaml(FOLDER / "cues.yaml")}
    lexicon.cities = load_rows(FOLDER / "places" / "cities.tsv")
    _states(lexicon, _lands(lexicon))
    _divisions(lexicon)
    _places(lexicon)
    _institutions(lexicon)
    _bodies(lexicon)
    _people(lexicon)
    _stops(lexicon, lexicon.words["not_names"])
    for key in lexicon.cities:
        if " " in key:
            lexicon.begin(key)
    return lexicon
