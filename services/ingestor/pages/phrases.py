"""Lines that are the page's own: menus, buttons, promotions, comments, notices. The phrases stand in `resources/phrases.yaml`."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from services.ingestor.pages.lines import fold
from services.ingestor.pages.resources import resource


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


class _Group(NamedTuple):
    name: str
    ends: bool
    lines: frozenset[str]
    starts: tuple[str, ...]
    holds: tuple[str, ...]
    named: tuple[re.Pattern[str], ...]


def phrase_of(line: str) -> Phrase | None:
    """The phrase that a line is, or None. Longer lines than the data's bound are never one."""
    if len(line) > resource("phrases")["longest"]:
        return None
    folded = fold(line)
    if not folded:
        return Phrase("decoration", ends=False)
    return next((found for group in _groups() if (found := _match(group, folded, line))), None)


def _match(group: _Group, folded: str, line: str) -> Phrase | None:
    named = next((match for form in group.named if (match := form.fullmatch(line.strip(" .:!")))), None)
    if named:
        return Phrase(group.name, group.ends, named["name"].strip())
    hit = folded in group.lines or folded.startswith(group.starts) or any(words in folded for words in group.holds)
    return Phrase(group.name, group.ends) if hit else None


@cache
def _groups() -> tuple[_Group, ...]:
    return tuple(_group(name, row) for name, row in resource("phrases")["groups"].items())


def _group(name: str, row: dict[str, list[str]]) -> _Group:
    lines = frozenset(fold(words) for words in row.get("lines", []))
    starts = tuple(words.casefold() for words in row.get("starts", []))
    forms = tuple(_form(words) for words in row.get("named", []))
    return _Group(name, bool(row["ends"]), lines, starts, tuple(row.get("holds", [])), forms)


def _form(words: str) -> re.Pattern[str]:
    """The phrase with `{name}` for a capitalised name; the rest in any case."""
    before, _, after = words.partition("{name}")
    name = r"(?P<name>[^\W\d_a-z][^\n]{0,38}?)" if after else r"(?P<name>[^\W\d_a-z][^\n.]{1,38})"
    return re.compile(f"(?i:{re.escape(before)}){name}(?i:{re.escape(after)})")
