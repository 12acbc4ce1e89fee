"""Headings of a digest: items of a list that name what the items below tell of."""

from __future__ import annotations

from collections.abc import Sequence

_BULLETS = "*•"
_MARKED = "#"
_OLD_PICTURE = "file photo"
# What a page sets before the title of another story or film.
_TEASERS = ("just watched", "related coverage", "related:", "read more", "watch:", "more:", "must watch", "photos:", "see also")
_CLOSES = ".!?…\"'”’)]"


def headings(body: str, spans: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Which sentences of a text are headings, by their numbers: lines so marked, and items that end without a stop where others have one.

    So are titles of other stories that a page sets between the lines ("Related coverage …"), and captions of old pictures
    ("FILE - In this May 3, 2019, file photo, …"), which tell no news.

    Where no item ends with a stop they are lines of news ("* Missiles hit Sumy, four dead"), and none is a heading.
    """
    items = [n for n, (start, _) in enumerate(spans) if body[start] in _BULLETS and body[start + 1 : start + 2].isspace()]
    bare = {n for n in items if body[spans[n][1] - 1] not in _CLOSES}
    marked = {n for n, (start, _) in enumerate(spans) if body[start] == _MARKED}
    teasers = {n for n, (start, end) in enumerate(spans) if body[start:end].lower().startswith(_TEASERS)}
    captions = {n for n, (start, end) in enumerate(spans) if _OLD_PICTURE in body[start:end].lower()}
    return frozenset(marked | captions | teasers | (bare if len(bare) < len(items) else set()))
