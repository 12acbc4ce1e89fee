"""The numbers of a happening: those of its clause, as quantities of its kind."""

from __future__ import annotations

from collections.abc import Collection

from schemas.events import Quantity
from services.normalizer.reading.candidates import Said
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.numbers import Count


def counts(sentence: Sentence) -> tuple[Count, ...]:
    """The counts of a sentence, dates and times apart."""
    return sentence.counts


def quantity(sentence: Sentence, count: Count, party: str | None = None) -> Said[Quantity]:
    tokens = sentence.tokens
    value = Quantity(measure=count.measure, party=party, low=count.low, best=count.best, high=count.high)
    return Said(value, tokens[count.first].start, tokens[count.last - 1].end)


def in_range(sentence: Sentence, measures: Collection[str], low: int, high: int) -> tuple[Said[Quantity], ...]:
    """The quantities of some measures that stand at tokens [low, high)."""
    return tuple(quantity(sentence, count) for count in counts(sentence) if low <= count.first < high and count.measure in measures)
