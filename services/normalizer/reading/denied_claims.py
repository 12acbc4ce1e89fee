"""Strikes that one side claims, or lays on another, who denies it in the same breath: "a claim the army denied"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from services.normalizer.reading.acting import side
from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import words

# "a claim that the army of Ruritania has denied": so many words.
REACH = 8


def is_denied_claim(trigger: Trigger, attacking: Sequence[Name]) -> bool:
    """Whether what is told is called a claim that is denied: by the attackers, where they are named."""
    lows = trigger.sentence.lows
    if words("claims").isdisjoint(lows[trigger.last :]):
        return False
    opens = (at for at, (one, other) in enumerate(pairwise(lows)) if at >= trigger.last and one in {"a", "an"} and other in words("claims"))
    denied = next(((at, n) for at in opens for n in range(at, min(at + REACH, len(lows))) if lows[n] in words("denies")), None)
    if denied is None:
        return False
    accused = {side(name) for name in attacking}
    deniers = {side(n) for n in trigger.sentence.names if denied[0] <= n.first < denied[0] + REACH}
    return not accused or bool(accused & deniers)
