"""Where a happening stands in its life, by the words around its trigger."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cache

from msgspec import Struct

from schemas.events import Status
from services.normalizer.reading.grammar import words
from services.normalizer.reading.phrases import Table
from services.normalizer.reading.rules import Cue, load_yaml

# How much weight a word loses with each word that lies between it and the trigger.
FADING = 0.35
# "whether, when and where the talks will": so many words.
ASKED = 7


class State(Struct, frozen=True):
    """A status, and the tokens [first, last) that tell it; `weight` 0 where nothing told it."""

    status: str
    first: int
    last: int
    weight: float


@dataclass(frozen=True, slots=True)
class _Rule:
    status: str
    cue: Cue


# Cues of no status: they tell that nothing happened, or nothing in particular.
JUDGING = frozenset({"unreal", "intended", "habitual"})


@cache
def _cues() -> tuple[Table[_Rule], ...]:
    """The cues that tell a status, and those that judge; "planning a", which plans a meeting, hides no "planning" of a strike."""
    rules = [_Rule(status, Cue(**cue)) for status, cues in load_yaml("status").items() for cue in cues]
    judging = [rule for rule in rules if rule.status in JUDGING]
    telling = [rule for rule in rules if rule.status not in JUDGING]
    return tuple(Table((phrase, rule) for rule in part for phrase in rule.cue.words) for part in (telling, judging))


class Region(Struct, frozen=True):
    """A trigger at tokens [first, last) and the clause [low, high) around it; words of names and times, `held`, take no room."""

    first: int
    last: int
    low: int
    high: int
    stretch: int = 0
    held: frozenset[int] = frozenset()


Cued = tuple[int, int, _Rule]


def find_cues(lows: Sequence[str]) -> tuple[Cued, ...]:
    """(first, last, rule) of all words that may tell a status, or judge; the longest phrase of each at each word, and these may overlap."""
    found = [hit for cues in _cues() for hit in cues.longest(lows) if _may_tell(lows, hit[0])]
    return tuple([(first, last, rule) for first, last, rules in found for rule in rules])


def _may_tell(lows: Sequence[str], at: int) -> bool:
    """Not a "may" or a "will" that is a noun, nor a refusal to speak: "declined to say how many were freed"."""
    if lows[at] in words("refuses"):
        speaks = lows[at + 1 : at + 2] == ("to",) and not words("speaks_of_it").isdisjoint(lows[at + 2 : at + 3])
        rest = [low for low in lows[at + 2 : at + 5] if low not in words("articles")]
        return not speaks or " ".join(rest[:2]) in words("turns_down")
    if lows[at] in words("denies_it") and lows[at + 1 : at + 2] in {("previous",), ("earlier",), ("past",)}:
        return False  # "denied previous charges": of others
    if lows[at + 1 : at + 3] == ("likely", "to") and lows[at] in words("copulas_now") and lows[at + 3 : at + 4] not in _comes_about():
        return False  # "the summit is likely to disappoint": what is likely is what it does, and not that it is held
    if lows[at] == "last" and lows[at + 1 : at + 2] == ("of",):
        return False  # "the last of the talks will be …": which of them, and not when
    return lows[at] not in {"may", "will"} or _is_modal(lows, at)


@cache
def _comes_about() -> frozenset[tuple[str, ...]]:
    return frozenset((word,) for word in words("comes_about"))


def _is_modal(lows: Sequence[str], at: int) -> bool:
    """Whether "may" or "will" tells what is to come."""
    return not _is_noun(lows, at) and not _is_asked(lows, at)


def _is_noun(lows: Sequence[str], at: int) -> bool:
    """As in "depends on the political will of both sides", "a May 30 meeting"."""
    if lows[at] == "may":
        return at + 1 < len(lows) and lows[at + 1].isdigit()
    return lows[at] == "will" and at > 0 and lows[at - 1] in words("before_a_will")


def _is_asked(lows: Sequence[str], at: int) -> bool:
    """As in "to decide if, when and where talks will be held": what is not known yet is no plan. But to say whether one will come to what
    others hold leaves that as planned as it is.
    """
    held = (at + 1 < len(lows) and lows[at + 1] in words("comes_about")) or (at > 0 and lows[at - 1] in words("discussions", "gatherings"))
    return lows[at] == "will" and held and not words("asked_whether").isdisjoint(lows[max(at - ASKED, 0) : at])


def _weigh(hit: Cued, region: Region) -> State | None:
    first, last, rule = hit
    before = last <= region.first
    if rule.cue.place != "either" and (rule.cue.place == "before") != before:
        return None
    between = range(last, region.first) if before else range(region.last, first)
    distance = len(between) - len(region.held.intersection(between)) if last <= region.first or first >= region.last else -1
    if not 0 <= distance < rule.cue.reach + region.stretch:
        return None
    return State(rule.status, first, last, rule.cue.weight - FADING * distance)


def _within(cued: Sequence[Cued], region: Region, statuses: Container[str]) -> list[State]:
    """What the cues of these statuses tell of the trigger, within its clause."""
    low, high, own = region.low, region.high, range(region.first, region.last)
    inside = [hit for hit in cued if hit[2].status in statuses and low <= hit[0] and hit[1] <= high and hit[0] not in own]
    return [state for hit in inside if (state := _weigh(hit, region))] if inside else []


def read_state(cued: Sequence[Cued], region: Region, allowed: frozenset[str]) -> State:
    """The weightiest state among those allowed that the clause tells; occurred, with no weight, where it tells none."""
    default = State("occurred", region.first, region.last, 0.0)
    return max(_within(cued, region, allowed), key=lambda state: (state.weight, state.first), default=default)


def tells(cued: Sequence[Cued], region: Region, status: str) -> bool:
    """Whether the clause tells this of the trigger: that it is unreal ("no attack"), intended, or habitual."""
    return bool(_within(cued, region, (status,)))


def as_status(state: State) -> Status:
    return state.status  # type: ignore[return-value]
