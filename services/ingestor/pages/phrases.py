"""Lines that are the page's own: menus, buttons, promotions, comments, notices. The phrases stand in `resources/phrases.yaml`."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from services.ingestor.pages.lines import fold
from services.ingestor.pages.resources import either, resource

NAMED = 100  # code points of a phrase with a name in it, at most


class Phrase(NamedTuple):
    """The group of phrases that a line belongs to.

    Attributes:
        name: of the group; the line's span is called so.
        ends: whether a story that stood above is over.
        site: the site's own name, where the phrase holds it.
    """

    name: str
    ends: bool
    site: str | None = None


def phrase_of(line: str) -> Phrase | None:
    """The phrase that a line is, or None. Longer lines than the data's bound are never one."""
    if len(line) > resource("phrases")["longest"]:
        return None
    folded = fold(line)
    if not folded:
        return Phrase("decoration", ends=False)
    return _named(line.strip(" .:!")) or _lines().get(folded) or _opened(folded) or _holding(folded)


def _named(line: str) -> Phrase | None:
    if len(line) > NAMED:
        return None
    return next((phrase._replace(site=match["name"].strip()) for form, phrase in _forms() if (match := form.fullmatch(line))), None)


def _opened(folded: str) -> Phrase | None:
    opens, phrases = _starts()
    return next((phrases[words] for words in opens if folded.startswith(words)), None) if folded.startswith(opens) else None


def _holding(folded: str) -> Phrase | None:
    form, phrases = _holds()
    match = form.search(folded)
    return phrases[match[0]] if match else None


def _rows(kind: str) -> list[tuple[str, Phrase]]:
    groups = resource("phrases")["groups"]
    return [(words, Phrase(name, row["ends"])) for name, row in groups.items() for words in row.get(kind, [])]


@cache
def _lines() -> dict[str, Phrase]:
    return {fold(words): phrase for words, phrase in reversed(_rows("lines"))}  # of two groups the first counts


@cache
def _starts() -> tuple[tuple[str, ...], dict[str, Phrase]]:
    phrases = dict(reversed(_rows("starts")))
    return tuple(phrases), phrases


@cache
def _holds() -> tuple[re.Pattern[str], dict[str, Phrase]]:
    phrases = dict(_rows("holds"))
    return re.compile(either(list(phrases))), phrases


@cache
def _forms() -> tuple[tuple[re.Pattern[str], Phrase], ...]:
    return tuple((_form(words), phrase) for words, phrase in _rows("named"))


def _form(words: str) -> re.Pattern[str]:
    """The phrase with `{name}` for a capitalised name; the rest in any case."""
    before, _, after = words.partition("{name}")
    name = r"(?P<name>[^\W\d_a-z][^\n]{0,38}?)" if after else r"(?P<name>[^\W\d_a-z][^\n.]{1,38})"
    return re.compile(f"(?i:{re.escape(before)}){name}(?i:{re.escape(after)})")
