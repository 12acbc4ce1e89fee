"""What stands where whoever is met would stand, and is a thing: "met its deadline", "will visit a factory"."""

from __future__ import annotations

from services.normalizer.reading.acting import is_person
from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.grammar import grammar, words

# "the sweeping new trade": so many words from the article to its noun.
REACH = 5
_POINTING = frozenset({"the", "a", "an", "its", "their", "his", "her", "this", "that", "these", "those", "our"})


def is_of_a_thing(trigger: Trigger) -> bool:
    """Whether the verb's object, or what follows its "with", is neither a name nor people."""
    word = trigger.sentence.lows[trigger.last - 1]
    if trigger.pattern.card.id == "summit.verb.meet":
        with_whom = word == "with" or word in words("bare_meeting")
        return _is_met(trigger, word) or _meets_a_need(trigger, word) or (with_whom and _is_thing(trigger))
    if word in words("receiving_verbs"):
        return not trigger.noun and (_is_thing(trigger) or _is_of_a_state(trigger))
    return word in words("visiting") and not trigger.noun and _is_thing(trigger)


def _is_met(trigger: Trigger, word: str) -> bool:
    """As in "until all its terms are met": what is met is a thing, unless somebody meets it."""
    before = trigger.sentence.lows[max(trigger.first - 1, 0) : trigger.first]
    return word == "met" and before in {("are",), ("is",), ("being",)} and trigger.sentence.lows[trigger.last : trigger.last + 1] != ("by",)


def _meets_a_need(trigger: Trigger, word: str) -> bool:
    """As in "to meet shared challenges", "met growing demand": before it only words that tell of what sort it is."""
    if word not in words("bare_meeting"):
        return False
    for at in range(trigger.last, min(trigger.last + REACH, len(trigger.sentence.lows))):
        if trigger.sentence.lows[at] in words("met_needs"):
            return True
        if _only_whose(trigger, at):
            continue
        if at in trigger.sentence.held or trigger.sentence.tokens[at].capital or _ends_phrase(trigger, at):
            return False
    return False


def _only_whose(trigger: Trigger, at: int) -> bool:
    """As in "to meet U.S. demands": whose needs are met."""
    owners = {"adjective", "acronym"}
    return any(n.first <= at < n.last and n.first == trigger.last and n.named.form in owners for n in trigger.sentence.names)


def _is_of_a_state(trigger: Trigger) -> bool:
    """As in "welcomed Graustark's decision", "welcomed the Czech vote": of a state or a person, and neither is people."""
    sentence, at = trigger.sentence, trigger.last
    at += at < len(sentence.lows) and sentence.lows[at] in _POINTING
    owner = next((n for n in sentence.names if n.first == at), None)
    if owner is None or owner.named.actor is None:
        return False
    owns = sentence.lows[owner.last : owner.last + 1] == ("'s",)
    if not owns and owner.named.form != "adjective":
        return False
    start = owner.last + owns
    end = next((n for n in range(start, len(sentence.lows)) if _ends_phrase(trigger, n)), len(sentence.lows))
    people = words("met_people") | words("offices") | words("holders") | words("counterparts")
    named = any(start <= n.first < end and is_person(n) for n in sentence.names)
    return not named and people.isdisjoint(sentence.lows[start : min(end, start + REACH)])


def _ends_phrase(trigger: Trigger, at: int) -> bool:
    low = trigger.sentence.lows[at]
    return not low.isalpha() or low in grammar().small or low in grammar().conjunctions or low in grammar().clause_ends


def _is_thing(trigger: Trigger) -> bool:
    sentence, at = trigger.sentence, trigger.last
    if at >= len(sentence.tokens) or sentence.lows[at] not in _POINTING:
        return False
    for n in range(at + 1, min(at + REACH, len(sentence.tokens))):
        low = sentence.lows[n]
        if n in sentence.held or sentence.tokens[n].capital or low in words("met_people", "offices", "holders"):
            return False
        if not low.isalpha() or low in grammar().small or low in grammar().conjunctions or low in grammar().clause_ends:
            return n > at + 1
    return at + 1 < len(sentence.tokens) and at + REACH >= len(sentence.tokens)
