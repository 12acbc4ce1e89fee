"""What a relative clause tells of the meeting before it: "a meeting of ministers which is due to take place in Oslo on May 6"."""

from __future__ import annotations

from msgspec.structs import replace

from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.grammar import words

# Between the noun and its "which" stand at most so many words.
REACH = 10


def with_relative(trigger: Trigger) -> Trigger:
    """The trigger with the words of its relative clause as its own; unchanged where it has none, or where a comma parts them."""
    lows, (_, high) = trigger.sentence.lows, trigger.clause
    if not trigger.noun or not high < len(lows) - 1 or lows[high] not in {"which", "that"} or high - trigger.last > REACH:
        return trigger
    apart = lows[high - 1] == "," or any(trigger.last <= first < high for first in trigger.others)
    if apart or lows[high + 1] not in words("being"):
        return trigger
    end = trigger.sentence.clause(high)[1]
    return replace(trigger, high=min([end, *(first for first in trigger.others if first > high)]))
