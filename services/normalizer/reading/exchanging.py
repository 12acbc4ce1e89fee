"""Who hands over to whom, and how many: the sides of an exchange of prisoners or of the dead."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events import Participant, Quantity
from services.normalizer.reading import counting
from services.normalizer.reading.candidates import Said, Trigger
from services.normalizer.reading.directed import whole_state
from services.normalizer.reading.document import Document, Name, Sentence
from services.normalizer.reading.grammar import words
from services.normalizer.reading.meeting import is_party, is_speaker, pair, stands_aside
from services.normalizer.reading.states import state
from services.normalizer.reading.tokens import Token

REACH = 4
SAY_GAP = 3


def _mediates(trigger: Trigger, name: Name) -> bool:
    tokens = trigger.sentence.tokens
    around = tokens[max(name.first - 4, 0) : name.first] + tokens[name.last : name.last + 4]
    between = name.named.actor is not None and name.named.actor.name in words("mediators")
    mates = [n for n in trigger.sentence.names if n.first in {name.last + 1, name.last + 2} and tokens[name.last].low in {"and", ","}]
    return (
        between
        or any(token.low in words("mediating") for token in _up_to_a_mark(around, len(around)))
        or any(_mediates(trigger, mate) for mate in mates[:1])
    )


def _up_to_a_mark(tokens: Sequence[Token], most: int) -> Sequence[Token]:
    return tokens[: next((at for at, token in enumerate(tokens) if token.low in {";", "."}), most)]


def _sides(trigger: Trigger) -> tuple[Name, ...]:
    sentence = trigger.sentence
    low, high = sentence.clause(trigger.first)
    inside = [n for n in sentence.names if low <= n.first < high]
    inside = [n for n in inside if not stands_aside(sentence, n)]
    found = [n for n in inside if is_party(n) or (n.governor in {"to", "from"} and whole_state(n))]
    telling = [n for n in found if is_speaker(sentence, n, len(sentence.tokens)) and not _of_himself(sentence, n)]
    return tuple(n for n in found if n not in telling and not _told_behind(trigger, n))


def _of_himself(sentence: Sentence, name: Name) -> bool:
    """As in "Ukraine said it had received …": a side that speaks of its own part."""
    verbs = [last for first, last in sentence.says if name.last <= first <= name.last + SAY_GAP]
    return any(token.low in words("self") for last in verbs[:1] for token in sentence.tokens[last : last + SAY_GAP])


def _told_behind(trigger: Trigger, name: Name) -> bool:
    """As in "…, Ukrainian officials said": a name at the tail that only speaks."""
    tokens = trigger.sentence.tokens
    tail = [
        first
        for first, _ in trigger.sentence.says
        if name.last <= first <= name.last + SAY_GAP and not any(token.low == "," for token in tokens[name.last : first])
    ]
    according = [at for at in range(max(name.first - 6, 0), name.first) if tokens[at].low == "according"]
    return bool(tail or according) and name.first >= trigger.last


def _released(document: Document, trigger: Trigger) -> tuple[Said[Participant], ...]:
    """The people named in the sentence of the exchange who hold no office and say nothing."""
    people = [
        n
        for n in trigger.sentence.names
        if n.named.actor and n.named.actor.type == "person" and n.named.actor.name not in document.officials
    ]
    return tuple(Said(n.named.actor.model_copy(update={"role": "released"}), n.named.start, n.named.end) for n in people if n.named.actor)


def parties(document: Document, trigger: Trigger) -> tuple[Said[Participant], ...]:
    """States and groups as sides, mediators apart, and the people who are named as freed."""
    found: dict[str, Said[Participant]] = {}
    for name in _sides(trigger) or pair(document, trigger):
        actor = name.named.actor or whole_state(name)
        if actor is None or actor.type == "person":
            continue
        role = "mediator" if _mediates(trigger, name) else "party"
        found.setdefault(actor.name, Said(actor.model_copy(update={"role": role}), name.named.start, name.named.end))
    released = _released(document, trigger) if trigger.kind.names_released else ()
    for said in released:
        home = state(said.value.country, "party")
        if home and home.country not in {other.value.country for other in found.values()}:
            found[home.name] = Said(home, said.start, said.end)
        found.setdefault(said.value.name, said)
    return tuple(found.values())


def _receiver(trigger: Trigger, count_first: int, count_last: int) -> str | None:
    """The state whose people the number counts ("1,000 dead Ukrainian soldiers"), who gets them back; or who "received" them."""
    sentence = trigger.sentence
    tokens = sentence.tokens
    for name in sentence.names:
        actor = name.named.actor
        if actor is not None and name.named.form == "demonym" and count_first <= name.first <= count_last:
            return actor.name
        beside = (
            count_first - 1 <= name.first <= count_last + REACH
            and name.last < len(tokens)
            and any(t.low in words("held_people") for t in tokens[name.first : name.last + 2])
        )
        if actor is not None and actor.type == "state" and beside:
            return actor.name
    taking = any(token.low in words("takes") for token in tokens[max(count_first - 2, 0) : count_first])
    takers = [n for n in sentence.names if n.last <= count_first and n.governor is None and n.named.actor and n.named.actor.type == "state"]
    if taking and takers and takers[-1].named.actor:
        return takers[0].named.actor.name if takers[0].named.actor and _own(tokens, count_last) else takers[-1].named.actor.name
    subject = [n for n in sentence.names if n.last <= trigger.first and n.named.actor and n.named.actor.type == "state"]
    if subject and any(token.low in words("takes") for token in tokens[trigger.first : trigger.last]):
        side = state(subject[-1].named.actor.country, "party") if subject[-1].named.actor else None
        return side.name if side else None
    return None


def _own(tokens: Sequence[Token], last: int) -> bool:
    """As in "received nine of its own soldiers": whoever the sentence is about."""
    return any(token.low == "own" for token in tokens[max(last - REACH, 0) : last + REACH])


def quantities(trigger: Trigger) -> tuple[Said[Quantity], ...]:
    """How many came to which side."""
    sentence = trigger.sentence
    measure = trigger.kind.measures[0]
    found: list[Said[Quantity]] = []
    upto = min([low for low, _ in trigger.rivals if low >= trigger.last], default=len(sentence.tokens))
    for count in counting.counts(sentence):
        if trigger.rivals and not trigger.low <= count.first < upto:
            continue
        article = sentence.tokens[count.first].low in {"a", "an"}
        if count.measure in {"bodies", "prisoners", "people", "killed"} and not article:
            said = counting.quantity(sentence, count, _receiver(trigger, count.first, count.last))
            found.append(Said(said.value.model_copy(update={"measure": measure}), said.start, said.end))
    return tuple(found)
