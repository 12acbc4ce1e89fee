"""Who meets: the parties of a meeting, by where their names stand from its trigger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from schemas.events import Participant, ParticipantRole
from services.normalizer.reading.candidates import Said, Trigger
from services.normalizer.reading.document import Document, Name, Sentence
from services.normalizer.reading.grammar import grammar, phrases, words
from services.normalizer.reading.happening import side_of
from services.normalizer.reading.states import state

# How far before a pronoun its person may have been named, in sentences.
ANTECEDENT_REACH = 2
PRONOUN_REACH = 8
# Words that may stand between a name and a verb of saying that it governs: "Peskov, her spokesman, said".
SAY_GAP = 3
TWO, THREE = 2, 3
# "In a telephone call …" opens a sentence within so many words.
OPENING = 6
# "The two sides" were named at most so many sentences before; an offer stands at most so many words before what is offered.
PAIR_REACH, ROOF_REACH = 8, 12
THAT_GAP = 5


def is_party(name: Name) -> bool:
    return name.named.actor is not None and name.named.reading != "place"


def is_person(name: Name) -> bool:
    return name.named.actor is not None and name.named.actor.type == "person"


def side(name: Name) -> str:
    """The state or body that a name stands for."""
    actor = name.named.actor
    return side_of(actor) if actor else ""


def _sides(names: Iterable[Name]) -> set[str]:
    return {side(name) for name in names}


def _low(sentence: Sentence, at: int) -> str:
    return sentence.tokens[at].low if 0 <= at < len(sentence.tokens) else ""


def stands_aside(sentence: Sentence, name: Name) -> bool:
    """As in "in Russia": a place here; "Ukraine's allies": somebody else."""
    actor = name.named.actor
    located = actor is not None and actor.type == "state" and name.governor in grammar().place_prepositions - {"from", "to"}
    owned = name.last + 1 if _low(sentence, name.last) == "'s" else name.last
    others = _low(sentence, owned) in words("others")
    return located or others or (is_person(name) and _low(sentence, owned) in words("aides"))


def is_speaker(sentence: Sentence, name: Name, before: int) -> bool:
    """Whether the name says something that the trigger stands in: "Ushakov said …", "Lavrov told TASS …"."""
    follows = any(name.last <= first <= name.last + SAY_GAP and last <= before for first, last in sentence.says)
    return follows and _low(sentence, name.last) not in {",", ";"}


def _between(sentence: Sentence, trigger: Trigger) -> tuple[Name, ...]:
    found = [n for n in sentence.names if n.governor == "between" and is_party(n) and trigger.last <= n.governor_at < trigger.high]
    return tuple(found) if len(found) > 1 else ()


def _premodifiers(sentence: Sentence, trigger: Trigger) -> tuple[Name, ...]:
    """Names run into the trigger: "U.S.-Japan-South Korea meeting", "the Trump-Putin summit", "NATO summit"."""
    found: list[Name] = []
    edge = trigger.first
    for name in reversed([n for n in sentence.names if n.last <= trigger.first]):
        gap = sentence.tokens[name.last : edge]
        if len(gap) > TWO or not is_party(name) or any(token.low in words("no_premodifier") for token in gap):
            break
        if any(name.last <= first < edge for first, _ in sentence.says):
            break
        found.append(name)
        edge = name.first
    return tuple(found)


def _objects(sentence: Sentence, trigger: Trigger) -> Iterator[Name]:
    """Names that follow a verb directly: "met Xi and Vietnam's To Lam", past titles, stopping at the first other word."""
    held = {at: name for name in sentence.names for at in range(name.first, name.last)}
    for at in range(trigger.last, trigger.high):
        token = sentence.tokens[at]
        if token.low == "," and not _list_goes_on(sentence, at, held):
            return
        if at in held:
            if held[at].first == at and _owns_a_thing(sentence, held[at], held):
                return
            if held[at].first == at and is_party(held[at]) and not _says(sentence, held[at]) and not stands_aside(sentence, held[at]):
                yield held[at]
        elif not (
            token.capital
            or token.low in grammar().skipped
            or token.low in grammar().conjunctions
            or token.low == "'s"
            or _of_title(at, held)
        ):
            return


def _owns_a_thing(sentence: Sentence, name: Name, held: dict[int, Name]) -> bool:
    """As in "spoke to Israel's worries", but not "met Israel's prime minister", "met China's Xi"."""
    if _low(sentence, name.last) != "'s":
        return False
    behind = range(name.last + 1, min(name.last + 1 + SAY_GAP, len(sentence.tokens)))
    return not any(at in held or sentence.tokens[at].low in words("offices") | words("groups") | words("holders") for at in behind)


def _of_title(at: int, held: dict[int, Name]) -> bool:
    """As in "Bosnian Serb acting president X": a common word between an adjective and the name that it belongs to."""
    return at - 1 in held and held[at - 1].named.form == "adjective" and any(n in held for n in range(at + 1, at + 3))


def _list_goes_on(sentence: Sentence, comma: int, held: dict[int, Name]) -> bool:
    """As in "met Xi, Modi and …" but not "hosted Macron, Moscow said": the next name stands in a list too."""
    following = next((held[at] for at in range(comma + 1, min(comma + 6, len(sentence.tokens))) if at in held), None)
    return following is not None and _low(sentence, following.last) in {",", "and"}


def _attached(sentence: Sentence, name: Name) -> bool:
    """As in "the leaders of Germany", "officials from Egypt"."""
    return _low(sentence, name.governor_at - 1) in words("offices")


def _is_passive(trigger: Trigger) -> bool:
    around = trigger.sentence.tokens[max(trigger.first - TWO, 0) : trigger.last]
    return not trigger.noun and any(token.low in words("passive") for token in around)


def _governed(sentence: Sentence, trigger: Trigger, name: Name) -> bool:
    """Whether the preposition before a name makes it one who meets."""
    if name.governor == "to":
        return trigger.pattern.card.id == "summit.verb.speak" and name.governor_at == trigger.last
    if name.governor == "on":
        return name.last <= trigger.first and _low(sentence, name.governor_at - 1) in words("appeals")
    if name.governor not in words("with"):
        return False
    if name.governor == "by" and _low(sentence, name.governor_at - 1) in words("leading"):
        return True
    if name.governor in {"of", "from"}:
        return name.governor_at <= trigger.last or _attached(sentence, name)
    return name.governor != "by" or _is_passive(trigger) or (trigger.noun and name.governor_at <= trigger.last + 1)


def _listed(sentence: Sentence, trigger: Trigger, name: Name) -> bool:
    """As in "… that included the German and French leaders"."""
    return name.governor is None and any(token.low in words("includes") for token in sentence.tokens[trigger.last : name.first])


def _cut_off(sentence: Sentence, trigger: Trigger, name: Name) -> bool:
    """Whether a comma that closes no list or place stands before the preposition: "at the summit, his rapport with …"."""
    ends = {n.last for n in sentence.names} | {t.last for t in sentence.times}
    if name.governor in {"including", "such as", "among"}:
        ends.add(name.governor_at - (2 if name.governor == "such as" else 1))
    return any(sentence.tokens[at].low == "," and at not in ends for at in range(trigger.last, max(name.governor_at, trigger.last)))


def _says(sentence: Sentence, name: Name) -> bool:
    """As in "…, Gotoda told reporters": whom a verb of saying follows at once."""
    closed = _low(sentence, name.last) == "," and name.governor is not None
    return any(first == name.last or (first == name.last + 1 and not closed) for first, _ in sentence.says)


def _after(sentence: Sentence, trigger: Trigger) -> tuple[Name, ...]:
    behind = [
        n
        for n in sentence.names
        if trigger.last <= n.first < trigger.high and is_party(n) and not stands_aside(sentence, n) and not _says(sentence, n)
    ]
    met = [
        n
        for n in behind
        if (_governed(sentence, trigger, n) and not _cut_off(sentence, trigger, n))
        or (trigger.noun and _listed(sentence, trigger, n))
        or _low(sentence, n.last + 1) == "format"
    ]
    return (*met, *(_objects(sentence, trigger) if not trigger.noun or _as_verb(sentence, trigger) else ()))


def _as_verb(sentence: Sentence, trigger: Trigger) -> bool:
    """As in "…, meeting President Isaias in Asmara": the noun is a verb where whom it meets follows at once."""
    met = _low(sentence, trigger.last - 1) == "meeting" and trigger.last < len(sentence.tokens)
    return met and _low(sentence, trigger.first - 1) in {",", "after", "before", "and", "while"} and sentence.tokens[trigger.last].capital


def _opened(sentence: Sentence, trigger: Trigger) -> tuple[Name, ...]:
    """As in "In a telephone call on Sunday, X and Y discussed …": the subjects behind the words that open the sentence."""
    comma = next((at for at in range(trigger.last, len(sentence.tokens)) if _low(sentence, at) == ","), None)
    if not trigger.noun or comma is None or trigger.first > OPENING or _low(sentence, 0) not in words("opening"):
        return ()
    found: list[Name] = []
    for name in (n for n in sentence.names if n.first > comma and is_party(n) and n.governor is None):
        edge = found[-1].last if found else comma + 1
        if any(t.low.isalpha() and t.low not in grammar().skipped | grammar().conjunctions for t in sentence.tokens[edge : name.first]):
            break
        found.append(name)
    return tuple(found)


def _subjects(sentence: Sentence, trigger: Trigger, low: int) -> tuple[Name, ...]:
    """Names before the trigger that meet, host, are hosted or are flanked; not those who only report."""
    before = [n for n in sentence.names if low <= n.first and n.last <= trigger.first and is_party(n) and not stands_aside(sentence, n)]
    before = [n for n in before if not _proposes(sentence, n, trigger.first)]
    acting = [
        n for n in before if (n.governor is None and _acts(sentence, n)) or (_governed(sentence, trigger, n) and not _aside(sentence, n))
    ]
    return tuple(n for n in acting if not is_speaker(sentence, n, trigger.first))


def _proposes(sentence: Sentence, name: Name, before: int) -> bool:
    """As in "Saudi Arabia has proposed that envoys of … meet": who proposes is no party."""
    gap = [token.low for token in sentence.tokens[name.last : min(name.last + THAT_GAP, before)]]
    return any(one in words("proposals") and other == "that" for one, other in pairwise(gap))


def _acts(sentence: Sentence, name: Name) -> bool:
    """Whether a state may be a subject: not "to discuss Ukraine", where a verb stands right before it."""
    if is_person(name) or name.first == 0:
        return True
    before = sentence.tokens[name.first - 1]
    joined = any(n.last == name.first for n in sentence.names)
    return (
        joined or before.capital or not before.low.isalpha() or before.low in grammar().skipped | grammar().conjunctions | words("openers")
    )


def _aside(sentence: Sentence, name: Name) -> bool:
    """As in "with Switzerland offering …": told by the way."""
    following = _low(sentence, name.last)
    return name.governor == "with" and following.endswith("ing") and following not in words("meeting_verbs")


def _relative(sentence: Sentence, trigger: Trigger) -> tuple[Name, ...]:
    """As in "Trump, who days later hosted …": whom the relative pronoun stands for."""
    low, _ = sentence.clause(trigger.first)
    if _low(sentence, low) not in {"who", "which"}:
        return ()
    return tuple(n for n in sentence.names if n.last <= low and is_party(n))[-1:]


def persons_before(document: Document, sentence: Sentence, at: int) -> Iterator[Name]:
    """People named before a token, the nearest sentence first, subjects first in each."""
    here = [n for n in sentence.names if n.last <= at and is_person(n)]
    yield from sorted(here, key=lambda n: (n.governor is not None, n.first))
    for back in range(1, min(ANTECEDENT_REACH, sentence.index) + 1):
        people = [n for n in document.sentences[sentence.index - back].names if is_person(n)]
        yield from sorted(people, key=lambda n: (n.governor is not None, n.first))


def _pronoun(sentence: Sentence, trigger: Trigger) -> tuple[int, str] | None:
    pronouns = grammar().pronouns
    clause_low, _ = sentence.clause(trigger.first)
    near = range(trigger.first - 1, max(clause_low, trigger.first - PRONOUN_REACH) - 1, -1)
    for at in (*near, clause_low):
        if at < trigger.first and _low(sentence, at) in pronouns:
            return at, pronouns[_low(sentence, at)]
    crowd = range(max(clause_low, trigger.first - THREE) + 1, trigger.first)
    for at in crowd:
        if _low(sentence, at) in words("crowds") and _low(sentence, at - 1) == "the":
            return at, "many"
    for at in range(trigger.last, min(trigger.last + TWO, len(sentence.tokens))):
        if _low(sentence, at) in words("objects"):
            return at, pronouns[_low(sentence, at)]
    return None


def _antecedents(document: Document, sentence: Sentence, trigger: Trigger, taken: Sequence[Name]) -> tuple[Name, ...]:
    """Whom "he", "his", "their" stand for: the latest subjects that are not named already."""
    pronoun = _pronoun(sentence, trigger)
    if pronoun is None or len(_sides(taken)) > 1:
        return ()
    at, number = pronoun
    known = _sides(taken)
    people: dict[str, Name] = {}
    for name in persons_before(document, sentence, at):
        if side(name) not in known:
            people.setdefault(side(name), name)
    return tuple(people.values())[: 1 if number == "one" else TWO]


def pair(document: Document, trigger: Trigger, *, near: bool = False) -> tuple[Name, ...]:
    """Whom "the two countries", "both sides" means: the two sides that a sentence before named together, or (`near`) the last one."""
    sentence = trigger.sentence
    low, high = sentence.clause(trigger.first)
    if not near and phrases("two_people").find(sentence.tokens[low:high]):
        return _two_people(document, sentence)
    if not near and not phrases("the_two").find(sentence.tokens[low:high]):
        return ()
    earlier = document.sentences[max(sentence.index - (1 if near else PAIR_REACH), 0) : sentence.index]
    for before in reversed(earlier):
        for one, other in pairwise(n for n in before.names if is_party(n) and not is_person(n) and not _between_sides(n)):
            joined = [t.low for t in before.tokens[one.last : other.first]]
            if side(one) != side(other) and "and" in joined and len(joined) <= TWO:
                return one, other
    return ()


def _two_people(document: Document, sentence: Sentence) -> tuple[Name, ...]:
    """As in "the two leaders": the last two people of different sides whom a sentence before names together."""
    for before in reversed(document.sentences[max(sentence.index - PAIR_REACH, 0) : sentence.index]):
        people = [n for n in before.names if is_person(n) and not is_speaker(before, n, len(before.tokens))]
        pairs = [(one, other) for one, other in pairwise(people) if side(one) != side(other)]
        if pairs:
            return pairs[-1]
    return ()


def _between_sides(name: Name) -> bool:
    return name.named.actor is not None and name.named.actor.name in words("mediators")


def offers_roof(trigger: Trigger) -> bool:
    """As in "offered to host talks": whoever stands before is no party, unless he says with whom."""
    low, _ = trigger.sentence.clause(trigger.first)
    before = [token.low for token in trigger.sentence.tokens[max(low, trigger.first - ROOF_REACH) : trigger.first]]
    return trigger.noun and any(w in words("hosting") for w in before[-4:]) and any(w in words("offers") for w in before)


def _wanted(trigger: Trigger) -> int:
    """How many sides the words themselves ask for: "trilateral" three, else two."""
    return (
        THREE
        if any(token.low in words("three_sided") for token in trigger.sentence.tokens[max(trigger.first - TWO, 0) : trigger.last])
        else TWO
    )


def _fallbacks(document: Document, trigger: Trigger) -> Iterator[Name]:
    """Further names, best first, for a meeting that lacks a side: clause-mates before an earlier trigger, then who speaks."""
    sentence = trigger.sentence
    low, _ = sentence.clause(trigger.first)
    yield from reversed(_subjects(sentence, trigger, low))
    before = [n for n in sentence.names if n.last <= trigger.first and is_party(n) and not stands_aside(sentence, n)]
    yield from (n for n in before if is_person(n) and n.governor is None)
    yield from (n for n in before if n.governor == "from" and _attached(sentence, n))
    if any(first == low for first, _, _ in sentence.find(grammar().turns)):
        yield from (n for n in before if n.governor is None and _acts(sentence, n) and not is_speaker(sentence, n, trigger.first))
    if not trigger.noun and _office_acts(trigger):
        yield from persons_before(document, sentence, 0)


def _office_acts(trigger: Trigger) -> bool:
    """As in "The vice president will meet …": an office whose holder was named before."""
    low, _ = trigger.sentence.clause(trigger.first)
    low = 0 if _low(trigger.sentence, low) in {"who", "which"} else low
    return any(token.low in words("holders") for token in trigger.sentence.tokens[low : trigger.first])


def find_names(document: Document, trigger: Trigger) -> tuple[Name, ...]:
    """The names of those who meet, in the order of the text."""
    sentence = trigger.sentence
    found = list(_between(sentence, trigger))
    if not found:
        found = [
            *_relative(sentence, trigger),
            *_subjects(sentence, trigger, trigger.low),
            *_after(sentence, trigger),
            *_premodifiers(sentence, trigger),
            *_opened(sentence, trigger),
        ]
        if _of_bloc(trigger, found):
            return _in_order(found)
        if offers_roof(trigger):
            return tuple(n for n in found if n.first >= trigger.last) or pair(document, trigger, near=True)
        if len(_sides(found)) < TWO:
            found.extend(pair(document, trigger))
        found.extend(_antecedents(document, sentence, trigger, found))
    for name in _fallbacks(document, trigger) if len(_sides(found)) < _wanted(trigger) else ():
        known = name.named.actor is not None and (name.named.actor.country or name.named.actor.type != "person")
        if known and side(name) not in _sides(found) and len(_sides(found)) < _wanted(trigger):
            listed = [n for n in sentence.names if n.governor_at == name.governor_at >= 0 and is_party(n) and side(n) not in _sides(found)]
            found.extend([name, *(n for n in listed if n is not name)])
    return _in_order(found)


def _in_order(found: Iterable[Name]) -> tuple[Name, ...]:
    unique = {n.named.start: n for n in found}
    return tuple(unique[start] for start in sorted(unique))


def _of_bloc(trigger: Trigger, found: Sequence[Name]) -> bool:
    """As in "the G7 meeting", "a meeting of ASEAN's foreign ministers": those who meet are told in one word."""
    blocs = [n for n in found if n.named.actor is not None and n.named.actor.name in words("blocs")]
    return trigger.noun and any(n.last <= trigger.first or n.governor == "of" for n in blocs)


def _for_body(name: Name) -> bool:
    """As in "NATO Secretary General Mark Rutte" speaks for no state."""
    title = (name.named.title or name.named.text).casefold()
    return any(word in title for word in words("body_titles"))


def with_states(names: Sequence[Name], host: str | None = None) -> tuple[Said[Participant], ...]:
    """Each name as a participant, and beside each person the state that the person speaks for, unless it is named itself."""
    parties: dict[str, Said[Participant]] = {}
    for name in names:
        actor = name.named.actor
        if actor is not None:
            role: ParticipantRole = "host" if host and actor.name == host else "attendee"
            parties.setdefault(actor.name, Said(actor.model_copy(update={"role": role}), name.named.start, name.named.end))
    named = {said.value.country for said in parties.values() if said.value.type == "state"}
    for name in names:
        actor = name.named.actor
        speaks = actor is not None and actor.type == "person" and not _for_body(name) and actor.country not in named
        spoken_for = state(actor.country, "attendee") if speaks and actor else None
        if spoken_for:
            parties.setdefault(spoken_for.name, Said(spoken_for, name.named.start, name.named.end))
    return tuple(parties.values())
