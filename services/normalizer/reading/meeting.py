"""Who meets: the parties of a meeting, by where their names stand from its trigger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemas.events import Participant
from services.normalizer.reading.candidates import Said, Trigger
from services.normalizer.reading.document import Document, Name, Sentence
from services.normalizer.reading.grammar import Grammar, grammar
from services.normalizer.reading.grammar import words as lexical
from services.normalizer.reading.states import state

# How far before a pronoun its person may have been named, in sentences.
ANTECEDENT_REACH = 2
PREMODIFIER_REACH = 5


def is_party(name: Name) -> bool:
    return name.named.actor is not None and name.named.reading != "place"


def _place_like(name: Name, words: Grammar) -> bool:
    """ "in Russia", "near Israel": a place here, unless a person."""
    actor = name.named.actor
    return actor is not None and actor.type == "state" and name.governor in words.place_prepositions - {"from"}


def is_speaker(sentence: Sentence, name: Name, before: int) -> bool:
    """Whether the name says something that the trigger stands in: "Ushakov said …", "…, Ushakov said"."""
    follows = any(name.last <= first <= name.last + 3 and last <= before for first, last in sentence.says)
    return follows and not any(token.low in {",", ";"} for token in sentence.tokens[name.last : name.last + 1])


def _between(sentence: Sentence, trigger: Trigger) -> tuple[Name, ...]:
    found = tuple(
        n
        for n in sentence.names
        if n.governor == "between" and is_party(n) and n.governor_at >= trigger.last - 1 and n.first < trigger.high + 12
    )
    return found if len(found) > 1 else ()


def _premodifiers(sentence: Sentence, trigger: Trigger) -> tuple[Name, ...]:
    """Names run into the trigger: "U.S.-Japan-South Korea meeting", "the Trump-Putin summit", "NATO summit"."""
    found: list[Name] = []
    edge = trigger.first
    for name in reversed([n for n in sentence.names if n.last <= trigger.first]):
        gap = sentence.tokens[name.last : edge]
        if len(gap) > 2 or not is_party(name) or any(token.low in lexical("no_premodifier") for token in gap):
            break
        found.append(name)
        edge = name.first
    return tuple(found)


def _after(sentence: Sentence, trigger: Trigger, words: Grammar) -> tuple[Name, ...]:
    """Names behind the trigger that are met: its object, or governed by "with" and its like."""
    verb = not trigger.noun
    return tuple(
        n
        for n in sentence.names
        if trigger.last <= n.first < trigger.high
        and is_party(n)
        and not _place_like(n, words)
        and (n.governor in lexical("with") or (n.governor is None and (verb or _listed(sentence, trigger, n))))
        and not (n.governor in {"of", "by", "from"} and n.governor_at > trigger.last + 1 and not _attached(sentence, n))
        and n.governor not in words.topic_prepositions
    )


def _listed(sentence: Sentence, trigger: Trigger, name: Name) -> bool:
    """ "… that included the German and French leaders" """
    return any(token.low in lexical("includes") for token in sentence.tokens[trigger.last : name.first])


def _attached(sentence: Sentence, name: Name) -> bool:
    """ "the leaders of Germany", "officials from Egypt": the word before the preposition is a group or an office."""
    before = sentence.tokens[name.governor_at - 1].low if name.governor_at > 0 else ""
    return before in lexical("offices")


def _subjects(sentence: Sentence, trigger: Trigger, words: Grammar) -> tuple[Name, ...]:
    """Names before the trigger in its clause that meet, are flanked, host or are hosted."""
    found = [
        n
        for n in sentence.names
        if trigger.low <= n.first and n.last <= trigger.first and is_party(n) and not _place_like(n, words)
        and n.governor not in words.topic_prepositions
        and (n.governor in lexical("with") | {None, "to"})
        and not (n.governor in {"of", "by", "from"} and not _attached(sentence, n))
    ]  # fmt: skip
    return tuple(n for n in found if not is_speaker(sentence, n, trigger.first))


def persons_before(document: Document, sentence: Sentence, at: int) -> Iterable[Name]:
    """People named before a token, the nearest sentence first, subjects first in each."""
    here = [n for n in sentence.names if n.last <= at and _is_person(n)]
    yield from sorted(here, key=lambda n: (n.governor is not None, n.first))
    for back in range(1, ANTECEDENT_REACH + 1):
        if sentence.index - back < 0:
            return
        earlier = document.sentences[sentence.index - back] if sentence.index - back < len(document.sentences) else None
        people = [n for n in earlier.names if _is_person(n)] if earlier else []
        yield from sorted(people, key=lambda n: (n.governor is not None, n.first))


def _is_person(name: Name) -> bool:
    return name.named.actor is not None and name.named.actor.type == "person"


def _pronoun(sentence: Sentence, trigger: Trigger, words: Grammar) -> tuple[int, str] | None:
    for at in range(trigger.first - 1, max(trigger.low - 1, trigger.first - 8, -1), -1):
        number = words.pronouns.get(sentence.tokens[at].low)
        if number:
            return at, number
    for at in range(trigger.last, min(trigger.last + 2, len(sentence.tokens))):
        if sentence.tokens[at].low in lexical("objects"):
            return at, words.pronouns[sentence.tokens[at].low]
    return None


def _antecedents(document: Document, sentence: Sentence, trigger: Trigger, words: Grammar, taken: Sequence[Name]) -> tuple[Name, ...]:
    pronoun = _pronoun(sentence, trigger, words)
    if pronoun is None:
        return ()
    at, number = pronoun
    known = {n.named.actor.name for n in taken if n.named.actor}
    people: dict[str, Name] = {}
    for name in persons_before(document, sentence, at):
        if name.named.actor and name.named.actor.name not in known:
            people.setdefault(name.named.actor.name, name)
    return tuple(people.values())[: 1 if number == "one" else 2]


def find_names(document: Document, trigger: Trigger) -> tuple[Name, ...]:
    """The names of those who meet, in the order of the text."""
    words, sentence = grammar(), trigger.sentence
    between = _between(sentence, trigger)
    if between:
        return between
    found = [*_subjects(sentence, trigger, words), *_after(sentence, trigger, words), *_premodifiers(sentence, trigger)]
    found.extend(_antecedents(document, sentence, trigger, words, found))
    if len({n.named.start for n in found}) < 2:
        speakers = [
            n for n in sentence.names if trigger.low <= n.first < trigger.first and is_party(n) and _is_person(n) and n.governor is None
        ]
        found.extend(speakers)
    unique = {n.named.start: n for n in found}
    return tuple(unique[start] for start in sorted(unique))


def with_states(names: Sequence[Name], host: str | None) -> tuple[Said[Participant], ...]:
    """Each name as a participant, and beside each person the state that the person speaks for."""
    parties: dict[str, Said[Participant]] = {}
    for name in names:
        actor = name.named.actor
        if actor is None:
            continue
        role = "host" if host and actor.name == host else "attendee"
        parties.setdefault(actor.name, Said(actor.model_copy(update={"role": role}), name.named.start, name.named.end))
        side = state(actor.country, "attendee") if actor.type == "person" else None
        if side:
            parties.setdefault(side.name, Said(side, name.named.start, name.named.end))
    return tuple(parties.values())
