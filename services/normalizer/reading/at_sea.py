"""Whether an attack hits what is at sea, so that it is a strike though no word tells by what."""

from __future__ import annotations

from services.normalizer.reading.acting import low_at
from services.normalizer.reading.candidates import Candidate, Trigger
from services.normalizer.reading.grammar import grammar, words

# "an attack on Monday night on a Greek tanker": so many words.
REACH = 9


def hits_at_sea(candidate: Candidate, *, by_state: bool) -> bool:
    """As in "Thursday's attack on an oil rig", "the Iranian attack on a tanker": it hits something at sea, and a state or a day is told."""
    trigger = candidate.trigger
    members = trigger.kind.classes.get("sea_targets")
    high = min(trigger.last + REACH, len(trigger.sentence.tokens))
    found = trigger.sentence.find_within(trigger.last, high, members) if members else ()
    states = any(said.value.type == "state" for said in candidate.parties) and not _collides(trigger)
    return states and (by_state or candidate.when is not None) and any(_is_whole(trigger, trigger.last + last) for _, last, _ in found)


def _collides(trigger: Trigger) -> bool:
    """As in "a Swedish ferry hit a freighter": ships that are no men-of-war only run into each other."""
    return not trigger.noun and low_at(trigger.sentence, trigger.first - 1) in words("merchant_ships")


def _is_whole(trigger: Trigger, at: int) -> bool:
    """As in "on a tanker off X", "on a ship killed two", but not "on shipping firms", "on the oil rig plan": of no longer name."""
    while at < len(trigger.sentence.tokens) and trigger.sentence.tokens[at].capital:
        at += 1  # "the supertanker Sea Queen"
    low = low_at(trigger.sentence, at)
    ends = low in grammar().small or low in grammar().conjunctions or low in grammar().clause_ends or at in trigger.sentence.at_times
    return ends or not low.isalpha() or low.endswith("ed") or low in words("copulas", "modals")


def set_on_fire_at(trigger: Trigger) -> int | None:
    """As in "had set a tanker on fire with a missile": where the verb stands, ahead of what is struck."""
    lows, (low, _) = trigger.sentence.lows, trigger.clause
    split = lows[trigger.first] in {"on", "ablaze"}
    return next((n for n in range(trigger.first - 1, low, -1) if lows[n] in {"set", "sets", "setting"}), None) if split else None
