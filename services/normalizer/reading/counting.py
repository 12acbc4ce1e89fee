"""The numbers of a happening: those of its clause, as quantities of its kind."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from schemas.events import Quantity
from services.normalizer.reading.candidates import Said
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.numbers import Count


@lru_cache(maxsize=4096)
def _value(measure: str, party: str | None, low: int | None, best: int | None, high: int | None) -> Quantity:
    return Quantity(measure=measure, party=party, low=low, best=best, high=high)


def counts(sentence: Sentence) -> tuple[Count, ...]:
    """The counts of a sentence, dates and times apart."""
    return sentence.counts


def quantity(sentence: Sentence, count: Count, party: str | None = None) -> Said[Quantity]:
    tokens = sentence.tokens
    return Said(_value(count.measure, party, count.low, count.best, count.high), tokens[count.first].start, tokens[count.last - 1].end)


def in_range(sentence: Sentence, measures: Collection[str], low: int, high: int) -> tuple[Said[Quantity], ...]:
    """The quantities of some measures that stand at tokens [low, high)."""
    if not sentence.counts:
        return ()
    inside = [count for count in sentence.counts if low <= count.first < high and count.measure in measures]
    return tuple(quantity(sentence, count) for count in inside if not (count.measure in GATHERED and (count.best or 0) < MANY))


# "A meeting between the leaders of the two countries" counts nobody.
GATHERED, MANY = frozenset({"countries", "leaders", "delegations"}), 3
