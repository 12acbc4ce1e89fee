"""Which of the times around a trigger dates its happening."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from msgspec.structs import replace

from schemas.events import Basis, When
from services.normalizer.reading.asking import of_asking, of_leaving, of_offer
from services.normalizer.reading.bargaining import of_a_deal, of_talks
from services.normalizer.reading.candidates import Said, Trigger
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.grammar import phrases, words
from services.normalizer.reading.spans import days
from services.normalizer.reading.speech_times import Time, of_calling_off
from services.normalizer.reading.turning import FUTURE, day_of, fitted

PLUPERFECT = 6
# "said it had shot down …": reported speech moves the tense, not the day.
REPORTED = 9
OPENING = 3
CROSSING = 8
NEAR, FAR = 12, 45
# An hour, or a part of a day, of a day that is told elsewhere.
_CLOCK = re.compile(
    r"midnight|noon|(?:early |late )?(?:in )?the (?:morning|afternoon|evening)"
    r"|(?:at |around |about )?\d{1,2}(?:[:.]\d{2})?\s?(?:[ap]\.?m\.?|hours)?(?: local time| GMT| UTC)?",
    re.IGNORECASE,
)
# "captured on July 12", "seized by the rebels two years ago": the verb stands so near its time.
BEFELL = 6
# "talks in Istanbul on June 2"
TALKS = 7
# No happening is dated by more than a decade, in days.
LONGEST = 3660
# "(2230 GMT Sunday)": so many words from a bracket to the time.
BRACKETED = 4


def _dates(time: Time) -> bool:
    when = time.expression.when
    return when is not None and (time.expression.type in {"DATE", "TIME"} or when.start is None) and not _is_an_age(when)


def _is_an_age(when: When) -> bool:
    """As in "an 18th-century villa": a time in which nothing of which news tells took place as a whole."""
    told = days(when)
    return told is not None and (told[1] - told[0]).days > LONGEST


def _counts(sentence: Sentence, time: Time, status: str) -> bool:
    """Whether a time can date anything: not "since August", not "the ninth raid this year"."""
    before = [token.low for token in sentence.tokens[max(time.first - 8, 0) : time.first]]
    owns = time.last < len(sentence.tokens) and sentence.tokens[time.last].low == "'s"
    if (
        before[-1:]
        and before[-1] in words("bounds")
        and not owns
        and not ((before[-1] == "from" and status in FUTURE) or (before[-1] in {"until", "to"} and status == "postponed"))
    ):
        return False
    if of_a_deal(sentence, time):
        return False
    when = time.expression.when
    if (
        when is not None
        and when.precision == "year"
        and time.expression.text.replace("-", "").replace("/", "").isdigit()  # "a 1987-88 farm package"
        and before
        and before[-1] not in words("before_years")
    ):
        return False
    named = time.expression.text[0].isupper()  # "the first summit in June", not "the first summit this year"
    wide = time.expression.when is not None and time.expression.when.precision in {"month", "year", "week"} and not named
    return not (wide and any(word in words("ranks") for word in before[-7:]) and "on" not in before[-2:])


def _points_back(time: Time) -> bool:
    """As in "open to talks, after those of earlier this week": no day of what is still to come."""
    spoken = time.expression.text.lower().split()
    return bool(spoken) and (spoken[0] in words("bygone") or spoken[-1] == "ago")


def _long_over(time: Time, status: str, published: dt.date | None) -> bool:
    """As in "The king, who last went there in 1993, is to meet …": a year that is over dates nothing to come."""
    told = days(time.expression.when)
    named = told is not None and str(told[1].year) in time.expression.text
    return status in {"proposed", "scheduled"} and told is not None and named and published is not None and told[1].year < published.year


def _distance(trigger: Trigger, time: Time) -> int:
    gap = trigger.first - time.last if time.last <= trigger.first else time.first - trigger.last
    low, high = min(time.first, trigger.first), max(time.last, trigger.last)
    crossed = sum(1 for border in trigger.sentence.borders if low < border < high)
    return gap + CROSSING * (crossed + _of_verb_before(trigger, time))


def _of_verb_before(trigger: Trigger, time: Time) -> bool:
    """As in "arrived on Thursday and held a meeting with X on Friday", "flies there on Sunday and meets X on Monday": of the first verb."""
    between = [token.low for token in trigger.sentence.tokens[time.last : trigger.first]]
    itself = not trigger.noun and between == ["and"]
    return itself or (between[:1] == ["and"] and len(between) > 1 and between[1] in words("past") | {"had"})


def choose(trigger: Trigger, status: str, published: dt.date | None) -> Said[When] | None:
    """The nearest time of the trigger's own clause, else of its sentence; a date of speech only for what is past."""
    sentence = trigger.sentence
    if not sentence.times:
        return None
    usable = [
        _heard(sentence, trigger, time)
        for time in sentence.times
        if _dates(time)
        and not _long_over(time, status, published)
        and not (status in FUTURE and _points_back(time))
        and _counts(sentence, time, status)
        and not _older(trigger, time)
        and not of_offer(trigger, time, status)
        and not of_asking(trigger, time, status)
        and not of_leaving(trigger, time, status)
        and not _bounded(trigger, time)
        and not _is_converted(sentence, time)
        and not (status in FUTURE and _of_main_clause(trigger, time))
        and not _of_thing(trigger, time)
        and not _of_telling(trigger, time, status, published)
        and not _of_opinion(trigger, time)
        and not _of_people(trigger, time)
        and not (_is_clock(time) and (trigger.kind.frame == "directed" or _in_between(trigger, time)))
        and not (trigger.kind.frame == "directed" and _is_soon_after(time))
        and not of_talks(trigger, time)
        and not (status == "cancelled" and of_calling_off(sentence.lows, time))
    ]
    own = [
        time
        for time in usable
        if trigger.low <= time.first < trigger.high and not time.of_speech and _distance(trigger, time) <= _reach(time)
    ]
    near = [
        time
        for time in usable
        if not time.of_speech
        and not _taken(trigger, time)
        and _distance(trigger, time) <= min(2 * CROSSING + (2 * CROSSING if status == "postponed" else CROSSING), _reach(time))
    ]
    spoken = [time for time in usable if time.of_speech] if status in {"occurred", "ongoing", "disputed"} and _may_be_heard(trigger) else []
    for pool in (own, near, spoken):
        best = _best(trigger, pool)
        told = best.expression.when if best else None
        if best is not None and told is not None:
            expression = best.expression
            until = best.first > 0 and sentence.lows[best.first - 1] in {"until", "to"}  # "put off until May what had been due in March"
            turned = "occurred" if had_been_due(trigger) and not until else status
            return Said(fitted(told, expression.text, turned, published), expression.start, expression.end)
    return None


def _is_clock(time: Time) -> bool:
    """As in "at around 1 p.m.": an hour of a day that is told elsewhere."""
    return time.expression.type == "TIME" and bool(_CLOCK.fullmatch(time.expression.text.strip()))


def _in_between(trigger: Trigger, time: Time) -> bool:
    """As in "They had met early in the afternoon", further on in a text: of the day that it has told."""
    return trigger.kind.frame == "meeting" and trigger.sentence.index > 0 and "the" in time.expression.text.lower().split()


def _is_soon_after(time: Time) -> bool:
    """As in "Hours later, shells hit …": on the day of what was told before."""
    when = time.expression.when
    spoken = time.expression.text.lower().split()
    return when is not None and when.start is None and bool(words("hourly") & set(spoken)) and spoken[-1] in words("following_on")


def had_been_due(trigger: Trigger) -> bool:
    """As in "had been due to meet on Thursday": a plan whose day is over."""
    low, high = trigger.clause
    return bool(trigger.sentence.find_within(low, high, phrases("overtaken")))


def _may_be_heard(trigger: Trigger) -> bool:
    """Whether the day of speech is as good as the day of the happening: for news, not for what is told back."""
    opening = trigger.kind.frame != "meeting" or trigger.sentence.index < OPENING
    return opening and not before_then(trigger)


def before_then(trigger: Trigger) -> bool:
    """As in "had been killed in a strike": before the time that the sentence is told from."""
    low, _ = trigger.clause
    lows = trigger.sentence.lows
    had = [at for at in range(max(low, trigger.first - PLUPERFECT), trigger.first) if lows[at] == "had" and not _has(lows[at + 1])]
    return bool(had) and not any(0 <= had[-1] - last <= REPORTED for _, last in trigger.sentence.says)


def _has(following: str) -> bool:
    """As in "had talks", "had a meeting", "had nine hours of talks": what one has, and not what one had done."""
    return following in words("discussions", "articles", "several_times") - {"past"} or following.isdigit()


def _heard(sentence: Sentence, trigger: Trigger, time: Time) -> Time:
    """As in "On Friday, Trump said he would meet …": a verb of saying between the time and the trigger takes the time."""
    tokens = sentence.tokens
    between = any(
        time.last <= first and last <= trigger.first and tokens[min(last, len(tokens) - 1)].low != "," for first, last in sentence.says
    )
    if trigger.pattern.card.form == "call" and trigger.noun and time.first == trigger.last:
        return replace(time, of_speech=False)  # "said in a telephone conversation Monday that …"
    if between or _of_speaker(sentence, trigger, time):
        return replace(time, of_speech=True)
    return replace(time, of_speech=False) if time.of_speech and _of_who_says(sentence, trigger, time) else time


def _of_who_says(sentence: Sentence, trigger: Trigger, time: Time) -> bool:
    """As in "A meeting of ministers in Oslo on Friday said …": the meeting itself says it, on its day."""
    says = any(first == time.last for first, _ in sentence.says)
    if not trigger.noun or not says or not 0 <= time.first - trigger.last <= TALKS:
        return False
    return not any(sentence.lows[at] in {",", "that", "but"} for at in range(trigger.last, time.first))


def _of_speaker(sentence: Sentence, trigger: Trigger, time: Time) -> bool:
    """As in "X will meet Y, he said, addressing a forum on Monday": what the speaker did; but not "X will meet Y, he said, on Monday"."""
    behind = next((last for first, last in sentence.says if trigger.last <= first and last < time.first), None)
    if behind is None:
        return False
    ahead = sentence.tokens[behind : behind + 2]
    return ahead[0].low != "," or ahead[-1].low.endswith("ing")


def is_heard(trigger: Trigger, said: Said[When]) -> bool:
    """Whether a happening has no day but that on which it was told."""
    return any(time.expression.start == said.start and _heard(trigger.sentence, trigger, time).of_speech for time in trigger.sentence.times)


def _reach(time: Time) -> int:
    """A year or a month dates what is close by; a day may stand at the other end of the clause."""
    when = time.expression.when
    return NEAR if when and when.precision in {"year", "month"} and time.first > 2 else FAR  # noqa: PLR2004 - the opening words


def _of_main_clause(trigger: Trigger, time: Time) -> bool:
    """As in "opened their border on Tuesday that …": the day of what the relative clause tells of, and not of the talks in it."""
    return time.last < trigger.first and trigger.sentence.lows[time.last] in {"that", "which"}


def _is_converted(sentence: Sentence, time: Time) -> bool:
    """As in "at 3 a.m. (2230 GMT Sunday)": the same hour by another clock, whose day may be another."""
    lows = sentence.lows
    opens = next((n for n in range(time.first - 1, max(time.first - BRACKETED, -1), -1) if lows[n] == "("), None)
    closes = next((n for n in range(time.last, min(time.last + BRACKETED, len(lows))) if lows[n] == ")"), None)
    return opens is not None and closes is not None and not words("clocks").isdisjoint(lows[opens:closes])


def _of_telling(trigger: Trigger, time: Time, status: str, published: dt.date | None) -> bool:
    """As in "X on Thursday offered to help talks", "in a tweet on Sunday, days before they were to meet": the day on which it was told."""
    day = day_of(time.expression.when)
    if status not in FUTURE or day is None or published is None or day > published or time.last > trigger.first:
        return False
    weekday = any(time.expression.text.lower().startswith(name) for name in words("weekdays"))
    low, _ = trigger.clause
    apart = trigger.sentence.clause(time.first)[0] != low and trigger.sentence.tokens[low].low != "where"
    return trigger.kind.frame == "meeting" and (
        (apart and (day == published or not weekday)) or (status == "proposed" and day == published)
    )


def judged_before(trigger: Trigger, published: dt.date) -> bool:
    """As in "Parliament on Monday backed the raid", told on Tuesday: the blow was on Monday or before, and on no day that is told."""
    return any(_of_opinion(trigger, time) and day_of(time.expression.when) not in {None, published} for time in trigger.sentence.times)


def _of_opinion(trigger: Trigger, time: Time) -> bool:
    """As in "Parliament on Monday backed the president's raid on …": the day of the word on it, not of the blow."""
    between = trigger.sentence.lows[time.last : trigger.first]
    return trigger.kind.frame == "directed" and trigger.noun and not words("opinions").isdisjoint(between[:OPENING])


def _of_thing(trigger: Trigger, time: Time) -> bool:
    """As in "talks on next year's budget": the year of the budget."""
    tokens = trigger.sentence.tokens
    owns = time.last < len(tokens) and tokens[time.last].low == "'s"
    wide = time.expression.when is not None and time.expression.when.precision in {"month", "year"}
    return owns and wide and trigger.kind.frame == "meeting" and not time.last <= trigger.first <= time.last + OPENING + 2


def _bounded(trigger: Trigger, time: Time) -> bool:
    """As in "the first to meet him since he took power on May 3": what another clause tells is long over."""
    sentence = trigger.sentence
    low, high = sentence.clause(time.first)
    return sentence.tokens[low].low in {"since", "until"} and time.first > low + 1 and not low <= trigger.first < high


def _of_people(trigger: Trigger, time: Time) -> bool:
    """As in "the bodies of 17 men killed in August", "seized two years ago": when they fell or were taken, not when they came home."""
    if trigger.kind.frame != "exchange":
        return False
    tokens = trigger.sentence.tokens
    fates = [at for at in range(max(time.first - BEFELL, 0), time.first) if tokens[at].low in words("befell")]
    fates = [at for at in fates if not any(token.low == "to" for token in tokens[at + 1 : time.first])]  # "whom it killed, to X on Monday"
    if any(not at < trigger.first < time.first and tokens[at + 1].low not in words("held_people") for at in fates):
        return True
    wide = time.expression.when is not None and time.expression.when.precision in {"week", "month", "year"}
    return wide and any(token.low in words("befell") for token in tokens[trigger.last : time.first])


def _older(trigger: Trigger, time: Time) -> bool:
    """As in "a man arrested in 2023 is freed": a year or month does not date what is told in the present."""
    when, at = time.expression.when, trigger.first - 1
    wide = when is not None and when.precision in {"year", "month"} and time.expression.direction == "past"
    return wide and at >= 0 and trigger.sentence.tokens[at].low in words("present")


def _taken(trigger: Trigger, time: Time) -> bool:
    """Whether the time stands in another trigger's own words."""
    low, high = min(time.first, trigger.first), max(time.first, trigger.first)
    closer = any(low <= first < high for first in trigger.others)
    return closer or any(start <= time.first < end for start, end in trigger.rivals) or _of_another(trigger, time)


def _of_another(trigger: Trigger, time: Time) -> bool:
    """As in "returned the bodies on Monday, a day before they were due to swap prisoners": the day of what another clause tells."""
    low, high = trigger.sentence.clause(time.first)
    away = trigger.kind.frame == "exchange" and not low <= trigger.first < high
    return away and any(low <= first < high for first in trigger.others)


def _best(trigger: Trigger, pool: Sequence[Time]) -> Time | None:
    if len(pool) < 2:  # noqa: PLR2004 - of which there is nothing to choose
        return pool[0] if pool else None
    return min(pool, key=lambda time: (_distance(trigger, time), time.first))


def looks_ahead(trigger: Trigger, said: Said[When]) -> bool:
    """Whether the expression itself, or the tense around it, points to the future."""
    return any(time.expression.start == said.start and time.expression.direction == "future" for time in trigger.sentence.times)


def on_day(day: dt.date) -> When:
    return When(start=day.isoformat(), end=day.isoformat(), precision="day", basis=Basis(expression=None, anchor=day.isoformat()))


def is_quoted(trigger: Trigger, said: Said[When]) -> bool:
    """As in ""Today we hand over …," he said": the speaker's own day, which need not be that of publication."""
    marks = [token.low in words("quotes") for token in trigger.sentence.tokens if token.start < said.start]
    basis = said.value.basis.expression or ""
    return sum(marks) % 2 == 1 and basis.lower() in words("spoken_days")


def is_over(when: When, published: dt.date | None) -> bool:
    """Whether the time ended before the day of publication."""
    told = days(when)
    return told is not None and published is not None and told[1] < published
