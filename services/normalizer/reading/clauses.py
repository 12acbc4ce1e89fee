"""Where the clauses of a sentence begin."""

from __future__ import annotations

from collections.abc import Sequence

from services.normalizer.reading.grammar import Grammar
from services.normalizer.reading.grammar import words as lexical
from services.normalizer.reading.tokens import Token

LIST_REACH = 8


def borders_of(tokens: Sequence[Token], turning: Sequence[tuple[int, int, str]], words: Grammar) -> tuple[int, ...]:
    """The tokens at which another clause begins; `turning` is where words that open a happening in passing stand."""
    ends = [n for n, token in enumerate(tokens) if token.low in words.clause_ends or token.low in {";", "—", "–"}]
    turns = [first for first, _, _ in turning if not _compares(tokens, first)]
    return tuple(sorted({*ends, *turns, *_main_clause(tokens, {*ends, *turns})}))


def _main_clause(tokens: Sequence[Token], borders: set[int]) -> tuple[int, ...]:
    """As in "While X never said so, Y may meet Z": where a sentence opens with a side clause, its first comma closes it."""
    opened = next((at for at in range(min(2, len(tokens))) if tokens[at].low.isalpha()), None)
    if opened is None or opened not in borders:
        return ()
    comma = next((at for at in range(opened + 2, len(tokens) - 1) if tokens[at].low == ","), None)
    return (comma + 1,) if comma is not None and not _in_list(tokens, comma) else ()


def _in_list(tokens: Sequence[Token], comma: int) -> bool:
    """As in "After meeting Xi, Modi and Lula, …": the comma parts members of a list."""
    ahead = [token.low for token in tokens[comma + 1 : comma + LIST_REACH]]
    return bool(ahead) and (ahead[0] in {"and", "or"} or "and" in ahead[: ahead.index(",") if "," in ahead else 0])


def _compares(tokens: Sequence[Token], at: int) -> bool:
    """As in "as many as", "such as", "as well as": no clause begins here."""
    near = [tokens[n].low for n in (at - 1, at + 1) if 0 <= n < len(tokens)]
    beyond = tokens[at - 2].low if at > 1 else ""
    return tokens[at].low == "as" and (bool(lexical("degrees") & set(near)) or beyond == "as")
