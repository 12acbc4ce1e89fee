"""Offices and titles in a text: "Foreign Minister", "former deputy defence minister", "Lt. Gen."."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from services.normalizer.reading.names.text import Text, phrase_key


class Title(Struct, frozen=True):
    """Words first to last (exclusive). `office` is what the lexicon's people hold, None for a rank or a job.

    `changed`: "former", "deputy" and the like stand before it, so it is not the holder of the office.
    """

    first: int
    last: int
    office: str | None
    changed: bool


class Phrases:
    """Phrases in lower case or capitals alike, the longest at a word."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = frozenset(map(phrase_key, phrases))
        self._reach: dict[str, int] = {}
        for phrase in sorted(self._phrases):
            first, size = phrase.split(" ")[0], phrase.count(" ") + 1
            self._reach[first] = max(self._reach.get(first, 1), size)

    def begins(self, key: str) -> bool:
        return key in self._reach

    @property
    def firsts(self) -> frozenset[str]:
        return frozenset(self._reach)

    def at(self, text: Text, i: int) -> int:
        """How many words the longest phrase that begins here has, 0 for none."""
        for size in range(min(self._reach.get(text.keys[i], 0), text.size - i), 0, -1):
            if " ".join(text.keys[i : i + size]) in self._phrases and all(text.joined[i : i + size - 1]):
                return size
        return 0


class Titles:
    def __init__(self, words: Mapping[str, Any]) -> None:
        self._offices: dict[str, str | None] = {phrase_key(t): None for t in words["titles"]}
        self._offices.update({phrase_key(s): office for office, spellings in words["offices"].items() for s in (office, *spellings)})
        self._phrases = Phrases(self._offices)
        self._states = {phrase_key(t): state for state, titles in words["of_one_state"].items() for t in titles}
        self._changing = frozenset(map(phrase_key, words["changing"]))
        self._plain = frozenset(map(phrase_key, words["plain"]))
        self.firsts = self._phrases.firsts | self._changing | self._plain  # the keys at which a title may begin

    def at(self, text: Text, i: int) -> Title | None:
        """The title that begins at this word, with what qualifies it."""
        first, changed = i, False
        while i < text.size and i - first < 3 and (text.keys[i] in self._changing or text.keys[i] in self._plain):  # noqa: PLR2004
            if self._phrases.at(text, i) > 1:
                break  # "chief of staff" is no staff's chief
            if not text.joined[i]:
                return None
            changed |= text.keys[i] in self._changing
            i += 1
        size = self._phrases.at(text, i) if i < text.size else 0
        return Title(first, i + size, self._offices[" ".join(text.keys[i : i + size])], changed) if size else None

    def state_of(self, text: Text, title: Title) -> str | None:
        """The state that alone has such an office: "Deputy Secretary of State" is the United States'."""
        return next((s for t, s in self._states.items() if " ".join(text.keys[title.first : title.last]).endswith(t)), None)

    def changes(self, key: str) -> bool:
        """Whether the word makes a title somebody else's than the holder's: "former"."""
        return key in self._changing

    def begins(self, key: str) -> bool:
        return key in self.firsts
