"""Whether a candidate tells a happening: nothing may speak against it, and something must speak for it."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from services.normalizer.reading import dating, spans
from services.normalizer.reading.another import is_apart, is_far_off
from services.normalizer.reading.attacking import by_the_same, comes_back
from services.normalizer.reading.candidates import Candidate, Trigger, is_singular
from services.normalizer.reading.casts import names_two, others_meet
from services.normalizer.reading.grammar import words
from services.normalizer.reading.happening import PHASES, Happening, attackers_of, mutual, persons, sides
from services.normalizer.reading.of_others import of_others
from services.normalizer.reading.same_place import held_elsewhere, narrows, place_keys, places_meet
from services.normalizer.reading.sidelines import stands_beside
from services.normalizer.reading.triggers import phrase_start

# A bare "the attack" points at what was told at most this many sentences before.
RECENT = 6
NEXT = 2
# "The air force shot down 45 missiles", within so many sentences of the raid, tells of the raid.
CONTINUED = 3
# News is told at most so many days after the day itself.
TELLING = 3
# The sides of one exchange may free their people so many days apart.
HALVES = 2
# A lead is one of the first sentences; it is filled in within so many more.
LEAD, ELABORATED = 3, 5
# "a second such summit": so many words before the noun phrase.
RANKED = 3
# "The meeting was expected to include …": so many words behind.
WHO_ELSE = 5


def _times_meet(happening: Happening, candidate: Candidate) -> bool:
    if _put_off(happening, candidate):
        return True
    if _of_earlier(happening, candidate) or _earlier_elsewhere(happening, candidate):
        return False
    return all(
        spans.meet(m.when.value, candidate.when.value)
        or _told_later(m, candidate)
        or _told_again(m, candidate)
        or _day_follows(happening, m, candidate)
        for m in happening.known
        if m.when and candidate.when
    )


def _day_follows(happening: Happening, member: Candidate, candidate: Candidate) -> bool:
    """As in "An air strike killed ten, media said on Wednesday. … A jet bombed X on Tuesday": told on one day, it was on another."""
    first = happening.members[0]
    lead = first.trigger.sentence.index < LEAD and candidate.trigger.sentence.index - first.trigger.sentence.index <= ELABORATED
    one = is_singular(first) or _takes_up(first, candidate) or _goes_on(happening, candidate)
    return lead and one and not place_keys(happening.known) and _tells_of(member, candidate)


def _goes_on(happening: Happening, candidate: Candidate) -> bool:
    """As in "Jets struck rebels, the army said on Wednesday. Its jets hit three camps on Tuesday": the next words, of the same."""
    mine = attackers_of([candidate])
    return bool(mine) and mine == attackers_of(happening.known) and candidate.trigger.sentence.index - happening.last_sentence <= 1


def _takes_up(first: Candidate, candidate: Candidate) -> bool:
    """As in "Jets pounded the camps on Sunday", of camps that were told of: by nobody named, at what has an article."""
    tokens, trigger = candidate.trigger.sentence.tokens, candidate.trigger
    behind = [token.low for token in tokens[trigger.last : trigger.last + 2]]
    again = behind[:1] == ["the"] and behind[-1] in first.trigger.sentence.lows
    return not trigger.noun and again and not attackers_of([candidate])


def _tells_of(member: Candidate, candidate: Candidate) -> bool:
    """Whether one has but a day on which it was told, and the other a day right before."""
    if member.when is None or candidate.when is None or candidate.trigger.kind.frame == "meeting":
        return False
    told, own = spans.days(member.when.value), spans.days(candidate.when.value)
    close = told is not None and own is not None and dt.timedelta(0) <= told[0] - own[1] <= dt.timedelta(TELLING)
    return close and dating.is_heard(member.trigger, member.when)


def _told_again(member: Candidate, candidate: Candidate) -> bool:
    """As in "Nine had died of that strike, officials said on Saturday": a later day on which more was told of it."""
    if member.when is None or candidate.when is None or candidate.trigger.kind.frame != "directed" or not candidate.refers:
        return False
    then, now = spans.days(member.when.value), spans.days(candidate.when.value)
    close = then is not None and now is not None and dt.timedelta(0) <= now[0] - then[1] <= dt.timedelta(TELLING)
    return close and dating.is_heard(candidate.trigger, candidate.when)


def _of_earlier(happening: Happening, candidate: Candidate) -> bool:
    """As in "… whom he met earlier this year", "handed over earlier this month": not what is told of the day."""
    living = candidate.trigger.kind.frame == "directed" or candidate.trigger.kind.names_released
    when = candidate.when.value if candidate.when and not living else None
    wide = when is not None and when.precision in {"week", "month", "year"}
    earlier = wide and when is not None and (when.basis.expression or "").lower().startswith("earlier")
    return earlier and any(m.when.value.precision in {"day", "night", "hour", "minute"} for m in happening.known if m.when)


def _earlier_elsewhere(happening: Happening, candidate: Candidate) -> bool:
    """As in "A depot burned after a raid. … Earlier this week, they struck X": a blow of before, and not the news."""
    told = (candidate.when.value.basis.expression or "").lower() if candidate.when else ""
    placed = candidate.trigger.kind.frame == "directed" and bool(candidate.places) and not candidate.refers
    return placed and told.startswith("earlier this") and not any(m.when for m in happening.known)


def _put_off(happening: Happening, candidate: Candidate) -> bool:
    """As in "The meeting was postponed to next Tuesday": the same meeting on its new day."""
    gap = candidate.trigger.sentence.index - happening.last_sentence
    return candidate.status == "postponed" and candidate.refers and gap <= NEXT and happening.phase in {"future", "cancelled"}


def _told_later(member: Candidate, candidate: Candidate) -> bool:
    """As in "said on Monday that a strike … The strike on Saturday hit …": the day of telling gives way to the day itself."""
    if member.when is None or candidate.when is None or candidate.trigger.kind.frame == "meeting":
        return False
    if candidate.trigger.sentence is member.trigger.sentence and dating.is_heard(candidate.trigger, candidate.when):
        return True
    exchange = candidate.trigger.kind.frame == "exchange"
    if not (
        exchange or candidate.refers or (candidate.trigger.sentence.index - member.trigger.sentence.index <= 1 and not candidate.places)
    ):
        return False
    dead = exchange and not candidate.trigger.kind.names_released  # "announced on Thursday that it had received the coffins"
    return _tells_of(member, candidate) or (dead and _tells_of(candidate, member))


def same_day(happening: Happening, candidate: Candidate) -> bool:
    """Whether both tell a time, and it is the same day or stretch."""
    when = candidate.when.value if candidate.when else None
    mine = [m.when.value for m in happening.known if m.when and spans.days(m.when.value)]
    return when is not None and spans.days(when) is not None and any(spans.same(one, when) for one in mine)


def _only_adds(happening: Happening, candidate: Candidate) -> bool:
    """As in "Monday's talks", "… France and Britain at the summit": it names no parties of its own, it points at what was told."""
    if not candidate.refers or _bloc_apart(happening, candidate):
        return False
    gap = candidate.trigger.sentence.index - happening.last_sentence
    if gap <= 1 and not candidate.when and _tells_who_else(candidate.trigger):
        return True
    return same_day(happening, candidate) or (gap <= 1 and not candidate.when and not candidate.names_parties)


def _tells_who_else(trigger: Trigger) -> bool:
    """As in "The meeting is expected to include the ministers of X and Y": who else comes to the one just told."""
    behind = trigger.sentence.lows[trigger.last : trigger.last + WHO_ELSE]
    opens = trigger.noun and trigger.first <= 2 and trigger.sentence.lows[0] == "the"  # noqa: PLR2004 - "The Monday meeting"
    return opens and not words("includes").isdisjoint(behind)


def _bloc_apart(happening: Happening, candidate: Candidate) -> bool:
    """As in "met Xi at the close of the G20 summit": one is a bloc's meeting, the other two men's."""
    here, there = happening.sides, sides([candidate])
    return bool(here and there) and not here & there and bool((here <= words("blocs")) ^ (there <= words("blocs")))


def _parties_meet(happening: Happening, candidate: Candidate) -> bool:
    mine, other = happening.sides, sides([candidate])
    if (not candidate.refers or names_two(candidate)) and others_meet(happening, candidate):
        return False
    if not mine or not other or mine == other or _only_adds(happening, candidate):
        return True
    if candidate.refers and not _bloc_apart(happening, candidate) and place_keys(happening.known) & place_keys([candidate]):
        return True
    here, there = persons(happening.known), persons([candidate])
    close = same_day(happening, candidate) or candidate.refers or _day_of_its_week(happening, candidate)
    if mine <= other or other <= mine:
        near = close or len(other) <= 1 or happening.last_sentence == candidate.trigger.sentence.index
        apart = bool(here and there and not here & there)
        return near and not (others_meet(happening, candidate) if candidate.refers else apart)
    return close and len(mine & other) > 1


def _day_of_its_week(happening: Happening, candidate: Candidate) -> bool:
    """As in "called off a summit this week … had been invited for Thursday": the one day that the week holds."""
    mine = spans.days(candidate.when.value) if candidate.when else None
    told = [d for m in happening.known if m.when and m.when.value.precision == "week" and (d := spans.days(m.when.value))]
    return mine is not None and mine[0] == mine[1] and any(one <= mine[0] <= last for one, last in told)


def form_of(candidate: Candidate) -> str | None:
    return dict(candidate.details)["form"].value if candidate.details and candidate.trigger.kind.frame == "meeting" else None


def _forms_meet(happening: Happening, candidate: Candidate) -> bool:
    """A call is no meeting; "they discussed" may be said of either."""
    if candidate.trigger.pattern.card.id.endswith(".discuss") or _of_the_meeting(happening, candidate):
        return True
    return (form_of(happening.members[0]) == "call") == (form_of(candidate) == "call")


def _of_the_meeting(happening: Happening, candidate: Candidate) -> bool:
    """As in "The conversations between X and Y will be held in private": those of the meeting just told of the two."""
    bare = candidate.trigger.pattern.card.id.endswith(".bare_call") and candidate.refers and candidate.when is None
    same = persons(happening.known) & persons([candidate])
    return bare and len(same) > 1 and candidate.trigger.sentence.index - happening.last_sentence <= NEXT


def _phases_meet(happening: Happening, candidate: Candidate) -> bool:
    here, there = happening.phase, PHASES[candidate.status]
    if (form_of(happening.members[0]) == "visit") != (form_of(candidate) == "visit") and {here, there} == {"past", "future"}:
        return False
    if here == there or (candidate.refers and candidate.state.weight == 0 and not candidate.when):
        return True
    return {here, there} == {"future", "cancelled"} or ({here, there} == {"past", "future"} and _explicitly_same(happening, candidate))


def _explicitly_same(happening: Happening, candidate: Candidate) -> bool:
    return same_day(happening, candidate) and happening.sides == sides([candidate])


def _continues(candidate: Candidate) -> bool:
    """A strike told with neither a time nor a town of its own: more of the one just told."""
    return candidate.trigger.kind.frame == "directed" and candidate.when is None and not place_keys([candidate])


def _points_back(happening: Happening, candidate: Candidate) -> bool:
    """Something must speak for being the same: a shared day, shared parties, a shared town, or a pointer close by."""
    gap = candidate.trigger.sentence.index - happening.last_sentence
    if gap and candidate.trigger.sentence.tokens[0].low in {"*", "•", "#"}:
        return same_day(happening, candidate) and bool(happening.sides & sides([candidate]))
    exchange = candidate.trigger.kind.frame == "exchange"
    mine = sides([candidate])
    shared = happening.sides & mine
    if (_continues(candidate) and gap <= CONTINUED) or (exchange and candidate.when is None and (shared or not mine)):
        return True
    return (
        gap == 0
        or len(shared) > 1
        or same_day(happening, candidate)
        or not place_keys(happening.known).isdisjoint(place_keys([candidate]))
        or _elaborates(happening, candidate)
        or (candidate.trigger.kind.frame == "directed" and narrows(happening, candidate))
        or (exchange and gap <= NEXT)
        or (candidate.refers and gap <= RECENT)
        or _by_whom_it_was(happening, candidate)
        or _of_that_bloc(happening, candidate)
        or (gap <= RECENT and _of_that_wave(happening, candidate))
    )


def _by_whom_it_was(happening: Happening, candidate: Candidate) -> bool:
    """As in "After the Iranian missile attack": with no day and no town, the one that those who are named were told to have made."""
    if candidate.trigger.kind.frame != "directed" or not candidate.refers or not is_singular(candidate):
        return False
    mine = attackers_of([candidate])
    bare = candidate.when is None and not place_keys([candidate]) and not candidate.quantities
    return bare and bool(mine) and mine == attackers_of(happening.known)


def _of_that_bloc(happening: Happening, candidate: Candidate) -> bool:
    """As in "refused to attend the G20 summit": the one of that bloc which was told, wherever."""
    trigger, mine = candidate.trigger, sides([candidate])
    definite = trigger.noun and "the" in trigger.sentence.lows[max(phrase_start(trigger.sentence, trigger.first) - 1, 0) : trigger.first]
    return definite and candidate.when is None and bool(mine) and mine <= words("blocs") and mine <= happening.sides


def _of_that_wave(happening: Happening, candidate: Candidate) -> bool:
    """As in "fired 19 missiles at Ukraine … Air defences shot down 14 missiles over two regions": of what was launched."""
    if not candidate.trigger.pattern.card.reverse or candidate.when is not None or place_keys(happening.known):
        return False
    launched = {said.value.measure: said.value.best or 0 for m in happening.known for said in m.quantities}
    downed = [(said.value.measure.removesuffix("_downed"), said.value.best or 0) for said in candidate.quantities]
    return any(launched.get(weapon, 0) >= number > 0 for weapon, number in downed)


def _elaborates(happening: Happening, candidate: Candidate) -> bool:
    """As in "An air strike in the north killed nine. … The plane hit a car in X": where the one strike was is told further on."""
    first = happening.members[0]
    one = is_singular(first) or _takes_up(first, candidate) or _tells_where(happening, candidate)
    if first.trigger.kind.frame != "directed" or not one or place_keys(happening.known):
        return False
    return candidate.trigger.sentence.index - first.trigger.sentence.index <= ELABORATED


def _tells_where(happening: Happening, candidate: Candidate) -> bool:
    """As in "Russia struck Syria on Wednesday. … Its planes had targeted X": the lead told land and attacker, a verb tells the towns."""
    mine = attackers_of([candidate])
    alike = bool(mine) and mine == attackers_of(happening.known) and any(member.places for member in happening.known)
    new = bool(place_keys([candidate])) and not candidate.trigger.noun and candidate.when is None
    return alike and new and happening.members[0].trigger.sentence.index < LEAD


def _rank(candidate: Candidate) -> str | None:
    """As in "a second summit", "their first meeting": which of several it is."""
    trigger = candidate.trigger
    if not trigger.noun:
        return None
    start = max(phrase_start(trigger.sentence, trigger.first) - RANKED, 0)
    ahead = trigger.sentence.lows[start : trigger.last]
    return next((word for word in reversed(ahead) if word in words("rounds_told")), None)


def _ranks_meet(happening: Happening, candidate: Candidate) -> bool:
    """Not "a second summit" and "the first summit": one is told beside the other."""
    mine, told = _rank(candidate), {_rank(member) for member in happening.known} - {None}
    return mine is None or not told or mine in told


def _meeting_fits(happening: Happening, candidate: Candidate) -> bool:
    return (
        not stands_beside(happening.members[-1].trigger, candidate.trigger)
        and _ranks_meet(happening, candidate)
        and _forms_meet(happening, candidate)
        and _phases_meet(happening, candidate)
        and _parties_meet(happening, candidate)
    )


def fits(happening: Happening, candidate: Candidate) -> bool:
    """Whether nothing speaks against a candidate's being this happening, and something for it."""
    frame = candidate.trigger.kind.frame
    twin = happening.members[-1].trigger is candidate.trigger  # "killed four in X and eight in Y": told by one word, and two
    if (
        twin
        or is_apart(candidate)
        or is_far_off(happening.last_sentence, candidate)
        or of_others(happening, candidate)
        or mutual(candidate)
        or _says_nothing(candidate)
    ):
        return False
    if "another" in candidate.trigger.pattern.card.needs and candidate.when and not same_day(happening, candidate):
        return _dates_it(happening, candidate)
    if not ((_times_meet(happening, candidate) or _other_half(happening, candidate)) and _points_back(happening, candidate)):
        return False
    if frame == "directed":
        return places_meet(happening, candidate) and by_the_same(happening, candidate) and not comes_back(happening, candidate)
    if frame == "meeting":
        candidate_venues = "proposed" in {candidate.status, happening.members[0].status}
        there = candidate_venues or places_meet(happening, candidate)
        return there and _meeting_fits(happening, candidate) and not held_elsewhere(happening, candidate)
    return _phases_meet(happening, candidate) or _is_that_exchange(happening, candidate)


def _dates_it(happening: Happening, candidate: Candidate) -> bool:
    """As in "The attack, which was overnight in Wrenn, left 30 injured": the day of a strike of which none was told."""
    here = happening.members[-1].trigger.sentence is candidate.trigger.sentence
    return here and not any(m.when for m in happening.known) and places_meet(happening, candidate)


def _other_half(happening: Happening, candidate: Candidate) -> bool:
    """As in "The rebels freed two on Tuesday … The three were released by the government on Monday": one side's part of it."""
    trigger = candidate.trigger
    if trigger.kind.frame != "exchange" or trigger.noun or candidate.when is None or _is_another(candidate):
        return False
    swaps = trigger.kind.classes.get("swap")
    told, own = [m.when.value for m in happening.known if m.when], spans.days(candidate.when.value)
    days = [d for when in told if (d := spans.days(when))]
    close = own is not None and any(abs(own[0] - d[0]) <= dt.timedelta(HALVES) for d in days)
    alone = len(sides([candidate]) & happening.sides) == 1 and not (swaps and trigger.sentence.find(swaps))
    return close and alone and happening.phase == PHASES[candidate.status]


def _is_that_exchange(happening: Happening, candidate: Candidate) -> bool:
    """As in "The exchange is expected to involve 30", "would free 20", of one told as news: the same, seen from before."""
    if candidate.trigger.pattern.card.id.endswith(".named"):
        return candidate.trigger.sentence.index - happening.last_sentence <= RECENT
    told, seen = happening.phase == "past", PHASES[candidate.status] == "future"
    shared = bool(happening.sides & sides([candidate])) and candidate.trigger.sentence.index - happening.last_sentence <= RECENT
    undated = candidate.when is None or same_day(happening, candidate)
    return told and seen and undated and shared and not _is_another(candidate) and not _is_wished(candidate)


def _is_another(candidate: Candidate) -> bool:
    """As in "the next exchange", "further releases"."""
    trigger = candidate.trigger
    low, high = trigger.clause
    near = trigger.sentence.lows[max(low, trigger.first - RECENT) : min(high, trigger.last + 3)]
    more = any(one == "more" and other == "than" for one, other in pairwise(near))  # "to exchange more than 200"
    return any(word in words("further_ones") for word in near[:-1] if not (more and word == "more"))


def _is_wished(candidate: Candidate) -> bool:
    """As in "proposed a swap", "called for an exchange": more than a "would"."""
    state = candidate.state
    tokens = candidate.trigger.sentence.tokens[state.first : state.last]
    return candidate.status == "proposed" and not any(token.low in words("modals") for token in tokens)


def _says_nothing(candidate: Candidate) -> bool:
    """As in "the use of drone strikes in X": neither told as real nor with a number, it adds nothing to what was told."""
    return candidate.trigger.kind.frame == "directed" and candidate.trigger.noun and not candidate.fresh and not candidate.quantities
