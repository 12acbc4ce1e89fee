"""Who hands over to whom, and how many: the sides of an exchange of prisoners or of the dead."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from schemas.events import Participant, Quantity
from services.normalizer.reading import counting
from services.normalizer.reading.acting import is_party, is_person, is_speaker, low_at, stands_aside
from services.normalizer.reading.candidates import Said, Trigger
from services.normalizer.reading.directed import whole_state
from services.normalizer.reading.document import Document, Sentence
from services.normalizer.reading.giving import givers
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import words
from services.normalizer.reading.playing import in_role
from services.normalizer.reading.standins import pair
from services.normalizer.reading.states import state
from services.normalizer.reading.tokens import Token

REACH = 4
SAY_GAP = 3
# "announced early on Tuesday that it had received"
SELF_GAP = 6
TWO = 2
# Each name of a sentence is asked several times.
ASKED = 64
# "his mother, X": so many words before a name.
KIN_REACH = 3
# "the bodies of two soldiers, X and Y": so many words before a name.
DEAD_REACH = 12
# How far from "freed" those stand who are freed.
OBJECT, SUBJECT = 25, 14


def _mediates(trigger: Trigger, name: Name) -> bool:
    tokens = trigger.sentence.tokens
    if _is_go_between(name):
        return True
    if _gives_itself(trigger.sentence, name):
        return False
    around = tokens[max(name.first - 4, 0) : name.first] + tokens[name.last : name.last + 4]
    mates = [n for n in trigger.sentence.names if n.first in {name.last + 1, name.last + 2} and tokens[name.last].low in {"and", ","}]
    return any(token.low in words("mediating") for token in _up_to_a_mark(around, len(around))) or any(
        _mediates(trigger, mate) for mate in mates[:1]
    )


def _gives_itself(sentence: Sentence, name: Name) -> bool:
    """As in "Under a truce brokered by Qatar, Hamas has handed back 12": whoever the words behind the comma are about."""
    return low_at(sentence, name.first - 1) == "," and name in givers(sentence)


def _up_to_a_mark(tokens: Sequence[Token], most: int) -> Sequence[Token]:
    return tokens[: next((at for at, token in enumerate(tokens) if token.low in {";", "."}), most)]


def _sides(trigger: Trigger) -> tuple[Name, ...]:
    sentence = trigger.sentence
    low, high = trigger.clause
    inside = [n for n in sentence.names if low <= n.first < high]
    inside = [n for n in inside if not _stands_aside(sentence, n)]
    found = [n for n in inside if is_party(n) or (n.governor in {"to", "from"} and whole_state(n) and not _is_carried(sentence, n))]
    found = [n for n in found if not _is_of_members(sentence, n) and not _is_of_a_body(sentence, n)]
    telling = [n for n in found if is_speaker(sentence, n, len(sentence.tokens)) and not _of_himself(sentence, n)]
    return tuple(n for n in found if n not in telling and not _told_behind(trigger, n))


def _stands_aside(sentence: Sentence, name: Name) -> bool:
    """As in "in Chad", "the Chadian border"; but "handed over a Chadian soldier" is of Chad."""
    before = sentence.tokens[name.governor_at - 1].low if name.governor_at > 0 else ""
    led = low_at(sentence, name.last) == "led" or (name.governor == "by" and before == "led")
    town = name.governor == "of" and before in words("place_nouns")  # "reached the city of Ramallah"
    if (name.governor == "with" and before in words("frontiers")) or led or town:
        return True  # "at the border with Belarus", "U.S.-led efforts", "a process led by Spain"
    if not is_adjective(sentence, name.named.start):
        return stands_aside(sentence, name)
    return not words("others").isdisjoint(sentence.lows[name.last : name.last + 1])


def _is_carried(sentence: Sentence, name: Name) -> bool:
    """As in "flown to Qatar": where they are taken, not to whom."""
    return not words("carriages").isdisjoint(sentence.lows[max(name.governor_at - 1, 0) : name.governor_at])


def _is_of_a_body(sentence: Sentence, name: Name) -> bool:
    """As in "the Chadian Red Crescent", "the Chadian Observatory of …": part of a body's name."""
    return is_adjective(sentence, name.named.start) and any(n.first == name.last for n in sentence.names)


def _is_of_members(sentence: Sentence, name: Name) -> bool:
    """As in "the head of the Wrenn network": whose people they are."""
    actor = name.named.actor
    before = sentence.tokens[name.governor_at - 1].low if name.governor_at > 0 else ""
    return name.governor == "of" and before in words("members") and actor is not None and actor.type == "organisation"


def _of_himself(sentence: Sentence, name: Name) -> bool:
    """As in "Ukraine said it had received …": a side that speaks of its own part."""
    verbs = [last for first, last in sentence.says if name.last <= first <= name.last + SAY_GAP]
    return any(token.low in words("self") for last in verbs[:1] for token in sentence.tokens[last : last + SELF_GAP])


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


def _is_freed(document: Document, sentence: Sentence, name: Name) -> bool:
    """A person who holds no office, says nothing, and is neither kin of another ("his mother, X") nor the one who frees ("by X")."""
    actor, tokens = name.named.actor, sentence.tokens
    if actor is None or actor.type != "person" or actor.name in document.officials or name.governor in {"by", "with", "between"}:
        return False
    before = [token.low for token in tokens[max(name.first - KIN_REACH, 0) : name.first]]
    kin = [at for at, word in enumerate(before) if word in words("kin")]
    owned = any(before[at + 1 :] == ["of"] or (before[:at] or [""])[-1] in words("owners") for at in kin)
    slain = any(word in words("kills", "murders") for word in before)
    return not owned and not slain and not (name.last < len(tokens) and tokens[name.last].low == "'s" and not _is_dead(sentence, name))


def _is_moved(trigger: Trigger, name: Name) -> bool:
    """Who is freed or brought home stands beside the verb; an exchange holds all whom its sentence names."""
    if trigger.noun or trigger.pattern.card.id.endswith("verb"):
        return True
    behind, before = name.first - trigger.last, trigger.first - name.last
    return 0 <= behind <= OBJECT or 0 <= before <= SUBJECT


def _is_of_kind(trigger: Trigger, name: Name) -> bool:
    """The dead in an exchange of the dead, the living in one of the living; where a sentence tells of no captives, all who are named."""
    dead = _is_dead(trigger.sentence, name)
    captives = not words("captives").isdisjoint(trigger.sentence.lows)
    return not dead if trigger.kind.names_released else dead or not captives


def _is_dead(sentence: Sentence, name: Name) -> bool:
    """As in "the remains of X", "the bodies of two soldiers, X and Y", "X's body"."""
    tokens = sentence.tokens
    at = name.first - 1
    while at >= max(name.first - DEAD_REACH, 0) and tokens[at].low not in words("captives") | {";", "for", "from", "by"}:
        if tokens[at].low in words("remains"):
            return True
        at -= 1
    return any(token.low in words("remains") for token in tokens[name.last : name.last + TWO]) and tokens[name.last].low == "'s"


def _released(document: Document, trigger: Trigger) -> tuple[Said[Participant], ...]:
    """The people named in the sentence of the exchange who come home by it."""
    sentence = trigger.sentence
    people = [n for n in sentence.names if _is_freed(document, sentence, n) and _is_of_kind(trigger, n) and _is_moved(trigger, n)]
    return tuple(Said(in_role(n.named.actor, "released"), n.named.start, n.named.end) for n in people if n.named.actor)


def named(document: Document, trigger: Trigger) -> tuple[Said[Participant], ...]:
    """The people whom a sentence names that only tells who was exchanged."""
    return _released(document, trigger)


def is_adjective(sentence: Sentence, start: int) -> bool:
    """Whether the name at a code point only says whose people somebody is: "Lebanese prisoners", "32 Chadians"."""
    return start in _adjectives(sentence)


@lru_cache(maxsize=ASKED)
def _adjectives(sentence: Sentence) -> frozenset[int]:
    names = sentence.names
    return frozenset([n.named.start for n in names if n.named.form in {"adjective", "demonym"} or _is_acronym_of(sentence, n)])


def _is_acronym_of(sentence: Sentence, name: Name) -> bool:
    """As in "US citizen", "UK national"."""
    after = [token.low for token in sentence.tokens[name.last : name.last + 1]]
    return name.named.form == "acronym" and any(word in words("held_people") for word in after)


def _first_hand(sentence: Sentence, names: Sequence[Name]) -> tuple[Name, ...]:
    """Those who act as sides; where they are less than two, those whose people are exchanged fill up, but a group's own people."""
    acting = [n for n in names if not is_adjective(sentence, n.named.start)]
    sides = {_side(n) for n in acting if not _is_go_between(n) and not is_person(n)}
    homes = {n.named.actor.country for n in acting if n.named.actor and n.named.actor.type == "organisation" and not _is_go_between(n)}
    filling = [n for n in names if n in acting or not (n.named.actor and n.named.actor.country in homes)]
    return tuple(acting) if len(sides) > 1 else tuple(filling)


def _side(name: Name) -> str | None:
    actor = name.named.actor or whole_state(name)
    return actor.name if actor else None


def _is_go_between(name: Name) -> bool:
    return name.named.actor is not None and name.named.actor.name in words("mediators")


def parties(document: Document, trigger: Trigger) -> tuple[Said[Participant], ...]:
    """States and groups as sides, mediators apart, and the people who are named as freed."""
    found: dict[str, Said[Participant]] = {}
    for name in _first_hand(trigger.sentence, _sides(trigger)) or pair(document, trigger):
        actor = name.named.actor or whole_state(name)
        if actor is None or actor.type == "person":
            continue
        role = "mediator" if _mediates(trigger, name) else "party"
        found.setdefault(actor.name, Said(in_role(actor, role), name.named.start, name.named.end))
    if _sides_of(found) == 1:
        found.update(_of_both(trigger, found))
    if _sides_of(found) == 1:
        found.update(_of_title(document, found))
    if _sides_of(found) == 1:
        found.update(_enemy(document, trigger, found))
    return (*found.values(), *(said for said in _released(document, trigger) if said.value.name not in found))


def _of_both(trigger: Trigger, found: dict[str, Said[Participant]]) -> dict[str, Said[Participant]]:
    """As in "Chad freed dozens as Libya handed over four bodies": either gives to the other."""
    both = [n for n in givers(trigger.sentence) if n.named.actor and not _is_go_between(n)]
    others = [n for n in both if any(_side(one) in found for one in both) and _side(n) not in found]
    return {n.named.actor.name: Said(in_role(n.named.actor, "party"), n.named.start, n.named.end) for n in others[:1] if n.named.actor}


def _of_title(document: Document, found: dict[str, Said[Participant]]) -> dict[str, Said[Participant]]:
    """The other side, where the title names it, by its first name in the text: a claim quotes the text alone."""
    title = document.title
    named = [n for n in title.names if (is_party(n) or n.governor in {"to", "from"}) and not stands_aside(title, n)] if title else []
    named = [n for n in named if title and words("mediating").isdisjoint(title.lows[n.last : n.last + 2])]
    titled = {_side(n) for n in named} - {*found, None}
    for sentence in document.sentences if titled else ():
        for name in sentence.names:
            actor = name.named.actor or whole_state(name)
            if actor and actor.name in titled and actor.type != "person" and not _is_go_between(name):
                return {actor.name: Said(in_role(actor, "party"), name.named.start, name.named.end)}
    return {}


def _enemy(document: Document, trigger: Trigger, found: dict[str, Said[Participant]]) -> dict[str, Said[Participant]]:
    """As in "Ukraine has brought back 300 of its dead": from the state with which it is at war, where the text names it."""
    mine = {said.value.country for said in found.values() if said.value.role == "party" and said.value.type == "state"}
    foes = {other for pair in trigger.kind.adversaries for one, other in (pair, pair[::-1]) if one in mine}
    for name in (name for sentence in document.sentences if foes for name in sentence.names):
        actor = name.named.actor or whole_state(name)
        if actor and actor.type == "state" and actor.country in foes:
            return {actor.name: Said(actor.model_copy(update={"role": "party"}), name.named.start, name.named.end)}
    return {}


def _sides_of(found: dict[str, Said[Participant]]) -> int:
    return sum(1 for said in found.values() if said.value.role == "party")


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


def _of_the_dead(tokens: Sequence[Token], first: int) -> bool:
    """As in "the bodies of 23 soldiers": they count no prisoners."""
    return first > 1 and tokens[first - 1].low == "of" and tokens[first - 2].low in words("remains")


def quantities(trigger: Trigger) -> tuple[Said[Quantity], ...]:
    """How many came to which side."""
    sentence = trigger.sentence
    measure = trigger.kind.measures[0]
    found: list[Said[Quantity]] = []
    upto = min([low for low, _ in trigger.rivals if low >= trigger.last], default=len(sentence.tokens))
    counts = counting.counts(sentence)
    both = {"bodies", "prisoners"} <= {count.measure for count in counts}
    for count in counts:
        if both and count.measure in {"bodies", "prisoners"} and count.measure != measure:
            continue
        if measure != "bodies" and _of_the_dead(sentence.tokens, count.first):
            continue
        if trigger.rivals and not trigger.low <= count.first < upto:
            continue
        article = sentence.tokens[count.first].low in {"a", "an"}
        if count.measure == "killed" and low_at(sentence, count.first - 1) in words("killing"):
            continue  # "a raid killed 12 people": they come to nobody
        if count.measure in {"bodies", "prisoners", "people", "killed", "leaders"} and not article:
            said = counting.quantity(sentence, count, _receiver(trigger, count.first, count.last))
            found.append(Said(said.value.model_copy(update={"measure": measure}), said.start, said.end))
    return tuple(found)
