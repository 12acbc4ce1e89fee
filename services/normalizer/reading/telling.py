"""Where a happening stands, as its own clause, the clause before and the answer after tell it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from msgspec.structs import replace

from schemas.events import When
from services.normalizer.reading import dating, spans
from services.normalizer.reading.candidates import Said, Trigger
from services.normalizer.reading.document import Document
from services.normalizer.reading.grammar import phrases
from services.normalizer.reading.grammar import words as lexical
from services.normalizer.reading.presently import in_present
from services.normalizer.reading.ruling_out import is_given, is_imagined, is_prepared, is_ruled_out
from services.normalizer.reading.status import Region, State, read_state, tells
from services.normalizer.reading.triggers import phrase_start

ALLOWED = {
    "meeting": frozenset({"cancelled", "postponed", "declined", "proposed", "scheduled", "ongoing", "occurred"}),
    "exchange": frozenset({"cancelled", "postponed", "declined", "proposed", "scheduled", "ongoing", "occurred", "disputed"}),
    "directed": frozenset({"disputed"}),
}

# "will visit Rome and hold talks": what is told of the first of two joined verbs holds for the second, this much further off.
STRETCH = 12
# "the unmanned aircraft reportedly fired": so many words from the article to the verb.
WIELDED = 5
# "In Monday's talks in Geneva, …": so many words to the comma.
OPENED = 8
# "urged X and Y to": so many words.
URGED = 8
# "arrived in Rome late on Monday evening for": so many words.
COME = 14
# "hold a round of talks": so many words from the verb to its noun.
LIGHT = 5
# "might hold a phone call with Graustark's President Z following his talks": so many words from the modal.
AHEAD = 12
INTENT = 4.0
PLANS = frozenset({"scheduled", "proposed"})
TURNS = frozenset({"after", "following", "during", "at", "the"})
UNSURE = frozenset({"if", "probably", "likely", "possibly"})

# "announced last week that the two would meet": so many words.
ANNOUNCED = 12
# An answer to a proposal stands within this many sentences.
ANSWER_REACH = 2
# "in June", told in May: the next one is so many times nearer than the last.
NEARER = 2
# One trigger is asked several times, one after the other.
ASKED = 16


@lru_cache(maxsize=ASKED)
def region(trigger: Trigger) -> Region:
    """The words that may tell its state: its clause, less what a trigger before tells of."""
    low, high = trigger.clause
    reach = max(high if not trigger.rivals else trigger.high, trigger.last, trigger.high if trigger.high > high else 0)
    if trigger.noun and trigger.kind.frame == "meeting" and (comma := opening_comma(trigger)):
        reach = comma
    first = trigger.first + (trigger.kind.frame != "directed" and trigger.sentence.tokens[trigger.first].low == "to")  # "ready | to swap"
    return Region(first, trigger.last, max(low, trigger.since), reach, held=trigger.sentence.held)


def opening_comma(trigger: Trigger) -> int | None:
    """As in "In Monday's talks, Ruritania said …": where the phrase that opens the sentence ends."""
    tokens = trigger.sentence.tokens
    if tokens[0].low not in lexical("opening") or not refers(trigger):
        return None
    comma = next((at for at in range(trigger.last, min(trigger.last + OPENED, len(tokens))) if tokens[at].low == ","), None)
    plain = comma is not None and not any(token.low == "," for token in tokens[: trigger.first])
    return comma if plain else None


def state_of(trigger: Trigger) -> State:
    """A past verb says so itself; all else is read from the clause."""
    tokens = trigger.sentence.tokens
    told = read_state(trigger.sentence.cues, region(trigger), ALLOWED[trigger.kind.frame])
    if told.status == "declined" and tells(trigger.sentence.cues, region(trigger), "not_declined"):
        told = replace(told, status="proposed")
    if told.status == "declined" and (planned := _without_one(trigger, told)):
        told = planned
    told = _of_none_yet(trigger, told)
    low, high = trigger.clause
    joined = not {"and", "for"}.isdisjoint(trigger.sentence.lows[trigger.since : trigger.first])
    if told.weight == 0 and trigger.since > low and joined:
        told = read_state(trigger.sentence.cues, Region(trigger.first, trigger.last, low, high, stretch=STRETCH), PLANS)
    untold = told.weight < INTENT or lexical("came").issuperset(trigger.sentence.lows[told.first : told.last])
    if untold and told.status == "occurred" and trigger.kind.frame == "meeting" and _come_for(trigger):
        told = State("scheduled", trigger.first - 1, trigger.last, INTENT)
    if told.weight < INTENT + 3:
        told = _joined_to(trigger) or (_after_relative(trigger) if trigger.kind.frame == "meeting" else None) or told
    own = tokens[trigger.first].low == "to"
    if not trigger.noun and not own and told.weight < INTENT and tells(trigger.sentence.cues, region(trigger), "intended"):
        told = State("scheduled", trigger.first - 1, trigger.last, INTENT)
    words = set(trigger.sentence.lows[trigger.first : trigger.last])
    at = trigger.first - 1 if trigger.first > 1 and tokens[trigger.first - 1].low == "be" else trigger.first
    helped = at > 0 and tokens[at - 1].low in lexical("modals")
    if "will" in words:
        return State("scheduled", trigger.first, trigger.last, 7.0)
    if told.status == "occurred" and _in_passing(trigger, told) and (turned := _beside_another(trigger, told)):
        return turned
    if (
        not trigger.noun
        and words & lexical("past")
        and not helped
        and not words & lexical("modals")
        and told.status in {"proposed", "scheduled", "postponed", "cancelled", "declined"}
        and not any(token.low in lexical("negations") for token in tokens[max(trigger.first - 2, 0) : trigger.first])
    ):
        return State("occurred", trigger.first, trigger.last, 7.0)
    return told


def _of_none_yet(trigger: Trigger, told: State) -> State:
    """As in "no meeting was planned", "a meeting would only help X", "the next meeting": of none that has been, or will ever be."""
    if told.status == "proposed" and is_given(trigger, told):
        return State("occurred", trigger.first, trigger.last, 0.0)
    if is_ruled_out(trigger):
        return State("declined", trigger.first, trigger.last, INTENT * 2)
    if told.weight == 0 and is_imagined(trigger):
        return State("proposed", trigger.first, trigger.last, INTENT)
    ahead = told.weight == 0 and (_is_the_next(trigger) or is_prepared(trigger))
    return State("scheduled", trigger.first, trigger.last, INTENT) if ahead else told


def _is_the_next(trigger: Trigger) -> bool:
    """As in "gave no date for the next meeting of ministers": it is to come, be its day known or not."""
    own = trigger.sentence.lows[trigger.first : trigger.last]
    return trigger.noun and trigger.kind.frame == "meeting" and own[0] == "next" and own[-1] in lexical("single_meetings")


def _without_one(trigger: Trigger, told: State) -> State | None:
    """As in "X will not attend a meeting scheduled for Friday": one who stays away leaves what others hold as planned as it is."""
    if lexical("attends").isdisjoint(trigger.sentence.lows[told.last : trigger.first]):
        return None
    still = read_state(trigger.sentence.cues, region(trigger), ALLOWED[trigger.kind.frame] - {"declined"})
    return still if still.status == "scheduled" and still.first >= trigger.last else None


def _joined_to(trigger: Trigger) -> State | None:
    """As in "will fly to Rome on Friday, hold talks with X and …": a bare verb leans on the modal before the first of the list."""
    tokens = trigger.sentence.tokens
    at = (
        trigger.first
        if not trigger.noun and tokens[trigger.first].low in lexical("bare_verbs")
        else next((n for n in range(trigger.first - 1, max(trigger.first - LIGHT, -1), -1) if tokens[n].low in lexical("bare_verbs")), -1)
    )
    if at <= 0 or tokens[at].low not in lexical("bare_verbs") or tokens[at - 1].low not in {",", "and", "then"}:
        return None
    before = next((n for n in range(at - 1, -1, -1) if tokens[n].low in lexical("modals") or n in _said(trigger)), -1)
    if before >= 0 and tokens[before].low == "to" and any(t.low in lexical("urging") for t in tokens[max(before - URGED, 0) : before]):
        return State("proposed", before, before + 1, 5.0)
    status = {"will": "scheduled", "would": "proposed", "could": "proposed", "might": "proposed", "may": "proposed"}.get(tokens[before].low)
    return State(status, before, before + 1, 5.0) if before >= 0 and status else None


def _come_for(trigger: Trigger) -> bool:
    """As in "left on Sunday for talks with X", "has arrived to attend a summit": what one has set out for is still to come."""
    sentence = trigger.sentence
    start, (low, _) = phrase_start(sentence, trigger.first), trigger.clause
    ahead = sentence.lows[max(start - 1, 0) : trigger.first]
    attends = not lexical("attends").isdisjoint(sentence.lows[max(start - 2, 0) : start])
    came = sentence.lows[max(low, start - COME) : start]
    sets_out = ("for" in ahead[:1] or attends) and any(_sets_out(one, other) for one, other in pairwise((*came, "")))
    goes = sets_out or (attends and not lexical("arrivals").isdisjoint(came))
    return goes and "after" not in came and _is_under_way(trigger, came)


def _sets_out(verb: str, behind: str) -> bool:
    """As in "left for", "headed to"; but not "headed the delegation"."""
    return verb in lexical("came") and (verb not in lexical("leads_or_goes") or behind in lexical("towards"))


def _is_under_way(trigger: Trigger, came: Sequence[str]) -> bool:
    """As in "leaves", "has left", "left on Sunday" on that very day; what one flew to on a day that is over is over, too."""
    published, (low, high) = trigger.sentence.page.anchor.date, trigger.clause
    times = [time for time in trigger.sentence.times if low <= time.first < high and not time.of_speech]
    told = [span[1] for time in times if (span := spans.days(time.expression.when)) is not None]
    if told:
        return published is not None and max(told) >= published
    return not lexical("under_way").isdisjoint(came)


def _said(trigger: Trigger) -> frozenset[int]:
    return frozenset(at for first, last in trigger.sentence.says for at in range(first, last))


def _in_passing(trigger: Trigger, told: State) -> bool:
    """As in "will see Lavrov after the G7 meeting": that another follows does not tell where the first stands."""
    return set(trigger.sentence.lows[told.first : told.last]) <= TURNS


def _beside_another(trigger: Trigger, told: State) -> State | None:
    """The state of what is only turned from; None where the turn tells it after all."""
    if _behind_a_plan(trigger, told):
        return State("scheduled", told.first, told.last, INTENT)
    return replace(told, weight=0.0) if trigger.noun and refers(trigger) else None


def _behind_a_plan(trigger: Trigger, told: State) -> bool:
    """As in "X might call Z following his talks with Y", where no day is told: both are still to come."""
    lows = trigger.sentence.lows
    turned = lows[told.first : told.first + 1] in {("following",), ("after",)} and trigger.kind.frame == "meeting"
    ahead = not {"will", "might", "may"}.isdisjoint(lows[max(told.first - AHEAD, 0) : told.first])
    return turned and ahead and trigger.pattern.card.form != "visit" and not trigger.sentence.times


def _after_relative(trigger: Trigger) -> State | None:
    """As in "Talks, which were to be held on Friday, have been called off": what the main clause goes on to tell."""
    tokens, (_, high) = trigger.sentence.tokens, trigger.clause
    if not trigger.noun or high >= len(tokens) or tokens[high].low not in {"which", "who"}:
        return None
    comma = next((at for at in range(high, len(tokens)) if tokens[at].low == ","), None)
    if comma is None:
        return None
    end = trigger.sentence.clause(comma)[1]
    told = read_state(trigger.sentence.cues, Region(comma, comma + 1, comma, end), frozenset({"cancelled", "postponed"}))
    return told if told.weight > 0 else None


def answered(document: Document, trigger: Trigger, told: State) -> State:
    """A proposal that one of the next sentences says was refused is declined."""
    index = trigger.sentence.index
    after = document.sentences[index + 1 : index + 1 + ANSWER_REACH]
    refused = (
        told.status == "proposed" and trigger.pattern.card.form != "call" and any(sentence.find(phrases("refusals")) for sentence in after)
    )
    return replace(told, status="declined") if refused else told


def is_reported_plan(trigger: Trigger, told: State) -> bool:
    """As in "said he would meet X on Tuesday": what was said to be to come, not wished for."""
    would = trigger.sentence.lows[told.first : told.last] == ("would",)
    said = would and any(last <= told.first for _, last in trigger.sentence.says)
    return said and UNSURE.isdisjoint(trigger.sentence.lows)


def is_announced(trigger: Trigger, told: State) -> bool:
    """As in "announced that they would meet": whoever announces or confirms it does not only wish for it."""
    lows = trigger.sentence.lows
    would = lows[told.first : told.last] == ("would",)
    return would and not lexical("announcing").isdisjoint(lows[max(told.first - ANNOUNCED, 0) : told.first])


@lru_cache(maxsize=ASKED)
def refers(trigger: Trigger) -> bool:
    """As in "the talks", "that attack", "Monday's summit": it may point back."""
    if not trigger.noun:
        return _armed_with_that(trigger) or _of_that_blow(trigger) or _as_noun(trigger)
    start = phrase_start(trigger.sentence, trigger.first)
    while start > 0 and trigger.sentence.tokens[start - 1].low in lexical("occasional"):
        start -= 1
    before = trigger.sentence.lows[max(start - 1, 0) : trigger.first]
    return not lexical("pointers").isdisjoint(before) or _measured(trigger, start)


def _measured(trigger: Trigger, start: int) -> bool:
    """As in "said after three hours of talks": how long they were tells that they are known."""
    tokens = trigger.sentence.tokens
    long = start > 1 and tokens[start - 1].low == "of" and tokens[start - 2].low in lexical("lengths")
    return long and not any(token.low in {"with", "between"} for token in tokens[trigger.last : trigger.last + 1])


def _armed_with_that(trigger: Trigger) -> bool:
    """As in "the drone fired two missiles", "the bomb hit a market": a weapon that was told of before."""
    inside = trigger.last - 1 if trigger.pattern.card.participle else trigger.first
    if trigger.kind.frame != "directed":
        return False
    before = trigger.sentence.lows[max(trigger.first - WIELDED, trigger.low) : inside]
    at = next((n for n, low in enumerate(before) if low == "the"), None)
    if at is None or not {",", "of"}.isdisjoint(before[at:]):
        return False
    return bool(trigger.kind.weapon.find(before[at + 1 :]))


def _of_that_blow(trigger: Trigger) -> bool:
    """As in "The bombing began at 3 a.m. and hit five sites": what hit is what was told of before."""
    if trigger.kind.frame != "directed":
        return False
    low, _ = trigger.clause
    opening = trigger.sentence.lows[low : min(low + WIELDED, trigger.first)]
    at = next((n for n, word in enumerate(opening) if word in lexical("occasional_pointers")), None)
    return at is not None and any(word in lexical("told_blows") for word in opening[at + 1 : at + 3])


def _as_noun(trigger: Trigger) -> bool:
    """As in "voted against swapping prisoners": an exchange as a matter, of which it is told elsewhere."""
    tokens, at = trigger.sentence.tokens, trigger.first
    gerund = trigger.kind.frame == "exchange" and tokens[at].low.endswith("ing")
    return gerund and at > 0 and tokens[at - 1].low in lexical("of_a_matter")


def _is_dated_ahead(when: Said[When]) -> bool:
    """As in "before the summit on May 30": a date of the calendar, which no tense around it turns."""
    return when.value.precision in {"day", "hour", "minute"} and any(c.isdigit() for c in when.value.basis.expression or "")


def _in_turn(trigger: Trigger, told: State) -> bool:
    """As in "during the summit", "after talks": only a turn stands before it, which tells nothing of where it stands."""
    return told.weight == 0 or (trigger.noun and set(trigger.sentence.lows[told.first : told.last]) <= TURNS)


def _is_month_ahead(trigger: Trigger, told: State, past: Said[When] | None, planned: When, published: dt.date) -> bool:
    """As in "may resign after the Oslo summit in June", told in May: no verb says that it is over, and the next June is far nearer."""
    over, ahead = spans.days(past.value) if past else None, spans.days(planned)
    before = trigger.sentence.lows[: told.last]
    if not {"after", "following"}.isdisjoint(before) and lexical("modals").isdisjoint(before):
        return False  # "resigned after the summit in June"
    named = trigger.noun or _when_they_meet(trigger)
    if not (named and _in_turn(trigger, told) and past and past.value.precision == planned.precision == "month" and over and ahead):
        return False
    return dt.timedelta(0) < ahead[0] - published and (ahead[0] - published) * NEARER < published - over[1]


def _when_they_meet(trigger: Trigger) -> bool:
    """As in "may agree when they meet in June": a bare verb, which tells nothing over."""
    low, _ = trigger.clause
    return trigger.sentence.lows[low] == "when" and trigger.sentence.lows[trigger.first : trigger.last] in {("meet",), ("meets",)}


def if_to_come(trigger: Trigger, document: Document, told: State, when: Said[When] | None) -> tuple[State, Said[When] | None]:
    """Nothing tells its state, but its date is still to come: it is scheduled."""
    published = document.anchor.date
    if published is None or told.status not in {"occurred", "ongoing"}:
        return told, when
    if not trigger.noun and trigger.sentence.tokens[trigger.first].low in lexical("past") and told.weight == 0:
        return told, when
    planned = dating.choose(trigger, "scheduled", published)
    days = spans.days(planned.value) if planned else None
    undated = planned is not None and days is None and told.weight == 0 and dating.looks_ahead(trigger, planned)
    if planned is not None and (undated or _is_month_ahead(trigger, told, when, planned.value, published)):
        return replace(told, status="scheduled"), planned  # "the call in the coming days"
    if planned is None or days is None or days[0] <= published:
        return told, when
    now = in_present(trigger, told)  # "ministers meet on Saturday"
    if not (now or _is_dated_ahead(planned) or (_in_turn(trigger, told) and dating.looks_ahead(trigger, planned))):
        return told, when
    return replace(told, status="scheduled"), planned


def if_ahead(trigger: Trigger, document: Document, told: State, when: Said[When] | None) -> State:
    """As in "when they meet at the summit this weekend", "warned that next week's talks will fail": its day is still to come."""
    published, days = document.anchor.date, spans.days(when.value) if when else None
    over = not trigger.noun and bool(lexical("past") & set(trigger.sentence.lows[trigger.first : trigger.last]))
    plain = told.status in {"occurred", "ongoing"} and not over and (when is None or not dating.is_heard(trigger, when))
    will = told.weight == 0 and "will" in trigger.sentence.lows[trigger.clause[0] : trigger.first]  # "will be told at this month's"
    ahead = published is not None and days is not None and (days[0] > published or (will and days[1] > published))
    return replace(told, status="scheduled") if plain and ahead else told
