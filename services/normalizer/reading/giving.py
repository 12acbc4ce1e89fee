"""What says that something is given in return: words for it, people counted on either side of "for", or two who both give."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from services.normalizer.reading.acting import is_party, is_person, side
from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import words

# "released 800 Libyans for 62 Chadians": so many words between the numbers.
FOR_REACH = 8
# "exchanged heavy artillery fire": so many words behind.
THINGS = 4
# "Israel on Sunday also freed": so many words between who gives and the verb.
GIVER = 2
# "Chad's government and Libya freed": so many words from one to the other.
MATE = 3
# "released 24 women and children held since May": what is given stands within so many words behind the verb, before another clause.
OBJECT = 10
PEOPLE = frozenset({"people", "prisoners", "bodies"})


def in_return(trigger: Trigger) -> bool:
    """Words that say that something is given for it; "an exchange of missiles" says nothing of the kind."""
    tokens, members = trigger.sentence.tokens, trigger.kind.classes.get("return")
    hits = trigger.sentence.find(members) if members else ()
    return members is None or any(not any(t.low in words("exchanged_things") for t in tokens[last : last + THINGS]) for _, last, _ in hits)


def man_for_man(trigger: Trigger) -> bool:
    """As in "released 800 Libyans for 62 Chadians": people counted on either side of "for"."""
    people = [c for c in trigger.sentence.counts if c.measure in {"people", "prisoners"}]
    pairs = ((one.first, two.first) for one, two in pairwise(people) if 0 < two.first - one.first <= FOR_REACH)
    return any(trigger.sentence.tokens[second - 1].low == "for" for _, second in pairs)


def both_give(trigger: Trigger) -> bool:
    """As in "Israel freed prisoners as Hamas handed over …": two sides that each do so."""
    return len({side(name) for name in givers(trigger.sentence)}) > 1


def givers(sentence: Sentence) -> tuple[Name, ...]:
    """Those who stand before a verb of letting people go, or of giving back the dead, whom they let go or give back."""
    lows = sentence.lows
    verbs = [at for at, low in enumerate(lows) if low in words("gives_up") or (low in words("will_give_up") and _is_to(lows, at))]
    return tuple(name for at in verbs if not _is_done_to(sentence, at) and _gives_people(sentence, at) for name in _givers(sentence, at))


def _is_to(lows: Sequence[str], at: int) -> bool:
    """As in "is to release", "will free"."""
    return lows[max(at - 2, 0) : at] == ("is", "to") or lows[max(at - 1, 0) : at] == ("will",)


def _gives_people(sentence: Sentence, at: int) -> bool:
    """As in "handed over two bodies", "freed Libyan pilots": captives, the dead, or people who are counted, named or of another
    land; not as in "returned fire", "released its budget", "freed the town".
    """
    last = _object_end(sentence, at)
    held = not words("captives", "remains").isdisjoint(sentence.lows[at + 1 : last])
    counted = any(at < count.first < last and count.measure in PEOPLE for count in sentence.counts)
    return held or counted or any(at < n.first < last and _is_of_people(sentence, n) for n in sentence.names)


def _object_end(sentence: Sentence, at: int) -> int:
    """Where the words that a verb has for its object end: at another clause, or another such verb."""
    stops = words("object_stops", "gives_up")
    upto = min(at + 1 + OBJECT, len(sentence.lows))
    return next((n for n in range(at + 1, upto) if sentence.lows[n] in stops), upto)


def _is_of_people(sentence: Sentence, name: Name) -> bool:
    """As in "Libyans", "Libyan pilots", "Pell Marn"."""
    behind = {low.removesuffix("s") for low in sentence.lows[name.last : name.last + 1]} | {*sentence.lows[name.last : name.last + 1]}
    whose = name.named.form == "adjective" and not behind.isdisjoint(words("held_people", "alive"))
    return name.named.form == "demonym" or is_person(name) or whose


def _is_done_to(sentence: Sentence, at: int) -> bool:
    """As in "were freed by": whoever stands before it gives nothing."""
    return sentence.lows[at] not in words("will_give_up") and not words("passive").isdisjoint(sentence.lows[max(at - 2, 0) : at])


def _givers(sentence: Sentence, at: int) -> tuple[Name, ...]:
    """The side right before a verb, with whoever gives to it that is joined to it by "and"."""
    before = [n for n in sentence.names if n.last <= at and is_party(n) and not is_person(n) and n.governor is None]
    near = next((n for n in reversed(before) if _stands_before(sentence, n.last, at)), None)
    if near is None:
        return ()
    joined = [n for n in before if 0 < near.first - n.last <= MATE and sentence.lows[near.first - 1] == "and"]
    return (near, *(name for name in joined if _give_each_other(sentence, name, near)))


def _give_each_other(sentence: Sentence, one: Name, other: Name) -> bool:
    """As in "Yemen and the Houthis freed 200", "Chad and Libya freed 200 under a deal"; two lands that free some may each free its own."""
    types = {name.named.actor.type for name in (one, other) if name.named.actor and name.named.actor.country}
    return types == {"state", "organisation"} or not words("bargains").isdisjoint(sentence.lows)


def _stands_before(sentence: Sentence, last: int, at: int) -> bool:
    """Whether next to nothing but a time stands between a side and its verb; "X said it had freed" is of X."""
    said = [upto for first, upto in sentence.says if last <= first and upto < at and sentence.lows[upto] in words("self")]
    aside = words("before_saying")
    between = [n for n in range(said[0] + 1 if said else last, at) if n not in sentence.at_times and sentence.lows[n] not in aside]
    return len(between) <= GIVER and not any(sentence.lows[n] in {",", "and", "by"} for n in between)
