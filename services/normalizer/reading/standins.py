"""Who is meant where the words of a meeting do not name them: pronouns, "the two sides", an office, whoever stands nearest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from services.normalizer.reading.acting import is_party, is_person, is_speaker, low_at, side, sides_of, stands_aside
from services.normalizer.reading.attending import acts, after, attached, held_by_verb, subjects
from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.document import Document, Sentence
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import grammar, phrases, words
from services.normalizer.reading.states import state
from services.normalizer.reading.triggers import phrase_start

TWO, THREE = 2, 3
_SEVERAL = {"three": 3, "four": 4, "five": 5, "six": 6}
# How far before a pronoun its person may have been named, in sentences.
ANTECEDENT_REACH = 2
PRONOUN_REACH = 12
# "The constitutional monarch, who last went there in May, is to meet …": so many words.
OFFICE_REACH = 4
# "The two sides" were named at most so many sentences before.
PAIR_REACH = 8


def persons_before(document: Document, sentence: Sentence, at: int) -> Iterator[Name]:
    """People named before a token, the nearest sentence first, subjects first in each."""
    here = sorted((n for n in sentence.names if n.last <= at and is_person(n)), key=lambda n: (n.governor is not None, n.first))
    if low_at(sentence, 0) in words("persons"):
        yield from (n for n in here if n.governor is None)
        here = [n for n in here if n.governor is not None]
        yield from _subjects_before(document, sentence)
    yield from here
    for back in range(1, min(ANTECEDENT_REACH, sentence.index) + 1):
        people = [n for n in document.sentences[sentence.index - back].names if is_person(n)]
        yield from sorted(people, key=lambda n: (n.governor is not None, n.first))


def _subjects_before(document: Document, sentence: Sentence) -> Iterator[Name]:
    """As in "He will call X after his talks with Y": whom the pronoun that opens the sentence stands for."""
    before = document.sentences[sentence.index - 1].names if sentence.index else ()
    yield from (n for n in before if is_person(n) and n.governor is None)


def _pronoun(sentence: Sentence, trigger: Trigger) -> tuple[int, str] | None:
    pronouns = grammar().pronouns
    clause_low, _ = trigger.clause
    near = range(trigger.first - 1, max(clause_low, trigger.first - PRONOUN_REACH) - 1, -1)
    for at in (*near, clause_low):
        if at < trigger.first and low_at(sentence, at) in pronouns:
            return at, pronouns[low_at(sentence, at)]
    leaning = _before_gerund(sentence, clause_low)
    if leaning is not None:
        return leaning, pronouns[low_at(sentence, leaning)]
    crowd = range(max(clause_low, trigger.first - THREE) + 1, trigger.first)
    for at in crowd:
        if low_at(sentence, at) in words("crowds") and low_at(sentence, at - 1) == "the":
            return at, "many"
    for at in range(trigger.last, min(trigger.last + TWO, len(sentence.tokens))):
        if low_at(sentence, at) in words("objects"):
            return at, pronouns[low_at(sentence, at)]
    return None


def _before_gerund(sentence: Sentence, low: int) -> int | None:
    """As in "He will speak in Rome before attending talks with X": whoever does the one does the other."""
    gerund = low_at(sentence, low) in words("gerund_turns") and low_at(sentence, low + 1).endswith("ing")
    start, _ = sentence.clause(low - 1) if gerund and low > 0 else (0, 0)
    return start if gerund and low > 0 and low_at(sentence, start) in words("persons") else None


def _one_alone(document: Document, sentence: Sentence, at: int) -> bool:
    """Whether a pronoun can stand for one person only: so far ahead of what he does nothing else tells who he is."""
    return len({n.named.actor.name for n in persons_before(document, sentence, at) if n.named.actor is not None}) == 1


def owned(document: Document, sentence: Sentence, trigger: Trigger) -> tuple[Name, ...]:
    """As in "X said at the start of his meeting with Y": whose meeting it is, whoever else the sentence tells of, and with whom."""
    if words("owner_pronouns").isdisjoint(sentence.lows):
        return ()
    start = phrase_start(sentence, trigger.first)
    at = next((n for n in range(trigger.first - 1, start - 1, -1) if low_at(sentence, n) in words("owner_pronouns")), None)
    met = after(sentence, trigger) if at is not None else ()
    if at is None or not any(n.governor == "with" for n in met):
        return ()
    named = any(n.last <= at and is_person(n) for n in sentence.names)
    candidates = (*_told_of(sentence, at), *persons_before(document, sentence, at)) if named else ()
    mine = next((n for n in candidates if side(n) not in sides_of(met)), None)
    return (mine, *met) if mine is not None else ()


def _told_of(sentence: Sentence, at: int) -> tuple[Name, ...]:
    """As in "X said that Y had been clear in his call with Z": who does what is said, and not who says it."""
    said = max((last for _, last in sentence.says if last <= at), default=0)
    low = max(said, sentence.clause(at)[0])
    told = [n for n in sentence.names if said and said <= n.first and n.last <= at and is_person(n) and n.governor is None]
    return tuple(sorted(told, key=lambda n: (n.first < low, n.first)))


def antecedents(document: Document, sentence: Sentence, trigger: Trigger, taken: Sequence[Name]) -> tuple[Name, ...]:
    """Whom "he", "his", "their" stand for: the latest subjects that are not named already."""
    pronoun = _pronoun(sentence, trigger)
    if pronoun is None:
        return ()
    at, number = pronoun
    clause_low, _ = trigger.clause
    does = not trigger.noun or (at < clause_low and low_at(sentence, clause_low) in words("gerund_turns"))
    acts_itself = does and number == "one" and at < trigger.first and low_at(sentence, at) in words("persons")
    if len(sides_of(taken)) > 1 and not acts_itself:
        return ()
    if at < clause_low and at == _before_gerund(sentence, clause_low) and not _one_alone(document, sentence, at):
        return ()
    known = sides_of([n for n in taken if is_person(n)] if acts_itself else taken)
    people: dict[str, Name] = {}
    for name in persons_before(document, sentence, at):
        if side(name) not in known:
            people.setdefault(side(name), name)
    wanted = 1 if number == "one" or len(known) == 1 else TWO  # "X said that Y asked for it in their call": one is told, and one is meant
    found = tuple(people.values())[:wanted]
    alone = number == "many" and not known and (not trigger.noun or low_at(sentence, at) in {"pair", "duo"})
    return (_two_people(document, sentence) if alone else ()) or found


def pair(document: Document, trigger: Trigger, *, near: bool = False, anywhere: bool = False) -> tuple[Name, ...]:
    """Whom "the two countries", "both sides" means: the two sides that a sentence before named together, or (`near`) the last one.

    The words stand in the trigger's clause, or `anywhere` in its sentence.
    """
    sentence = trigger.sentence
    low, high = (0, len(sentence.tokens)) if anywhere else trigger.clause
    if not near and sentence.find_within(low, high, phrases("two_people")):
        return _two_people(document, sentence)
    if not near and (several := _several(document, sentence, low, high)):
        return several
    said = () if near else sentence.find_within(low, high, phrases("the_two"))
    if not near and (not said or _counts_things(sentence, low + said[0][1])):
        return ()
    if said and _are_people(sentence, low + said[0][1]) and (people := _two_people(document, sentence)):
        return people
    earlier = document.sentences[max(sentence.index - (1 if near else PAIR_REACH), 0) : sentence.index]
    for before in reversed(earlier):
        for one, other in pairwise(n for n in before.names if is_party(n) and not is_person(n) and not _between_sides(n)):
            joined = [t.low for t in before.tokens[one.last : other.first]]
            if side(one) != side(other) and "and" in joined and len(joined) <= TWO:
                return one, other
    return () if near else _their_lands(document, sentence)


def _their_lands(document: Document, sentence: Sentence) -> tuple[Name, ...]:
    """As in "the two countries' ministers", where only two people were named: the lands of the two."""
    two = _two_people(document, sentence)
    homes = [state(n.named.actor.country, "attendee") if n.named.actor else None for n in two]
    return tuple(replace(n, named=replace(n.named, actor=home)) for n, home in zip(two, homes, strict=True) if home is not None)


def _counts_things(sentence: Sentence, behind: int) -> bool:
    """As in "the two conflicts", which are no sides."""
    following = low_at(sentence, behind)
    plural = following.isalpha() and following.endswith("s") and following not in words("listed_sides", "being")
    return low_at(sentence, behind - 1) == "two" and plural


def _are_people(sentence: Sentence, behind: int) -> bool:
    """As in "the two will discuss …", not "the two countries", "the two armies": nothing is said of what they are."""
    return low_at(sentence, behind - 1) == "two" and low_at(sentence, behind) in words("modals", "plain_acts")


def _several(document: Document, sentence: Sentence, low: int, high: int) -> tuple[Name, ...]:
    """As in "the four foreign ministers", "the three countries": as many sides as a sentence before lists one after the other."""
    if _SEVERAL.keys().isdisjoint(sentence.lows):
        return ()
    for at in range(low, high - TWO):
        number = _SEVERAL.get(low_at(sentence, at + 1)) if low_at(sentence, at) in {"the", "all"} else None
        if number and any(low_at(sentence, n) in words("listed_sides") for n in range(at + TWO, at + TWO + THREE)):
            earlier = document.sentences[max(sentence.index - PAIR_REACH, 0) : sentence.index]
            return next((found for before in reversed(earlier) if (found := _list_of(before, number))), ())
    return ()


def _list_of(sentence: Sentence, number: int) -> tuple[Name, ...]:
    """So many sides that stand in one list."""
    listed: list[Name] = []
    for name in (n for n in sentence.names if is_party(n) and not is_person(n)):
        gap = [t.low for t in sentence.tokens[listed[-1].last : name.first]] if listed else []
        joined = bool(gap) and gap[0] in {",", "and"} and len(gap) <= THREE
        listed = [*listed, name] if joined and side(name) not in sides_of(listed) else [name]
        if len(listed) == number:
            return tuple(listed)
    return ()


def _two_people(document: Document, sentence: Sentence) -> tuple[Name, ...]:
    """As in "the two leaders": the last two people of different sides whom a sentence before names together."""
    head = (document.title,) if document.title is not None and sentence.index <= ANTECEDENT_REACH else ()
    for before in reversed((*head, *document.sentences[max(sentence.index - PAIR_REACH, 0) : sentence.index])):
        people = [n for n in before.names if is_person(n) and not is_speaker(before, n, len(before.tokens))]
        pairs = [(one, other) for one, other in pairwise(people) if side(one) != side(other)]
        if pairs:
            return pairs[-1]
    return ()


def _between_sides(name: Name) -> bool:
    return name.named.actor is not None and name.named.actor.name in words("mediators")


def fallbacks(document: Document, trigger: Trigger) -> Iterator[Name]:
    """Further names, best first, for a meeting that lacks a side: clause-mates before an earlier trigger, then who speaks."""
    sentence = trigger.sentence
    low, _ = trigger.clause
    met = any(n.first >= trigger.last and n.governor == "with" for n in sentence.names)
    if trigger.noun and met and low in sentence.turns:
        speaking = [n for n in sentence.names if n.last <= low and is_person(n) and is_speaker(sentence, n, low)]
        yield from reversed(speaking)
    yield from reversed(subjects(sentence, trigger, low))
    before = [n for n in sentence.names if n.last <= trigger.first and is_party(n) and not stands_aside(sentence, n)]
    free = not _means_them(trigger)
    yield from (n for n in before if is_person(n) and n.governor is None and not (free and held_by_verb(sentence, n)))
    yield from (n for n in before if n.governor == "from" and attached(sentence, n))
    if low in sentence.turns:
        before = [n for n in before if not (free and is_person(n) and held_by_verb(sentence, n))]
        yield from (n for n in before if n.governor is None and acts(sentence, n) and not is_speaker(sentence, n, trigger.first))
    if not trigger.noun and _office_acts(trigger):
        yield from persons_before(document, sentence, 0)


def _means_them(trigger: Trigger) -> bool:
    """As in "praised X after the two met", "accused X of lying before meeting him": the verb's object meets whoever does it."""
    low, high = trigger.clause
    beside = trigger.sentence.lows[low:high]
    return not words("objects").isdisjoint(beside) or "their" in beside or bool(trigger.sentence.find_within(low, high, phrases("the_two")))


def _office_acts(trigger: Trigger) -> bool:
    """As in "The vice president will meet …": an office whose holder was named before."""
    low, _ = trigger.clause
    opens = low_at(trigger.sentence, 0) == "the" and any(low_at(trigger.sentence, n) in words("holders") for n in range(1, OFFICE_REACH))
    low = 0 if opens or low_at(trigger.sentence, low) in {"who", "which"} else low
    return not words("holders").isdisjoint(trigger.sentence.lows[low : trigger.first])
