"""The place from which a story is told, where it opens the story."""

from __future__ import annotations

import re
from collections.abc import Sequence

from services.normalizer.reading.names import Named

# Blanks before the first word of a text, at most.
OPENING_CHARACTERS = 4
# Behind the town: ", Syria", ", Jan 14", "(AP)", and the mark that closes it.
_DATED = re.compile(r"(?:, ?[A-Z][\w.' ]{2,25}?)?(?:,? [A-Z][a-z]{2,8}\.? \d{1,2})?(?: ?\([A-Z][\w/ ]{1,20}\))? ?(?:[-–—_]{1,2}|:) ")
_TOWN = re.compile(r"[A-Z][A-Z.']{2,20}(?: [A-Z.']{2,20}){0,3} ?[-–—]{1,2}\s")
# Shorter words in capitals are acronyms.
DATELINE_LENGTH = 4


def opens_story(body: str, start: int) -> bool:
    """As in "BEIRUT - …", "TEL AVIV - …" within a digest: a town in capitals and a dash."""
    return _TOWN.match(body, start) is not None


def is_dateline(body: str, named: Named, start: int) -> bool:
    """As in "WASHINGTON The …", "KYIV : …", "Tehran, Iran - …": the place from which a story is told, in capitals or before a dash."""
    text = named.text
    if named.place is not None and named.place.precision == "city" and named.start < OPENING_CHARACTERS and not body[: named.start].strip():
        return text.isupper() or _DATED.match(body, named.end) is not None
    if not (text.isupper() and len(text) >= DATELINE_LENGTH and named.form not in {"acronym", "adjective"}):
        return False
    before, after = body[start : named.start], body[named.end : named.end + 40]
    return not any(c.islower() for c in before.replace("pic", "")) and any(c.islower() for c in after)


def without_dateline(body: str, named: Sequence[Named], start: int) -> list[Named]:
    """The names of a sentence but for its dateline: neither the town nor, as in "NICOSIA, Cyprus (AP) - …", its land."""
    heads = [one for one in named if is_dateline(body, one, start)]
    if not heads:
        return list(named)
    closed = [head.end if (told := _DATED.match(body, head.end)) is None else told.end() for head in heads]
    return [one for one in named if not any(head.start <= one.start < end for head, end in zip(heads, closed, strict=True))]
