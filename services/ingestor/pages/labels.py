"""What each line of a page is, by itself and its nearest neighbours: the first of two steps of segmentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Literal

from services.ingestor.pages.credits import captions, closes
from services.ingestor.pages.datelines import opening
from services.ingestor.pages.lines import Line, fold
from services.ingestor.pages.names import looks_like_outlet
from services.ingestor.pages.phrases import phrase_of
from services.ingestor.pages.prose import is_prose, is_wrapped
from services.ingestor.pages.resources import resource
from services.ingestor.pages.stamps import LONGEST, Stamp, byline_of, read_stamp, read_when

Kind = Literal["blank", "phrase", "stamp", "byline", "outlet", "closing", "prose", "short"]
CAPTION = 300  # code points of a caption, at most
BULLETS = "•·▪◦‣●*"
_NAMES: dict[Kind, str] = {
    "blank": "space",
    "stamp": "published",
    "byline": "byline",
    "outlet": "outlet",
    "short": "furniture",
    "prose": "unheaded",
    "closing": "unheaded",
}


@dataclass(frozen=True, slots=True)
class Label:
    """A line and what it is.

    Attributes:
        name: of the span, should no article claim the line.
        ends: a story that stood above is over.
        site: the name of the site, where the line tells it.
    """

    line: Line
    kind: Kind
    name: str
    ends: bool = False
    stamp: Stamp | None = None
    byline: str | None = None
    outlet: str | None = None
    site: str | None = None

    @property
    def is_text(self) -> bool:
        """Running text, of a story or a comment."""
        return self.kind in ("prose", "closing")

    @property
    def heading(self) -> int | None:
        """The level of heading that the markup gives the line."""
        levels = [int(mark[-1]) for mark in self.line.marks if mark.startswith("heading")]
        return min(levels, default=None)


def label(lines: list[Line]) -> list[Label]:
    """Each line's label. A line that stands twice in a row is a headline, however it ends; a wrapped paragraph is prose throughout."""
    labels = [_label(line) for line in lines]
    for first, last in _blocks(labels):
        if is_wrapped([one.line.text for one in labels[first:last]]):
            labels[first:last] = [Label(one.line, "prose", _NAMES["prose"]) for one in labels[first:last]]
    for earlier, later in _doubles(labels):
        for place in (earlier, later):
            labels[place] = Label(labels[place].line, "short", _NAMES["short"])
    return labels


def _label(line: Line) -> Label:
    text = line.text
    if not text:
        return Label(line, "blank", _NAMES["blank"])
    region = next((mark.partition(":")[2] for mark in sorted(line.marks) if mark.startswith("region:")), None)
    if region:
        said = phrase_of(text) if region == "footer" else None
        return Label(line, "phrase", region, ends=region == "footer", site=said.site if said and said.name == "legal" else None)
    return next((found for read in _READERS if (found := read(line, text))), None) or Label(line, "short", _NAMES["short"])


def _phrase(line: Line, text: str) -> Label | None:
    found = phrase_of(text)
    return Label(line, "phrase", found.name, ends=found.ends, site=found.site) if found else None


def _stamp(line: Line, text: str) -> Label | None:
    found = read_stamp(text)
    exact = next((told for mark in sorted(line.marks) if mark.startswith("time:") and (told := read_when(mark[5:65]))), None)
    if exact and len(text) <= LONGEST:  # the markup's own time says more than the words it stands behind
        found = replace(found, told=exact) if found else Stamp(exact)
    return Label(line, "stamp", _NAMES["stamp"], stamp=found, byline=found.byline, outlet=found.outlet) if found else None


def _byline(line: Line, text: str) -> Label | None:
    found = byline_of(text) if len(text) <= 200 else None  # noqa: PLR2004 - a list of writers
    return Label(line, "byline", _NAMES["byline"], byline=found) if found else None


def _outlet(line: Line, text: str) -> Label | None:
    bare = text.lstrip(BULLETS + " \u00a0")
    folded = text.casefold()
    after = next((text[len(words) :].strip() for words in _sources() if folded.startswith(words)), None)
    name = bare if bare != text else after
    return Label(line, "outlet", _NAMES["outlet"], outlet=name) if name and looks_like_outlet(name) else None


def _caption(line: Line, text: str) -> Label | None:
    """A line of its own below a picture: it has the picture's credit at its end, and no story in front of it."""
    ends = captions(text) if len(text) <= CAPTION else []
    return Label(line, "phrase", "caption") if ends and ends[-1] >= len(text) else None


def _text(line: Line, text: str) -> Label | None:
    if closes(text):
        return Label(line, "closing", _NAMES["closing"])
    if is_prose(text) or _is_dateline(text):
        return Label(line, "prose", _NAMES["prose"])
    return None


def _is_dateline(text: str) -> bool:
    """A dateline that has a line of its own."""
    if len(text) > 60 or text[-1] not in "-–—:":  # noqa: PLR2004 - a place, an agency and a date
        return False
    found = opening(text + " Words")
    return found is not None and found.end >= len(text)


_READERS: tuple[Callable[[Line, str], Label | None], ...] = (_phrase, _stamp, _byline, _outlet, _caption, _text)


def _blocks(labels: list[Label]) -> Iterator[tuple[int, int]]:
    """Runs of lines of text and short lines with nothing between them."""
    first = 0
    for place in range(len(labels) + 1):
        if place == len(labels) or labels[place].kind not in ("prose", "short"):
            if place > first:
                yield first, place
            first = place + 1


def _doubles(labels: list[Label]) -> Iterator[tuple[int, int]]:
    """Lines that say the same as the next line with words."""
    worded = [place for place, one in enumerate(labels) if one.kind in ("prose", "short") and len(one.line.text) <= 300]  # noqa: PLR2004 - a headline
    for earlier, later in pairwise(worded):
        if later - earlier <= 3 and fold(labels[earlier].line.text) == fold(labels[later].line.text):  # noqa: PLR2004 - blank lines between
            yield earlier, later


@cache
def _sources() -> tuple[str, ...]:
    return tuple(f"{words} " for words in resource("credits")["source"])
