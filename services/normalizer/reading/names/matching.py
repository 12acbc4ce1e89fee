"""The longest phrase of the lexicon at each word that may begin a name."""

from __future__ import annotations

from typing import NamedTuple

from services.normalizer.reading.names.lexicon import PARTICLES, Lexicon
from services.normalizer.reading.names.people import Person
from services.normalizer.reading.names.senses import Sense
from services.normalizer.reading.names.text import Text

_MOST_WORDS = 9


class Hit(NamedTuple):
    """Words first to last (exclusive) are a phrase of the lexicon; `key` is its key, `senses` what it may mean."""

    first: int
    last: int
    key: str
    senses: tuple[Sense, ...]
    people: tuple[Person, ...]

    @property
    def stopped(self) -> bool:
        return "stop" in [sense.kind for sense in self.senses]


def longest(text: Text, at: int, lexicon: Lexicon) -> Hit | None:
    """The longest phrase that begins at this word, or None. The work is bounded by the longest phrase, not by the text."""
    keys, joined, size = text.keys, text.joined, 1
    if joined[at]:  # most names of one word begin no longer one
        limit = min(lexicon.reach.get(f"{keys[at]} {keys[at + 1]}", 1), _MOST_WORDS, len(keys) - at)
        while size < limit and joined[at + size - 1]:
            size += 1
    phrases, people, cities = lexicon.phrases, lexicon.people, lexicon.cities
    while size:
        key = keys[at] if size == 1 else " ".join(keys[at : at + size])
        if (key in phrases or key in cities or key in people) and _as_written(text, at, at + size, key, lexicon):
            senses = phrases.get(key, ())
            return Hit(at, at + size, key, senses + lexicon.city(key) if key in cities else senses, people.get(key, ()))
        size -= 1
    return None


def _as_written(text: Text, first: int, last: int, key: str, lexicon: Lexicon) -> bool:
    if key in lexicon.acronyms and key not in lexicon.spoken:
        return all(w.isupper() or w.isdigit() for w in text.words[first:last])
    if key in lexicon.small:
        return True
    return (text.capital[last - 1] or text.words[last - 1].isdigit()) and (text.capital[first] or text.keys[first] in PARTICLES)


def may_begin(text: Text, at: int, lexicon: Lexicon) -> bool:
    return text.capital[at] or text.keys[at] in PARTICLES or text.keys[at] in lexicon.small_first
