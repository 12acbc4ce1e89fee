"""Days on which something was agreed: those of the word, and not of the deed."""

from __future__ import annotations

from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.grammar import words
from services.normalizer.reading.speech_times import Time

# "talks in Istanbul on June 2"
TALKS = 7
# "the statement of the leaders of X, Y and Z of November 9": so many words.
STATED = 14
# "agreed in Istanbul last week on May 16": so many words before the time.
BARGAINED = 6


def of_a_deal(sentence: Sentence, time: Time) -> bool:
    """As in "despite a November ceasefire": the month of the truce, not of what breaks it. "In the Sunday attacks" is of Sunday."""
    article = time.first > 0 and (sentence.lows[time.first - 1] == "the" or sentence.lows[time.first - 1] in words("articles"))
    wide = time.expression.when is not None and time.expression.when.precision in {"month", "year"}
    return article and wide and not words("truces").isdisjoint(sentence.lows[time.last : time.last + 1])


def of_talks(trigger: Trigger, time: Time) -> bool:
    """As in "an agreement reached in talks in Istanbul on June 2, by which …": the day of the word, not of the deed."""
    if trigger.kind.frame == "meeting":
        return False
    ahead = time.last <= trigger.first
    if _is_bargained(trigger, time):
        return True
    if trigger.kind.frame != "exchange":
        return False
    low = max(time.first - TALKS, 0 if ahead else trigger.last)
    said = () if ahead else trigger.sentence.lows[max(time.first - STATED, trigger.last) : time.first]
    if said[-1:] == ("of",) and not words("enshrined").isdisjoint(said):
        return True  # "enshrined in the statement of the leaders of X and Y of November 9"
    return any(token.low in words("topics_of_deals" if ahead else "talk_words") for token in trigger.sentence.tokens[low : time.first])


def _is_bargained(trigger: Trigger, time: Time) -> bool:
    """As in "an exchange of 40 prisoners agreed in Istanbul on May 16": the day of the word; not "agreed on Monday to free"."""
    lows = trigger.sentence.lows
    verb = next((at for at in range(time.first - 1, max(time.first - BARGAINED, 0), -1) if lows[at] in words("bargained")), None)
    follows = lows[time.last] if time.last < len(lows) else "."
    return verb is not None and not verb < trigger.first < time.first and follows != "to" and lows[verb - 1] not in words("passive")
