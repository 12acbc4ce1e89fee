"""News agencies by the names that texts give them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from services.ingestor.pages.resources import either, resource

_ENDING = re.compile(r"(?:\(([^()]{2,40})\)|\s[-–—]{1,2}\s?([A-Z][\w/ -]{1,30}))\s*\Z")
_SPLIT = re.compile(r"\s*(?:[/,;|&]|\band\b|\bvia\b)\s*")


def agency(text: str) -> str | None:
    """The agency that a credit names, the first where it names several ("AFP/Reuters"); None for anybody else."""
    return next((_names()[part] for part in _SPLIT.split(text.strip()) if part in _names()), None)


def told(text: str) -> Iterator[str]:
    """Agencies that somebody "told" something: the house form of the agency's own stories ("…, he told Reuters")."""
    return (_names()[match[1]] for match in _told().finditer(text)) if "told " in text else iter(())


def ending(body: str) -> str | None:
    """The agency that a story ends with: "… the border. – AFP", "… the border. (Xinhua)"."""
    match = _ENDING.search(body[-60:])
    return agency(match[1] or match[2]) if match else None


def credited(outlet: str) -> str | None:
    """The agency in an outlet's name: "Reuters via The Star", "Global News (AP)"."""
    match = re.search(r"\(([^()]{2,40})\)\s*$", outlet)
    before, via, _ = outlet.partition(" via ")
    return (agency(before) if via else None) or (agency(match[1]) if match else None)


@cache
def _names() -> dict[str, str]:
    return {alias: name for name, aliases in resource("agencies").items() for alias in aliases}


@cache
def _told() -> re.Pattern[str]:
    return re.compile(rf"\btold (?:the )?({either(list(_names()))})\b(?! (?:TV|television|radio))")
