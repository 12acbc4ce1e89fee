"""Men of one armed group among themselves, who meet nobody."""

from __future__ import annotations

from services.normalizer.reading.candidates import Candidate
from services.normalizer.reading.grammar import words
from services.normalizer.reading.happening import sides


def one_band(candidate: Candidate) -> bool:
    """As in "a house where dozens of Taliban were meeting"; not where envoys of another side stand by, be they unnamed."""
    told = sides([candidate])
    bands = {said.value.name for said in candidate.parties if said.value.type == "organisation" and said.value.country}
    low, high = candidate.trigger.sentence.clause(candidate.trigger.first)
    alone = len(bands) == 1 and told == bands and bands.isdisjoint(words("arms_of_state", "blocs", "peoples"))
    return alone and words("offices").isdisjoint(candidate.trigger.sentence.lows[low:high])
