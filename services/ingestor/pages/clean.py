"""Characters that a store refuses, replaced one for one, so that offsets stay what they were.

PostgreSQL's `text` takes no NUL, its `jsonb` neither NUL nor a lone surrogate, and UTF-8 has no surrogates at all
(PostgreSQL manual, 8.14; RFC 3629, 3). Everything else is kept to the letter.
"""

from __future__ import annotations

import re
from typing import NamedTuple

REPLACEMENT = "\ufffd"
_REFUSED = re.compile("[\x00\ud800-\udfff]")
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")


class Clean(NamedTuple):
    """A text that every store can hold, and what had to be replaced for it."""

    text: str
    cleaned: tuple[str, ...]


def clean(text: str) -> Clean:
    """The text with each refused character replaced by U+FFFD, and what they were: as long as it was before."""
    if _is_storable(text):
        return Clean(text, ())
    nul = text.count("\x00")
    surrogates = len(_REFUSED.findall(text)) - nul
    said = ((nul, "NUL"), (surrogates, "lone surrogate"))
    return Clean(_REFUSED.sub(REPLACEMENT, text), tuple(f"{count} × {what} replaced by U+FFFD" for count, what in said if count))


def _is_storable(text: str) -> bool:
    try:
        text.encode()  # refuses surrogates, faster than any search
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def has_overrides(text: str) -> bool:
    """Whether the text holds characters that turn the direction of writing: harmless in a store, misleading on a screen."""
    return not text.isascii() and _OVERRIDES.search(text) is not None
