"""The numbers of a happening: those of its clause, as quantities of its kind."""

from __future__ import annotations

from schemas.events import Quantity
from services.normalizer.reading.candidates import Said
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.numbers import Count, find_counts

MEASURES = {
    "directed": frozenset(
        {
            "drones",
            "missiles",
            "rockets",
            "shells",
            "bombs",
            "drones_downed",
            "missiles_downed",
            "rockets_downed",
            "killed",
            "wounded",
            "buildings",
            "strikes",
        }
    ),
    "exchange": frozenset({"prisoners", "bodies"}),
    "meeting": frozenset({"countries"}),
}


def counts(sentence: Sentence) -> tuple[Count, ...]:
    """The counts of a sentence, dates and times apart."""
    taken = frozenset(n for time in sentence.times for n in range(time.first, time.last))
    return find_counts(sentence.tokens, taken)


def quantity(sentence: Sentence, count: Count, party: str | None = None) -> Said[Quantity]:
    tokens = sentence.tokens
    value = Quantity(measure=count.measure, party=party, low=count.low, best=count.best, high=count.high)
    return Said(value, tokens[count.first].start, tokens[count.last - 1].end)


def in_range(sentence: Sentence, frame: str, low: int, high: int) -> tuple[Said[Quantity], ...]:
    """The quantities of a kind that stand at tokens [low, high)."""
    wanted = MEASURES.get(frame, frozenset())
    return tuple(quantity(sentence, count) for count in counts(sentence) if low <= count.first < high and count.measure in wanted)
