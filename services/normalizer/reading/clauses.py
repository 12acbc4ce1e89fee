"""Where the clauses of a sentence begin."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from services.normalizer.reading.grammar import Grammar
from services.normalizer.reading.grammar import words as lexical

LIST_REACH = 8


def borders_of(lows: Sequence[str], turning: Sequence[int], words: Grammar) -> tuple[int, ...]:
    """The tokens at which another clause begins; `turning` is where words that open a happening in passing stand."""
    ends = compress(range(len(lows)), map(words.borders.__contains__, lows))
    found = {*ends, *(first for first in turning if not _compares(lows, first))}
    return tuple(sorted({*found, *_main_clause(lows, found)}))


def _main_clause(lows: Sequence[str], borders: set[int]) -> tuple[int, ...]:
    """As in "While X never said so, Y may meet Z": where a sentence opens with a side clause, its first comma closes it."""
    opened = next((at for at in range(min(2, len(lows))) if lows[at].isalpha()), None)
    if opened is None or opened not in borders:
        return ()
    comma = next((at for at in range(opened + 2, len(lows) - 1) if lows[at] == ","), None)
    return (comma + 1,) if comma is not None and not _in_list(lows, comma) else ()


def _in_list(lows: Sequence[str], comma: int) -> bool:
    """As in "After meeting Xi, Modi and Lula, …": the comma parts members of a list."""
    ahead = list(lows[comma + 1 : comma + LIST_REACH])
    return bool(ahead) and (ahead[0] in {"and", "or"} or "and" in ahead[: ahead.index(",") if "," in ahead else 0])


def _compares(lows: Sequence[str], at: int) -> bool:
    """As in "as many as", "such as", "as well as": no clause begins here."""
    near = [lows[n] for n in (at - 1, at + 1) if 0 <= n < len(lows)]
    beyond = lows[at - 2] if at > 1 else ""
    return lows[at] == "as" and (bool(lexical("degrees") & set(near)) or beyond == "as")
