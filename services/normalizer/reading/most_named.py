"""The two states of which a story tells most: "the two sides", where no sentence before names two together."""

from __future__ import annotations

from collections import Counter

from services.normalizer.reading.acting import is_party, is_person, side
from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.document import Document
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import phrases, words

TWO = 2
# A story is looked at so many sentences back.
REACH = 12
# A story says early on between whom talks are.
OPENING = 4


def most_named(document: Document, trigger: Trigger) -> tuple[Name, ...]:
    """The two states named most, up to the sentence that tells of "the two countries"; none where a third is named as often."""
    sentence = trigger.sentence
    low, high = trigger.clause
    if sentence.index == 0 or not (sentence.find_within(low, high, phrases("two_lands")) or _between_lands(trigger)):
        return ()
    told = document.sentences[max(sentence.index - REACH, 0) : sentence.index + 1]
    named = [n for one in told for n in one.names if is_party(n) and not is_person(n)]
    often = Counter(side(n) for n in named).most_common(3)
    if len(often) < TWO or (len(often) > TWO and often[TWO][1] == often[1][1]):
        return ()
    latest = {side(n): n for n in named if _is_state(n)}
    return tuple(latest[one] for one, _ in often[:TWO]) if all(one in latest for one, _ in often[:TWO]) else ()


def _between_lands(trigger: Trigger) -> bool:
    """As in "will prepare emergency talks next week", early in a story: talks of a rank that lands hold, on a day that is told."""
    own = trigger.sentence.lows[max(trigger.first - TWO, 0) : trigger.last]
    dated = any(time.first <= trigger.last + 1 and time.last >= trigger.first - TWO for time in trigger.sentence.times)
    alone = trigger.sentence.lows[trigger.last : trigger.last + 1] not in {("with",), ("between",), ("of",), ("among",)}
    return trigger.noun and trigger.sentence.index < OPENING and dated and alone and not words("ranked_talks").isdisjoint(own)


def _is_state(name: Name) -> bool:
    return name.named.actor is not None and name.named.actor.type == "state"
