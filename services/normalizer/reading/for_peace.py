"""Talks that tell by what they are for that sides meet, and people of one house, who are no two sides."""

from __future__ import annotations

from services.normalizer.reading.candidates import Candidate
from services.normalizer.reading.grammar import phrases
from services.normalizer.reading.grammar import words as lexical

PEACE_REACH = 4


def for_peace(candidate: Candidate) -> bool:
    """As in "Talks on a ceasefire in Sudan … in Geneva on Thursday": what they are for tells that sides meet, be they named or not.

    Talks that were held need a day: "since the peace talks in Geneva" tells of none.
    """
    trigger = candidate.trigger
    around = trigger.sentence.tokens[max(trigger.first - 1, 0) : trigger.last + PEACE_REACH]
    told = any(token.low in lexical("peace_words") for token in around)
    planned = candidate.status in {"cancelled", "postponed", "scheduled"} or (told and _is_of_a_day(candidate))
    return trigger.noun and (told or _appointed(candidate)) and planned and bool(candidate.places) and candidate.when is not None


def _appointed(candidate: Candidate) -> bool:
    """As in "Talks on the crisis are due in Ankara on Tuesday": a day and a town are named for them."""
    local = any(said.value.precision in {"city", "site"} for said in candidate.places)
    return candidate.trigger.pattern.card.id == "summit.noun.talks" and local and _is_of_a_day(candidate) and not at_home(candidate)


def _is_of_a_day(candidate: Candidate) -> bool:
    return candidate.when is not None and candidate.when.value.precision in {"day", "hour", "minute"}


def at_home(candidate: Candidate) -> bool:
    """As in "met the leaders of his coalition": people of one house."""
    sentence = candidate.trigger.sentence
    held = {at for name in sentence.names for at in range(name.first, name.last)}
    low, high = candidate.trigger.clause
    told = any(sentence.tokens[at].low in lexical("domestic") for at in range(low, high) if at not in held)
    return told or bool(sentence.find_within(low, high, phrases("home_leaders")))
