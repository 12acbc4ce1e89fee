"""Datelines: the place that opens a story, and the agency credited with it.

Forms read: "LIMA/QUITO (Reuters) -Peru", "LIMA : Peru", "LIMA: ", "WASHINGTON, Aug 19 (AFP) —", "LIMA (The Andes Post) -",
"OSAKA, May 3 -", "KABUL, Afghanistan —", "LIMA, 3 Aug. (EFE).-", "JERUSALEM --", "Kyiv (AFP) -", and, with no mark at all,
"RIGA/TALLINN Baltic ministers".
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from schemas.articles import Dateline
from services.ingestor.pages.agencies import agency
from services.ingestor.pages.credits import captions
from services.ingestor.pages.dates import read_date
from services.ingestor.pages.names import is_known_outlet
from services.ingestor.pages.resources import resource

OPENING = 120  # code points in which a dateline stands whole
CAPTIONS = 800  # code points of captions and summary that may stand before it
WORDS = 8  # of the places together: "RIO DE JANEIRO/NEW YORK"
_LOWER = frozenset(["de", "la", "el", "al", "of", "the"])
_MARK = re.compile(r"\s*\.?(?:--|[-–—])\s*|\s*:\s+")
_WIRE = re.compile(r"\(([^()]{2,40})\)\s*$")
_WORD = re.compile(r"[^\W\d_][\w.'’`-]*")
_PLACES = re.compile(r"\s*/\s*|\s+and\s+|\s+AND\s+")
_UNMARKED = re.compile(r"\(([^()]{2,40})\)[:.]?\s+(?=\S)")
_BARE = re.compile(r"(?P<place>[A-Z][A-Z'’-]{3,}(?:[ /][A-Z][A-Z'’-]{2,}){0,3}) (?=[A-Z](?:[a-z]|\.))")
_SMALL = re.compile(r"(?<=[ -])(?:Au|De|Du|Of|Sur|Upon)(?=[ -])")
_LINE = re.compile(r"\n\s*(?=\S)")


class Opened(NamedTuple):
    """A dateline, and where the story's words begin behind it."""

    dateline: Dateline
    end: int


def read_dateline(body: str) -> Dateline | None:
    """The dateline that opens a body, or stands behind the captions at its head; None where there is none."""
    head = body[:CAPTIONS]
    behind = (opening(body[at : at + OPENING + 1]) for at in (0, *captions(head)))
    below = (_dashed(body[match.end() : match.end() + OPENING + 1]) for match in _LINE.finditer(head))
    found = next((opened for source in (behind, below) for opened in source if opened), None)
    return found.dateline if found else None


def opening(text: str) -> Opened | None:
    """The dateline at the very start of a text."""
    start = len(text) - len(text.lstrip())
    marks = _MARK.finditer(text, start, start + OPENING)
    return next((found for mark in marks if (found := _marked(text, start, mark))), None) or _unmarked(text, start) or _bare(text, start)


def _dashed(text: str) -> Opened | None:
    """A dateline below a story's first lines: only with an agency or a dash, since a colon there may follow any heading."""
    found = opening(text)
    return (
        found
        if found and (found.dateline.wire or "-" in text[: found.end] or "–" in text[: found.end] or "—" in text[: found.end])
        else None
    )


def _unmarked(text: str, start: int) -> Opened | None:
    """A dateline with an agency and no mark: "New Delhi, Aug 19 (PTI) The ministry …"."""
    credit = _UNMARKED.search(text, start, start + OPENING)
    wire = agency(credit[1]) if credit else None
    places = _places(text[start : credit.start()], capitals=False) if credit and wire else ()
    return Opened(Dateline(places=places, wire=wire), credit.end()) if credit and places else None


def _marked(text: str, start: int, mark: re.Match[str]) -> Opened | None:
    head = text[start : mark.start()]
    credit = _WIRE.search(head)
    wire = agency(credit[1]) if credit else None
    if credit and wire is None and not is_known_outlet(credit[1]):
        return None
    if not wire and mark[0] in ("-", ".-"):
        return None  # a hyphen inside a word
    places = _places(head[: credit.start()] if credit else head, capitals=wire is None)
    return Opened(Dateline(places=places, wire=wire), mark.end()) if places else None


def _places(head: str, *, capitals: bool) -> tuple[str, ...]:
    """The places of a dateline's head, without its date. Without an agency beside it, the first must stand in capitals."""
    pieces = [piece.strip() for piece in head.split(",")]
    named = [piece for piece in pieces if piece and read_date(piece) is None]
    if not named or len(named) > 3 or not all(_is_name(piece) for piece in named):  # noqa: PLR2004 - city, region, country
        return ()
    if capitals and not _is_capital(named[0]):
        return ()
    return tuple(place for place in (_plain(piece) for piece in _PLACES.split(named[0])) if place)


def _is_name(piece: str) -> bool:
    words = [word for part in _PLACES.split(piece) for word in part.split()]
    return 0 < len(words) <= WORDS and all(word in _LOWER or (word[0].isupper() and _WORD.fullmatch(word)) for word in words)


def _is_capital(piece: str) -> bool:
    letters = [c for c in piece if c.isalpha()]
    return len(letters) > 2 and all(c.isupper() or not c.islower() for c in letters) and piece.split(maxsplit=1)[0] not in _no_places()  # noqa: PLR2004 - "UK", "EU"


def _bare(text: str, start: int) -> Opened | None:
    match = _BARE.match(text, start)
    if not match or any(word in _no_places() for word in re.split(r"[ /]", match["place"])):
        return None
    return Opened(Dateline(places=tuple(_plain(place) for place in _PLACES.split(match["place"]))), match.end())


def _plain(place: str) -> str:
    """A name as it is written in a text: "NEW DELHI" as "New Delhi"; what is not all capitals stays."""
    if not place.isupper():
        return place.strip()
    return _SMALL.sub(lambda match: match[0].lower(), place.strip().title().replace("'S", "'s").replace("’S", "’s"))


@cache
def _no_places() -> frozenset[str]:
    return frozenset(resource("credits")["not_places"])
