"""Where a pattern's words stand, unless the words around them take it back."""

from __future__ import annotations

from collections.abc import Sequence

from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.phrases import Table
from services.normalizer.reading.rules import Kind, Pattern, Rules
from services.normalizer.reading.tokens import Token


def _ends_at(table: Table[str], tokens: Sequence[Token], last: int) -> bool:
    """Whether a phrase of the table ends right before a token; phrases here are at most three words long."""
    return any(table.at(tokens, first)[0] == last for first in range(max(last - 3, 0), last))


def _starts_at(table: Table[str], tokens: Sequence[Token], first: int) -> bool:
    return first < len(tokens) and bool(table.at(tokens, first)[1])


def _weapon_fits(kind: Kind, pattern: Pattern, tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether the weapon that the pattern asks for stands behind, or on either side of, its trigger."""
    after, near = pattern.card.weapon_after, pattern.card.weapon_near
    low, high = (first - (near or 0), last + (near or after or 0))
    if after is None and near is None:
        return True
    window = tokens[max(low, 0) : high]
    return bool(kind.weapon.find(window))


def _stands(kind: Kind, pattern: Pattern, sentence: Sentence, first: int, last: int) -> bool:
    tokens = sentence.tokens
    return (
        not _ends_at(pattern.before, tokens, first)
        and not _starts_at(pattern.after, tokens, last)
        and not pattern.sentence.find(tokens)
        and _weapon_fits(kind, pattern, tokens, first, last)
    )


def _scope(sentence: Sentence, first: int, last: int, others: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The clause, cut where another trigger of the same kind begins or ends."""
    low, high = sentence.clause(first)
    low = max([low, *(end for _, end in others if end <= first)])
    high = min([high, *(start for start, _ in others if start >= last)])
    return low, high


def find_triggers(sentence: Sentence, rules: Rules) -> tuple[Trigger, ...]:
    """The triggers of a sentence, left to right; where patterns of one kind share words the first that stands wins."""
    standing: list[tuple[int, int, int, Pattern]] = []
    for first, last, (n, m) in rules.triggers.find(sentence.tokens):
        kind = rules.kinds[n]
        if any(seen[:3] == (first, last, n) for seen in standing):
            continue
        if _stands(kind, kind.patterns[m], sentence, first, last):
            standing.append((first, last, n, kind.patterns[m]))
    return tuple(
        Trigger(
            rules.kinds[n],
            pattern,
            sentence,
            first,
            last,
            *_scope(sentence, first, last, [s[:2] for s in standing if s[2] == n and s[0] != first]),
        )
        for first, last, n, pattern in standing
    )
