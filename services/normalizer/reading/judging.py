"""Whether a candidate is a happening of its own: what its pattern needs, and that it is real and particular."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msgspec.structs import replace

from services.normalizer.reading.blocs import points_at_bloc
from services.normalizer.reading.candidates import Candidate, Trigger
from services.normalizer.reading.dead_or_alive import is_dead
from services.normalizer.reading.grammar import phrases
from services.normalizer.reading.grammar import words as lexical
from services.normalizer.reading.happening import mutual
from services.normalizer.reading.needs import has
from services.normalizer.reading.spans import days
from services.normalizer.reading.status import tells
from services.normalizer.reading.telling import region
from services.normalizer.reading.things import is_of_a_thing
from services.normalizer.reading.triggers import phrase_start

# So many strikes over weeks are a campaign.
MANY = 5
A_WEEK = 7
SUMMED = frozenset({"rockets", "missiles", "shells", "drones", "bombs", "strikes"})
WIDE = frozenset({"week", "month", "year"})
ROUND_REACH = 8
# "the 18th regular prime ministers' meeting": so many words before the noun phrase.
RANKED = 9
# "Thursday's second attack": so many words from the day to the noun.
DAY_REACH = 4
# "protesting against deadly Ruritanian air strikes": so many words.
PROTEST_REACH = 7
_RELATIVE = {("that",), ("which",)}
# "Phase one of the deal included"
CONTENT = 4


def judged(candidate: Candidate) -> tuple[Candidate, bool]:
    """The candidate, and whether it is a happening of its own."""
    real = not _unreal(candidate) and not _of_a_thing(candidate) and not _protested(candidate)
    fresh = real and (candidate.trigger.kind.frame != "directed" or _particular(candidate))
    return replace(candidate, fresh=fresh), next(shortcomings(candidate), None) is None


def shortcomings(candidate: Candidate) -> Iterator[str]:
    """What keeps a candidate from being a happening of its own, in words that tell a reader why."""
    yield from (f"it lacks {need!r}" for need in candidate.trigger.pattern.card.needs if not has(candidate, need))
    if _unreal(candidate):
        yield "its clause denies, intends or only imagines it"
    if _of_a_thing(candidate):
        yield "what is met or visited is a thing"
    if _only_if(candidate):
        yield "it is told on a condition"
    if _habitual(candidate):
        yield "it is told as a habit, at no time"
    if _protested(candidate):
        yield "it is what others protest against"
    if not _particular(candidate):
        yield "it is no particular occasion"


def _of_a_thing(candidate: Candidate) -> bool:
    return candidate.trigger.kind.frame == "meeting" and is_of_a_thing(candidate.trigger)


def _again_and_again(candidate: Candidate) -> bool:
    """As in "annual summits", "has attended three G7 summits": several, of which no day is told."""
    trigger = candidate.trigger
    start = max(phrase_start(trigger.sentence, trigger.first) - 1, 0)
    before = {token.low for token in trigger.sentence.tokens[start : trigger.first]}
    many = trigger.noun and trigger.sentence.tokens[trigger.last - 1].low.endswith("s") and trigger.pattern.card.id != "summit.noun.talks"
    exact = candidate.when is not None and candidate.when.value.precision in {"day", "hour", "minute", "night"}
    return many and bool(before & lexical("recurring", "several_times")) and not exact


def _goes_on(candidate: Candidate) -> bool:
    """As in "leverage in trade talks with China": talks that go on, of which no round is told."""
    trigger = candidate.trigger
    low, high = trigger.clause
    own = [token.low for token in trigger.sentence.tokens[trigger.first : trigger.last]]
    talks = trigger.pattern.card.id == "summit.noun.talks" or "talks" in own
    if not talks or candidate.state.weight > 0 or candidate.group or (trigger.sentence.index == 0 and not _of_a_matter(trigger)):
        return False
    around = trigger.sentence.tokens[max(low, trigger.first - ROUND_REACH) : min(high, trigger.last + ROUND_REACH)]
    return not any(token.low in lexical("rounds") for token in around)


def _opens(candidate: Candidate) -> bool:
    """As in "Ruritania and Graustark have begun their second round of talks": news of two sides, in the first words of a text."""
    states = {said.value.country for said in candidate.parties if said.value.type == "state"}
    return candidate.trigger.sentence.index == 0 and candidate.state.weight > 0 and len(states) > 1


def _of_a_matter(trigger: Trigger) -> bool:
    """As in "his approach to negotiations with Pyongyang": talks as a matter, of which something else is told."""
    return trigger.first > 0 and trigger.sentence.tokens[trigger.first - 1].low in {"to", "in", "of", "on", "about", "for"}


def _office_before(trigger: Trigger) -> bool:
    """As in "The president, after talks with world leaders, …": an office stands for its holder."""
    return not lexical("holders").isdisjoint(trigger.sentence.lows[: trigger.first])


def _negated(trigger: Trigger) -> bool:
    """As in "they didn't meet with Netanyahu": it did not happen, and nobody is told to have refused."""
    before = [token.low for token in trigger.sentence.tokens[max(trigger.first - 2, 0) : trigger.first]]
    return any(word in lexical("negations") or word.endswith("n't") for word in before)


def _unreal(candidate: Candidate) -> bool:
    trigger = candidate.trigger
    if trigger.kind.frame == "meeting":
        return not trigger.noun and candidate.status in {"occurred", "ongoing"} and _negated(trigger)
    if trigger.kind.frame != "directed":
        return False
    intended = not trigger.noun and tells(trigger.sentence.cues, region(trigger), "intended")
    return intended or (tells(trigger.sentence.cues, region(trigger), "unreal") and not _of_a_day(trigger))


def _of_a_day(trigger: Trigger) -> bool:
    """As in "any answer to Thursday's attack", "the risk since Sunday's raids": whatever stands before it, it was on that day."""
    lows = trigger.sentence.lows
    days = (time for time in trigger.sentence.times if trigger.first - DAY_REACH <= time.last < trigger.first)
    return trigger.noun and any(lows[time.last] == "'s" and lows[time.first] in lexical("weekdays") for time in days)


def _only_if(candidate: Candidate) -> bool:
    """As in "If so many are released, …", "until they release …", "the deal includes the release of …": an exchange imagined."""
    state, trigger = candidate.state, candidate.trigger
    tokens = trigger.sentence.tokens
    low, _ = trigger.clause
    if trigger.kind.frame != "exchange":
        return False
    told = [token.low for token in tokens[low : trigger.first]]
    content = any(
        one in lexical("deals") and bool(lexical("contents") & set(told[at + 1 : at + 1 + CONTENT])) for at, one in enumerate(told)
    )
    return "if" in {t.low for t in tokens[state.first : state.last]} or tokens[low].low in lexical("conditions") or content


def adds(candidate: Candidate) -> bool:
    """Whether words that make no happening of their own may tell more of one: of people who come home, of the dead, of what was hit."""
    trigger = candidate.trigger
    if trigger.pattern.card.id == "strike.verb.befell":
        return bool(candidate.places) and candidate.when is not None
    if trigger.kind.frame != "exchange" or trigger.noun or candidate.quantities:
        return True
    word = trigger.sentence.tokens[trigger.last - 1].low
    told = word in lexical("handover_nouns") and (word == "of" or trigger.last - trigger.first == 1)
    pointed = trigger.sentence.tokens[0].low in lexical("subjects")
    return has(candidate, "freed") or pointed if trigger.kind.names_released else told or is_dead(candidate)


def _habitual(candidate: Candidate) -> bool:
    """As in "Strikes continue": many, at no time that is told."""
    dated = candidate.when is not None and candidate.when.value.precision not in WIDE
    if candidate.trigger.kind.frame == "meeting" and _is_single(candidate.trigger):
        return False
    campaign = candidate.trigger.kind.frame == "directed" and candidate.trigger.sentence.lows[candidate.trigger.last - 1] == "campaign"
    return not dated and (campaign or tells(candidate.trigger.sentence.cues, region(candidate.trigger), "habitual"))


def _is_single(trigger: Trigger) -> bool:
    """As in "the 18th regular meeting", "a potential summit": one, however often they meet."""
    tokens = trigger.sentence.tokens
    start = phrase_start(trigger.sentence, trigger.first)
    ahead = [token.low for token in tokens[max(start - RANKED, 0) : trigger.first]]
    ranked = any(word in lexical("ranks", "ordinal_ends") for word in ahead)
    single = trigger.noun and not tokens[trigger.last - 1].low.endswith("s") and not any(word in lexical("recurring") for word in ahead)
    asked = trigger.sentence.lows[max(start - 2, 0) : start]  # "repeated his offer of talks"
    return ranked or single or (asked[-1:] in {("of",), ("for",)} and asked[0] in lexical("proposal_nouns") and not asked[0].endswith("s"))


def _general(candidate: Candidate) -> bool:
    """As in "Drone strikes are unpopular", "They fired missiles", "300 air strikes last year": of a kind or a campaign, no occasion."""
    trigger, tokens = candidate.trigger, candidate.trigger.sentence.tokens
    when = candidate.when.value if candidate.when else None
    aimed = any(said.value.role == "target" for said in candidate.parties)
    if not (when or aimed or candidate.places or candidate.quantities or trigger.noun):
        return True
    if when is not None:
        return when.precision in WIDE and any(q.value.measure == "strikes" and (q.value.best or 0) >= MANY for q in candidate.quantities)
    after = [token.low for token in tokens[trigger.last : trigger.last + 2]]
    if _over_time(candidate):
        return True
    plural = trigger.noun and tokens[trigger.last - 1].low.endswith("s")
    being = len(after) > 1 and after[0] in lexical("copulas") and after[1] not in lexical("reporting")
    return plural and being and not candidate.quantities


def _protested(candidate: Candidate) -> bool:
    """As in "a crowd protesting against air strikes threw stones": told of the crowd, and neither when nor with what toll they were."""
    trigger = candidate.trigger
    if trigger.kind.frame != "directed" or not trigger.noun or any(said.value.measure == "killed" for said in candidate.quantities):
        return False
    before = trigger.sentence.lows[max(trigger.first - PROTEST_REACH, 0) : trigger.first]
    if not trigger.sentence.lows[trigger.last - 1].endswith("s") and trigger.sentence.lows[trigger.last : trigger.last + 1] in _RELATIVE:
        return False  # "anger at a raid that hit X on Monday": it is told when and where
    return any(one in lexical("protests") and other in {"against", "over", "at"} for one, other in pairwise(before))


def _only_a_matter(candidate: Candidate) -> bool:
    """As in "three goals: peace, trade and repatriation of remains": a noun of handing over, with no day, place, number or name."""
    trigger = candidate.trigger
    bare = trigger.sentence.lows[trigger.first : trigger.last] == ("repatriation",)
    named = any(said.value.role == "released" for said in candidate.parties)
    return trigger.kind.frame == "exchange" and bare and not (candidate.when or candidate.places or candidate.quantities or named)


def _over_time(candidate: Candidate) -> bool:
    """As in "has lost many of his kin in air strikes since May": all of them, and none of them."""
    trigger = candidate.trigger
    plural = trigger.noun and trigger.sentence.tokens[trigger.last - 1].low.endswith("s")
    since = any(time.first > trigger.last and trigger.sentence.lows[time.first - 1] == "since" for time in trigger.sentence.times)
    return (plural and since and not candidate.quantities) or _summed_up(candidate)


def _summed_up(candidate: Candidate) -> bool:
    """As in "Since July 8, some 3,700 rockets have been fired", "over the past month": all of a war, told in August."""
    sentence, published = candidate.trigger.sentence, candidate.trigger.sentence.page.anchor.date
    if sentence.lows[0] == "since" and sentence.lows[max(candidate.trigger.first - 1, 0)] == "have" and candidate.when is None:
        return True  # "Since the deal collapsed, forces have targeted ports"
    if published is None or not any(q.value.measure in SUMMED and (q.value.best or 0) >= MANY for q in candidate.quantities):
        return False
    since = [days(t.expression.when) for t in sentence.times if t.first > 0 and sentence.lows[t.first - 1] == "since"]
    return any(d is not None and (published - d[0]).days > A_WEEK for d in since) or bool(sentence.find(phrases("of_late")))


def _particular(candidate: Candidate) -> bool:
    """As in "as they meet": a meeting known only by pronouns needs a time or a place of its own."""
    trigger = candidate.trigger
    if trigger.kind.frame == "directed":
        return not _general(candidate) and not mutual(candidate)
    if _only_a_matter(candidate) or (trigger.kind.frame == "meeting" and _again_and_again(candidate)):
        return False
    if trigger.kind.frame != "meeting" or candidate.when or candidate.places:
        return True
    if _goes_on(candidate):
        return False
    only_points = candidate.refers and not candidate.names_parties and not any(n.last == trigger.first for n in trigger.sentence.names)
    only_points = only_points and not _opens(candidate)
    if only_points:
        return False
    inside = any(trigger.sentence.start <= said.start < trigger.sentence.end for said in candidate.parties)
    inside = inside or (bool(candidate.parties) and points_at_bloc(trigger))
    inside = inside or (candidate.group and (_office_before(trigger) or candidate.status == "scheduled"))
    before = [token.low for token in trigger.sentence.tokens[max(trigger.first - 2, 0) : trigger.first]]
    generic = any(word in lexical("generic") for word in before)
    return inside and not (generic and not candidate.names_parties)
