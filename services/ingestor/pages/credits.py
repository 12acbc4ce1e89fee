"""Credits: for pictures, inside running text; for the writers and editors, at a story's end; and notices at its head."""

from __future__ import annotations

import re
from functools import cache

from schemas.articles import PubStatus
from services.ingestor.pages.resources import either, resource

LONGEST = 700  # code points of a closing credit
_NOTICE = r"\s*(?P<words>{words})(?:[\s-]{{0,2}}\d{{1,2}})?\s{{0,2}}(?::|--|[–—]|-(?=[A-Z\s]))\s{{0,2}}"


def closes(line: str) -> bool:
    """Whether a line signs a story off ("(Reporting by …; Editing by …)")."""
    return len(line) <= LONGEST and any(form.match(line) for form in _closing())


def signed(body: str) -> str | None:
    """The agency whose way of signing off a body ends with, or None."""
    tail = body[-LONGEST:]
    return next((agency for form, agency in _house() if form.search(tail)), None)


def captions(text: str) -> list[int]:
    """Where the words go on behind each credit for a picture."""
    ends = {match.end() for form in _pictures() for match in form.finditer(text)}
    return sorted(end + len(text[end:]) - len(text[end:].lstrip()) for end in ends)


def notice_of(title: str) -> tuple[PubStatus, str]:
    """What a headline's opening notice says became of the story ("KILL: …", "CORRECTED-…"), and the headline without it."""
    status: PubStatus = "usable"
    for form, said in _notices():
        match = form.match(title)
        if match:
            rest = title[match.end() :].strip()
            return (said, rest) if rest else (status, title)
    return status, title


@cache
def _closing() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form, re.IGNORECASE) for form in resource("credits")["closing"]["forms"])


@cache
def _house() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(form, re.IGNORECASE), agency) for form, agency in resource("credits")["closing"]["house"].items())


@cache
def _pictures() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form, re.IGNORECASE) for form in resource("credits")["picture"])


@cache
def _notices() -> tuple[tuple[re.Pattern[str], PubStatus], ...]:
    return tuple(
        (re.compile(_NOTICE.format(words=either(words)), re.IGNORECASE), status) for status, words in resource("credits")["notices"].items()
    )
