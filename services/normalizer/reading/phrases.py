"""Phrases as data, matched in one pass: a trie of words, the longest match at each word.

A phrase is words with blanks between: "drone attack". `{weapon}` stands for any phrase of the class `weapon`, so that
"{weapon} attack" is written once; classes are spelt out when the table is built, not while reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import compress, product
from typing import Any, Generic, TypeVar

from services.normalizer.reading.tokens import Token, tokenise

Label = TypeVar("Label")
_CLASS = re.compile(r"\{(\w+)\}")


def expand(phrase: str, classes: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The phrases that `phrase` stands for, each `{class}` replaced by each of its members.

    Raises:
        KeyError: there is no such class.
    """
    parts = _CLASS.split(phrase)
    choices = [(part,) if n % 2 == 0 else tuple(p for m in classes[part] for p in expand(m, classes)) for n, part in enumerate(parts)]
    return tuple("".join(words) for words in product(*choices))


def words(phrase: str) -> tuple[str, ...]:
    """The words of a phrase as the tokeniser would give them."""
    return tuple(token.low for token in tokenise(phrase, 0, len(phrase)))


class _Node:
    __slots__ = ("labels", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.labels: tuple[Any, ...] = ()


def _telling(path: Sequence[str]) -> str:
    """The word that tells most: of "the two sides" many sentences hold "the", and few "sides". Where it is missing, so is the phrase."""
    return max(reversed(path), key=len)


class Table(Generic[Label]):
    """A compiled set of phrases. Several labels may share a phrase; they are given in the order they were added."""

    def __init__(self, entries: Iterable[tuple[str, Label]], classes: Mapping[str, Sequence[str]] | None = None) -> None:
        self._root = _Node()
        self._telling: set[str] = set()
        self._closing: set[str] = set()
        self._length = 0  # words of the longest phrase
        for phrase, label in entries:
            for spelt in expand(phrase, classes or {}):
                self._add(words(spelt), label)

    def _add(self, path: tuple[str, ...], label: Label) -> None:
        node = self._root
        for word in path:
            node = node.next.setdefault(word, _Node())
        if node is not self._root and label not in node.labels:
            node.labels = (*node.labels, label)
            self._telling.add(_telling(path))
            self._closing.add(path[-1])
            self._length = max(self._length, len(path))

    def at(self, tokens: Sequence[Token], first: int) -> tuple[int, tuple[Label, ...]]:
        """(end, labels) of the longest phrase that starts at this token; (first, ()) where there is none."""
        node, best, labels = self._root.next.get(tokens[first][2]), first, ()
        if node is None or not node.next:  # most words begin no phrase, and most phrases are one word
            return (first + 1, node.labels) if node else (first, ())
        place, end = first + 1, len(tokens)
        while node is not None:
            if node.labels:
                best, labels = place, node.labels
            node = node.next.get(tokens[place][2]) if place < end else None  # `low` by number: half the time of by name
            place += 1
        return best, labels

    def ends_at(self, tokens: Sequence[Token], last: int) -> bool:
        """Whether a phrase ends right before a token."""
        if last == 0 or tokens[last - 1][2] not in self._closing:
            return False
        return any(self._spells(tokens, first, last) for first in range(max(last - self._length, 0), last))

    def _spells(self, tokens: Sequence[Token], first: int, last: int) -> bool:
        """Whether these words are a phrase; that a longer one goes on behind them does not matter."""
        node: _Node | None = self._root
        for token in tokens[first:last]:
            node = node.next.get(token[2]) if node is not None else None
        return node is not None and bool(node.labels)

    @property
    def opening(self) -> AbstractSet[str]:
        """The words that phrases begin with."""
        return self._root.next.keys()

    def longest(self, lows: Sequence[str]) -> list[tuple[int, int, tuple[Label, ...]]]:
        """(first, last, labels) of the longest phrase at each word that one begins with, of words in lower case; these may overlap."""
        roots, found = self._root.next, []
        for first in compress(range(len(lows)), map(roots.__contains__, lows)):
            node, place = roots[lows[first]], first + 1
            last, labels = place, node.labels
            while node.next and place < len(lows):
                after = node.next.get(lows[place])
                if after is None:
                    break
                node, place = after, place + 1
                if node.labels:
                    last, labels = place, node.labels
            if labels:
                found.append((first, last, labels))
        return found

    def find(self, lows: Sequence[str]) -> tuple[tuple[int, int, Label], ...]:
        """(first, last, label) of every phrase among words in lower case, left to right, none overlapping another of this table."""
        if self._telling.isdisjoint(lows):  # most tables have none in a sentence
            return ()
        hits: list[tuple[int, int, Label]] = []
        after = 0
        for first, last, labels in self.longest(lows):
            if first < after:
                continue
            if len(labels) == 1:  # a comprehension costs as much as all else here
                hits.append((first, last, labels[0]))
            else:
                hits.extend([(first, last, label) for label in labels])
            after = last
        return tuple(hits)
