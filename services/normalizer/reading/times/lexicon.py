"""The words of `words.yaml`, by the surface forms in which an article may write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Any, TypeAlias

import yaml

Value: TypeAlias = str | int | float | bool
Classes: TypeAlias = dict[str, Value]
"""What a word can be: class → value. A word that rules name literally is also a class of its own, in lower case, with the value True."""

MARKS = {"’": "'", "‘": "'", "`": "'", "–": "-", "—": "--", "‑": "-", "‐": "-", "−": "-"}
NUMERALS = frozenset(("NUMBER", "ORDINAL", "half"))
MERIDIEM_LETTERS = frozenset("aApP")
_CLOSED = ("cased", "lower", "abbreviated")


def load(name: str) -> Any:
    """The data file of that name beside this module, parsed."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader, in C where it was built


class Lexicon:
    """Surface form → classes. `abbreviated` holds the forms that may own a full stop, `joining` those that may go on in the next token."""

    def __init__(self, words: dict[str, Any], literals: Iterable[str]) -> None:
        self.classes: dict[str, Classes] = {}
        self.abbreviated = frozenset(form for word in words["abbreviated"] for form in _forms(word))
        for literal in sorted(literals):
            self._add(literal, True, _forms(literal))
        for name, listed in words.items():
            if name not in _CLOSED:
                self._add_class(name, listed, _forms)
        for name, listed in words["cased"].items():
            self._add_class(name, listed, _capitals)
        for name, listed in words["lower"].items():
            self._add_class(name, listed, _as_written)
        for odd, plain in MARKS.items():
            self.classes[odd] = self.classes.get(plain, {})
        numerals = {form for form, classes in self.classes.items() if not NUMERALS.isdisjoint(classes)}
        self.joining = self.abbreviated | MERIDIEM_LETTERS | numerals

    def _add_class(self, name: str, words: dict[str, Value], forms: Callable[[str], Iterable[str]]) -> None:
        for word, value in words.items():
            self._add(name, value, forms(word))

    def _add(self, name: str, value: Value, forms: Iterable[str]) -> None:
        for form in forms:
            self.classes.setdefault(form, {})[name] = value


def _forms(word: str) -> Iterator[str]:
    yield from dict.fromkeys((word, word.capitalize(), word.upper()))


def _as_written(word: str) -> Iterator[str]:
    yield word


def _capitals(word: str) -> Iterator[str]:
    yield from dict.fromkeys((word.capitalize(), word.upper()))


@cache
def words() -> dict[str, Any]:
    """`words.yaml`, parsed once."""
    parsed: dict[str, Any] = load("words.yaml")
    return parsed
