"""A bound on the nesting of JSON, taken before it is parsed."""

from __future__ import annotations

import re

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', re.DOTALL)


def is_deep(text: str, limit: int) -> bool:
    """Whether brackets nest deeper than `limit`, those inside strings apart. Linear in the text's length."""
    if text.count("[") + text.count("{") <= limit:
        return False
    depth = 0
    for token in _TOKENS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > limit:
            return True
    return False
