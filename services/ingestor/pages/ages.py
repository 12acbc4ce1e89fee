"""Relative times: "10 hours ago", "3h", "5 min ago", "yesterday"."""

from __future__ import annotations

import re
from functools import cache

from services.ingestor.pages.resources import either, resource
from services.ingestor.pages.told import Age, DaysBack, Told


def read_age(text: str) -> Told | None:
    """The age that a short text tells, or None. The number may be glued to a name before it ("The Star10 hours ago")."""
    return _counted(text) or _bare(text) or _fixed(text) or _calendar(text)


@cache
def _units() -> dict[str, str]:
    return {word: unit for unit, row in resource("ages")["units"].items() for word in row["words"]}


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    data = resource("ages")
    units, numbers, ago = either(list(_units())), either(list(data["numbers"])), either(data["ago"])
    alone = either([word for row in data["units"].values() for word in row["alone"]])
    counted = rf"(?:(?<![\d.,:])(?P<digits>\d{{1,4}})|\b(?P<word>{numbers})\b)[ \u00a0]?(?P<unit>{units})[ \u00a0]{ago}\b"
    bare = rf"\W{{0,4}}(?P<digits>\d{{1,3}})[ \u00a0]?(?P<unit>{alone})\W{{0,2}}"
    calendar = rf"(?:\b|(?<=\btime)){either(list(data['days']))}\b(?:,? (?:at )?\d{{1,2}}[:.]\d\d(?: ?[ap]\.?m\.?)?)?"
    return tuple(re.compile(form, re.IGNORECASE) for form in (counted, bare, either(list(data["fixed"])), calendar))  # type: ignore[return-value]


def _counted(text: str) -> Told | None:
    match = _patterns()[0].search(text)
    if not match:
        return None
    count = int(match["digits"]) if match["digits"] else resource("ages")["numbers"][match["word"].lower()]
    return _told(text, match, Age(_units()[match["unit"].lower()], count))


def _bare(text: str) -> Told | None:
    match = _patterns()[1].fullmatch(text)
    return _told(text, match, Age(_units()[match["unit"].lower()], int(match["digits"]))) if match else None


def _fixed(text: str) -> Told | None:
    match = _patterns()[2].search(text)
    return _told(text, match, Age(**resource("ages")["fixed"][match[0].lower()])) if match else None


def _calendar(text: str) -> Told | None:
    match = _patterns()[3].search(text)
    if not match:
        return None
    days = next(days for word, days in resource("ages")["days"].items() if match[0].lower().startswith(word))
    return _told(text, match, DaysBack(days))


def _told(text: str, match: re.Match[str], when: Age | DaysBack) -> Told:
    return Told(when, match[0].strip(), text[: match.start()], text[match.end() :])
