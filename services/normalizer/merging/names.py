"""Names, folded for comparison: one spelling whatever the case, accents and punctuation."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """Lower case, no accents, one space between runs of letters and digits."""
    plain = (char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))
    return " ".join("".join(char if char.isalnum() else " " for char in plain).split())
