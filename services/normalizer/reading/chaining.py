"""Days told from one another: "two days after Iranian missiles hit …", "a day before they met": one dates the other."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from schemas.events import Basis, When
from services.normalizer.reading.candidates import Candidate, Said
from services.normalizer.reading.dating import on_day
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.grammar import words
from services.normalizer.reading.spans import days
from services.normalizer.reading.speech_times import Time
from services.normalizer.reading.turning import moved

Told = tuple[Candidate, bool]
_DAYS = re.compile(r"P(\d+)([DW])")
_UNITS = {"D": 1, "W": 7}
# A sentence that tells of more happenings than this is no writer's.
MOST = 12
# "came just a day after": so many words from the verb to the length.
SAID = 3
# "The surprise announcement on trade came after": so many words.
OPENS = 7


def _links(sentence: Sentence) -> list[tuple[int, int, Time]]:
    """(where the second clause begins, how many days the first comes after it, the words that say so)."""
    found = []
    for time in sentence.times:
        length = _DAYS.fullmatch(time.expression.value)
        word = next((t.low for t in sentence.tokens[time.last : time.last + 1]), "")
        inner = sentence.tokens[time.last - 1].low
        turn = word if word in {"after", "before"} else inner
        if length and turn in {"after", "before"}:
            count = int(length[1]) * _UNITS[length[2]]
            found.append((time.last, count if turn == "after" else -count, time))
    return found


def _dated(by: Candidate, shift: int, time: Time) -> Said[When] | None:
    told = days(by.when.value) if by.when else None
    if told is None or by.when is None or (told[0] != told[1] and by.when.value.precision != "night"):
        return None
    basis = Basis(expression=time.expression.text, anchor=told[1].isoformat())
    day = by.when.value.model_copy(update={"start": by.when.value.end})  # a night is left behind in its morning
    when = moved(day, shift).model_copy(update={"basis": basis, "precision": "day"})
    return Said(when, time.expression.start, time.expression.end)


def _is_dated(candidate: Candidate) -> bool:
    return candidate.when is not None and days(candidate.when.value) is not None


def _of_the_news(here: Candidate, news: Candidate | None) -> bool:
    """As in "Jets hit X overnight. … The attack came two days after …": what is pointed at has the day of the blow told before."""
    return here.trigger.kind.frame == "directed" and here.refers and here.trigger.noun and news is not None


def _from_the_news(there: Candidate, shift: int, time: Time) -> Candidate | None:
    """As in "The announcement came a day after X met Y", "It comes two days before X meets Y": counted from the day of the news."""
    sentence, published = there.trigger.sentence, there.trigger.sentence.page.anchor.date
    comes = not words("comes").isdisjoint(sentence.lows[max(time.first - SAID, 0) : time.first])
    said = any(time.last <= first < there.trigger.first for first, _ in sentence.says)
    if there.trigger.kind.frame != "meeting" or _is_dated(there) or published is None or not comes or said:
        return None
    basis = Basis(expression=time.expression.text, anchor=published.isoformat())
    day = moved(on_day(published), -shift).model_copy(update={"basis": basis})
    ahead = shift < 0 and there.status == "occurred"
    state = replace(there.state, status="scheduled") if ahead else there.state
    return replace(there, when=Said(day, time.expression.start, time.expression.end), state=state)


def _before_the_news(there: Candidate) -> Candidate | None:
    """As in "The announcement came after X and Y held talks in Oslo": on the day of the news, unless it took them weeks."""
    sentence, published = there.trigger.sentence, there.trigger.sentence.page.anchor.date
    lows, (low, _) = sentence.lows, there.trigger.clause
    after = lows[low : low + 1] == ("after",) and lows[low - 1] in words("comes") and low <= OPENS and lows[low - 2] in words("news")
    long = not words("spells").isdisjoint(lows[low : there.trigger.first])
    past = not words("past").isdisjoint(lows[low : there.trigger.last])
    if not after or long or not past or there.trigger.kind.frame != "meeting" or _is_dated(there) or published is None:
        return None
    basis = Basis(expression="came after", anchor=published.isoformat())
    day = on_day(published).model_copy(update={"basis": basis})
    return replace(there, when=Said(day, sentence.tokens[low - 1].start, sentence.tokens[low].end))


def _chain(told: Sequence[Told], sentence: Sentence, news: Candidate | None) -> list[Told]:
    found: list[Told] = [((whole and _before_the_news(one)) or one, whole) for one, whole in told]
    for at, shift, time in _links(sentence):
        first = [n for n, (c, _) in enumerate(found) if c.trigger.first < at]
        second = [n for n, (c, whole) in enumerate(found) if c.trigger.first >= at and whole]
        if second and not first and (dated := _from_the_news(found[second[0]][0], shift, time)):
            found[second[0]] = (dated, True)
        if not first or not second:
            continue
        here, there = found[first[-1]][0], found[second[0]][0]
        if _is_dated(here) and not _is_dated(there):
            found[second[0]] = (replace(there, when=_dated(here, -shift, time)), True)
        elif _is_dated(there) and not _is_dated(here):
            found[first[-1]] = (replace(here, when=_dated(there, shift, time)), found[first[-1]][1])
        elif not _is_dated(here) and news is not None and _of_the_news(here, news):
            found[second[0]] = (replace(there, when=_dated(news, -shift, time)), True)
    return found


def chained(told: Sequence[Told]) -> tuple[Told, ...]:
    """The same candidates, those without a day of their own dated by a neighbour of the sentence that they are told from."""
    found: list[Told] = []
    mine: list[Told] = []
    news: Candidate | None = None
    for one in (*told, None):
        if mine and (one is None or one[0].trigger.sentence is not mine[0][0].trigger.sentence):
            found.extend(_chain(mine, mine[0][0].trigger.sentence, news) if len(mine) <= MOST else mine)
            news = next((c for c, whole in reversed(mine) if whole and _is_dated(c)), news)
            mine = []
        if one is not None:
            mine.append(one)
    return tuple(found)
