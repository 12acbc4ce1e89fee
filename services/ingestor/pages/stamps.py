"""Stamps: the short lines that say which outlet put a story up, and when.

"The Star10 hours ago", "BBC News · 3h", "Aug 18, 2025 | By A. Writer", "Published 3 hours ago Updated 1 hour ago".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from services.ingestor.pages.ages import read_age
from services.ingestor.pages.dates import read_date
from services.ingestor.pages.names import looks_like_outlet
from services.ingestor.pages.resources import either, resource
from services.ingestor.pages.told import DaysBack, Told

LONGEST = 200  # code points; no stamp is longer
_PARTS = re.compile(r"\s*[•·|│‖∙●»›]\s*|\s+[-–—/]\s+|\t+")
_UPDATED = re.compile(r"(?<=\S)(?<!last)\s+(?=(?:last )?(?:updated|modified)\b)", re.IGNORECASE)
_READING = re.compile(r"\(?\b\d{1,3}[ \u00a0-]?min(?:ute)?s?[ \u00a0]read(?:ing time)?\b\)?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’.][^\W\d_]+)*\.?")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What one line says of a story's publication.

    Attributes:
        told: the time; the first one, where the line tells also of an update.
        outlet: a name beside it that looks like an outlet's.
        byline: the writer, where the line names one.
        updated: the time is that of a change, not of the publication.
    """

    told: Told
    outlet: str | None = None
    byline: str | None = None
    updated: bool = False


def read_stamp(line: str) -> Stamp | None:
    """The stamp that a whole line is, or None: a line with words beside time, outlet and byline is none."""
    if len(line) > LONGEST or (not any(c.isdigit() for c in line) and not _timely(line)):
        return None
    times: list[tuple[Told, bool]] = []
    names: list[str] = []
    bylines: list[str] = []
    for part in _parts(line):
        if not _take(part, times, names, bylines):
            return None
    return _stamp(times, names, bylines)


def read_when(text: str) -> Told | None:
    """The time that a short text tells, stated or relative."""
    return read_date(text) or read_age(text)


def byline_of(line: str) -> str | None:
    """The writer that a line names after "By" and its like, or None."""
    match = _byline().match(line)
    name = line[match.end() :].strip(" :") if match else ""
    return name if name and name[0].isupper() and len(name.split()) <= 20 and not name.endswith((".", "?")) else None  # noqa: PLR2004 - a few names


def _take(part: str, times: list[tuple[Told, bool]], names: list[str], bylines: list[str]) -> bool:
    """Put one part of a line where it belongs; whether it belongs anywhere."""
    told = read_when(part)
    if told is None or (isinstance(told.when, DaysBack) and _rest(told.before)):  # "USA Today" is a paper
        return _named(part, names, bylines)
    before, after = _rest(told.before), _rest(told.after)
    times.append((told, _says_updated(told.before)))
    return all(_named(rest, names, bylines) for rest in (before, after) if rest)


def _named(text: str, names: list[str], bylines: list[str]) -> bool:
    byline = byline_of(text)
    if byline:
        bylines.append(byline)
    elif looks_like_outlet(text):
        names.append(text)
    else:
        return False
    return True


def _stamp(times: list[tuple[Told, bool]], names: list[str], bylines: list[str]) -> Stamp | None:
    if not times or len(names) > 2 or len(times) > 3:  # noqa: PLR2004 - outlet and section; published, updated, archived
        return None
    told, updated = next((row for row in times if not row[1]), times[0])
    return Stamp(told, names[0] if names else None, bylines[0] if bylines else None, updated)


def _parts(line: str) -> list[str]:
    pieces = [piece for part in _PARTS.split(_READING.sub(" ", line)) for piece in _UPDATED.split(part)]
    return [piece.strip() for piece in pieces if piece.strip(" ,;:()")]


def _rest(text: str) -> str:
    """What is left beside a time once the words that go with times are taken off ("Published on", "time", "Tue,")."""
    found = text.strip(" ,;:()[]\u00a0•·|-–—\u200b🕒🕓⏱")
    while found:
        first = _WORD.match(found)
        if first is None or first[0].lower().rstrip(".") not in _around():
            break
        found = found[first.end() :].strip(" ,;:()[]\u00a0-–—")
    return "" if all(word.lower().strip(".") in _around() for word in found.split()) else found


def _says_updated(text: str) -> bool:
    return any(word.strip(":, ").lower() in resource("dates")["updated"] for word in text.split())


def _timely(line: str) -> bool:
    return any(word in line.lower() for word in ("ago", "yesterday", "today", "now"))


@cache
def _around() -> frozenset[str]:
    data = resource("dates")
    return frozenset([*data["around"], *data["weekdays"], *data["updated"]])


@cache
def _byline() -> re.Pattern[str]:
    return re.compile(rf"{either(resource('credits')['byline'])}(?:\s+|(?<=:))", re.IGNORECASE)
