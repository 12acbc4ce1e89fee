"""Who a name of a person is: from the lexicon, from an introduction earlier in the article, or by its pattern alone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from schemas.events import Participant
from services.normalizer.reading.names.lexicon import Lexicon
from services.normalizer.reading.names.people import Person
from services.normalizer.reading.names.text import Text, phrase_key
from services.normalizer.reading.names.titles import Title, Titles

_MOST_WORDS = 5
_UNMISTAKABLE = (1, 8)  # in office now, as a head of state or government: "Bush" in 2003 needs no introduction
_HYPHENS = frozenset(("-", "‑", "‐"))
_SYLLABLE = 6  # letters, most
_TWO = 2
_GIVEN_LAST = re.compile(r"[A-Z][a-z]+ [A-Z][a-z]+-[a-z]+")  # a Korean or Chinese name with its family first
_INNER = frozenset("al el bin ibn ben van von der den de la du da dos di abu bint ul ur ad".split())  # noqa: SIM905  # reads as words


class Persons:
    """The people of one article, in order of reading. Surnames mean whom the article introduced by full name."""

    def __init__(self, text: Text, lexicon: Lexicon, titles: Titles, day: dt.date | None) -> None:
        self.text, self.lexicon, self.titles, self.day = text, lexicon, titles, day
        self.introduced: dict[str, Participant] = {}
        self._ends = lexicon.sets["not_in_a_persons_name"]
        self._tied = lexicon.sets["dropping"] | lexicon.sets["leading"]
        self._ranks = lexicon.ranks
        self._common = lexicon.sets["common_surnames"]

    def run(self, at: int) -> int:
        """The word after the name of a person that begins here: capitalised words, with particles between."""
        text, i = self.text, at
        while i < text.size and i - at < _MOST_WORDS and (i == at or text.joined[i - 1]):
            if not (
                text.capital[i]
                or self.second_syllable(at, i)
                or (text.keys[i] in _INNER and i + 1 < text.size and text.capital[i + 1] and text.joined[i])
            ):
                break
            ends = text.keys[i] in self._ends and not (i > at and self._is_initial(i))
            if ends or (i > at and text.gap(i - 1) in ("'", "’") and text.keys[i] == "s"):
                break
            if i > at and text.gap(i - 1) == "-" and {text.keys[i - 1], text.keys[i]} <= self.introduced.keys():
                break  # "the Smith-Jones talks" of two who were introduced
            if i > at and self.titles.begins(text.keys[i]) and self.titles.at(text, i) and not self._is_surname(i):
                break
            i += 1
        return i

    def _is_initial(self, at: int) -> bool:
        """As in "Eduard A. Shevardnadze": one capital with a stop, between two names."""
        text = self.text
        alone = len(text.words[at]) == 1 and text.capital[at] and text.gap(at) == ". "
        return alone and at + 1 < text.size and text.capital[at + 1] and text.keys[at + 1] not in self._ends

    def second_syllable(self, at: int, i: int) -> bool:
        """As in "Kang Kyung-wha", but not "Emmanuel Macron-led": the end of an East Asian given name."""
        tied = i - at > 1 and self.text.gap(i - 1) in _HYPHENS and self.text.capital[i - 1]
        return tied and len(self.text.keys[i]) <= _SYLLABLE and self.text.keys[i] not in self._tied

    def _is_surname(self, at: int) -> bool:
        """As in "Kevin King and": a surname that is a title too, with no name behind it."""
        followed = at + 1 < self.text.size and self.text.joined[at] and self.text.capital[at + 1]
        return (
            self.text.keys[at] in self._common and self.text.capital[at] and self.text.keys[at - 1] in self.lexicon.given and not followed
        )

    def known(self, key: str, people: tuple[Person, ...], owner: str | None = None, title: Title | None = None) -> Participant | None:
        """The person meant by a full name or a surname, or None where a surname says too little."""
        full = [p for p in people if key in p.keys]
        if full:
            return self.introduce(self._best(full).participant)
        if key in self.introduced:
            return self.introduced[key]
        fitting = [p for p in people if p.known_on(self.day)]
        if title is not None:
            held = [p for p in fitting or people if any(t.office == title.office and owner in (None, t.of) for t in p.tenures)]
            fitting = held or [p for p in fitting if owner in (None, p.participant.country)]
        elif key in self._common or key in self.lexicon.common or key in self.lexicon.given:
            fitting = [p for p in fitting if p.rank_on(self.day, self._ranks) >= _UNMISTAKABLE and key not in self._ends]
        return self._best(fitting).participant if fitting else None

    def _best(self, people: list[Person]) -> Person:
        return max(people, key=lambda p: (*p.rank_on(self.day, self._ranks), p.participant.name))

    def introduce(self, person: Participant) -> Participant:
        """From here on, the surname alone is this person."""
        for p in self.lexicon.people.get(phrase_key(person.name), ()):
            for surname in p.surnames if p.participant == person else ():
                self.introduced[phrase_key(surname)] = person
        words = phrase_key(person.name).split()
        if len(words) > 1:
            self.introduced[words[-1]] = person
            if _GIVEN_LAST.fullmatch(person.name):
                self.introduced.setdefault(words[0], person)  # "Cho Min-ho" is "Cho" later on
            if len(words) > _TWO and words[-_TWO] not in _INNER:
                self.introduced[" ".join(words[-_TWO:])] = person  # "Luis Castro Ruiz" is "Castro Ruiz" later on
            for i in range(1, len(words) - 1):
                if words[i] in _INNER:
                    self.introduced[" ".join(words[i:])] = person
                    break
        return person

    def stranger(self, first: int, last: int, country: str | None) -> Participant:
        """Someone no lexicon has, by the words of the name; a lone surname is whom the article introduced by it."""
        start, end = self.text.span(first, last)
        key = " ".join(self.text.keys[first:last])
        if key in self.introduced:
            return self.introduced[key]
        if known := self.otherwise_written(self.text.keys[first:last]):
            return known
        name = " ".join(self.text.body[start:end].split())
        if name.isupper():
            name = name.title()
        if last - first == 1:
            return Participant(name=name, type="person", country=country)
        person, surname = Participant(name=name, type="person", country=country), self.text.keys[last - 1]
        famous = self.known(surname, self.lexicon.people.get(surname, ()))  # "Trump" stays the president beside an Ivanka Trump
        return person if famous else self.introduce(person)

    def otherwise_written(self, words: Sequence[str]) -> Participant | None:
        """As in "Antony J. Blinken", "Kishida Fumio": with an initial in the midst, or the family name first."""
        plain = [word for n, word in enumerate(words) if len(word) > 1 or n in {0, len(words) - 1}]
        keys = [" ".join(plain)] if len(plain) < len(words) else []
        keys += [f"{words[1]} {words[0]}"] if len(words) == 2 else []  # noqa: PLR2004
        found = (p for key in keys for p in self.lexicon.people.get(key, ()) if key in p.keys)
        person = next(found, None) or self._by_initial(words)
        return self.introduce(person.participant) if person else None

    def _by_initial(self, words: Sequence[str]) -> Person | None:
        """As in "Secretary of State M. Rubio": the only one in office then of that surname whose name begins so."""
        if len(words) != _TWO or len(words[0]) > 1:
            return None
        people = [p for p in self.lexicon.people.get(words[1], ()) if words[1] not in p.keys and p.known_on(self.day)]
        people = [p for p in people if p.participant.name.casefold().startswith(words[0])]
        return people[0] if len(people) == 1 else None
