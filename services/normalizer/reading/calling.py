"""Verbs that want a person behind them: "called X" is a telephone call, "will see X" a meeting, and "spoke to X" no speech."""

from __future__ import annotations

from services.normalizer.reading.acting import is_person, low_at
from services.normalizer.reading.candidates import Candidate, Trigger
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import grammar, words


def rings(trigger: Trigger) -> bool:
    """As in "called President X of Graustark today to offer help", but not "called X a thief", "called X to account"."""
    sentence = trigger.sentence
    called = _whom(trigger)
    if called is None:
        return False
    lows, at = sentence.lows, called.last
    while at < len(lows) and at not in sentence.at_times and (at in sentence.held or lows[at] in words("joins_names")):
        at += 1
    return at >= len(lows) or lows[at] == "." or _at_a_time(trigger, at) or _goes_on(trigger, at)


def sees(trigger: Trigger) -> bool:
    """As in "will see President X on Tuesday": a person is seen, and not what becomes of him."""
    seen = _whom(trigger)
    return seen is not None and low_at(trigger.sentence, seen.last) in words("after_seen")


def speak_together(trigger: Trigger) -> bool:
    """As in "President X of Ruritania and President Y spoke on Monday", "X and Y spoke for an hour": to one another, and to no crowd."""
    sentence = trigger.sentence
    people = [n for n in sentence.names if n.last <= trigger.first and is_person(n) and n.governor is None]
    near = bool(people) and all(low in words("before_speaking") for low in sentence.lows[people[-1].last : trigger.first])
    joined = len(people) > 1 and near and "and" in sentence.lows[people[-2].last : people[-1].first]
    return joined and _goes_on_alone(trigger)


def _goes_on_alone(trigger: Trigger) -> bool:
    """Whether nothing but a time, a matter or the end follows: not "spoke at a rally", "spoke on trade"."""
    sentence = trigger.sentence
    at = 1 + next(n for n in range(trigger.first, trigger.last) if sentence.lows[n] in words("speaking"))
    low = low_at(sentence, at)
    if low in {".", ",", ";", "again", "about", ""}:
        return True
    start = at + (low in {"on", "for", "in", "late", "early", "earlier", "since"})
    end = next((n for n in range(start, len(sentence.lows)) if n not in sentence.at_times), len(sentence.lows))
    return end > start and low_at(sentence, end) not in words("before_crowds")


def _whom(trigger: Trigger) -> Name | None:
    """The person right behind the verb, past his title."""
    called = next((n for n in trigger.sentence.names if n.first >= trigger.last and is_person(n)), None)
    plain = called is not None and all(_of_title(trigger, at) for at in range(trigger.last, called.first))
    return called if plain else None


def _at_a_time(trigger: Trigger, at: int) -> bool:
    """As in "called X today to …", "called X on Monday and …", but not "called X on Monday a thief"."""
    sentence = trigger.sentence
    start = at + (sentence.lows[at] in {"on", "late", "early"})
    end = start
    while end < len(sentence.lows) and end in sentence.at_times:
        end += 1
    low = sentence.lows[end] if end < len(sentence.lows) else "."
    plain = low in grammar().small or low in grammar().conjunctions or low in grammar().clause_ends
    return end > start and (plain or low in {".", ",", ";"})


def _of_title(trigger: Trigger, at: int) -> bool:
    """What may stand between the verb and a name: offices, "his Egyptian counterpart"."""
    token = trigger.sentence.tokens[at]
    plain = token.capital or at in trigger.sentence.held or token.low == "'s"
    return plain or token.low in grammar().skipped | words("counterparts", "owner_pronouns")


def _goes_on(trigger: Trigger, at: int) -> bool:
    """As in "… on Friday", "… to congratulate him", "…, who agreed": the sentence goes on to when, what for and what came of it."""
    sentence, low = trigger.sentence, trigger.sentence.lows[at]
    following = sentence.lows[at + 1] if at + 1 < len(sentence.lows) else ""
    if low == "to":
        return following not in words("called_to")
    return low in {".", "after"} or (low == "," and following in {"who", "to"})


def addressed(candidate: Candidate) -> bool:
    """Whoever is spoken "to" is a person, an office or a counterpart: a house or a body listens to a speech."""
    trigger = candidate.trigger
    if trigger.sentence.lows[trigger.last - 1] != "to" or "call" in trigger.sentence.lows[trigger.first : trigger.last]:
        return True
    tokens = trigger.sentence.tokens
    stop = next((at for at in range(trigger.last, trigger.high) if tokens[at].low in words("closes_object")), trigger.high)
    end = tokens[max(stop, trigger.last + 1) - 1].end if trigger.last < len(tokens) else trigger.sentence.end
    heard = trigger.sentence.lows[trigger.last : stop]
    people = any(said.value.type == "person" and tokens[trigger.last - 1].end <= said.start < end for said in candidate.parties)
    return people or not words("offices", "holders", "counterparts", "objects").isdisjoint(heard)
