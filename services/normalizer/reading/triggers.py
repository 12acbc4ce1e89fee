"""Where a pattern's words stand, unless the words around them take it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec.structs import replace

from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.grammar import grammar, words
from services.normalizer.reading.phrases import Table
from services.normalizer.reading.rules import Kind, Pattern, Rules
from services.normalizer.reading.tokens import Token

# At most so many words stand between "host" and "a summit".
LIGHT_GAP = 3
# "for a long delayed round of talks": so many words between.
PURPOSE_REACH = 4
# … and so many between "struck back" and "an air raid".
BACK_GAP = 5
# No writer's sentence tells of more happenings; each is looked at beside each other.
MOST = 16
# "destroyed 57 Ukrainian fixed-wing attack drones"
DESTROYED = 8
# The same is asked several times, one after the other.
ASKED = 64


def _starts_at(table: Table[str], tokens: Sequence[Token], first: int) -> bool:
    return first < len(tokens) and bool(table.at(tokens, first)[1])


def _only_counts(tokens: Sequence[Token], first: int, at: int) -> bool:
    """As in "destroyed all 57 Ukrainian attack drones": no other thing stands between the verb and the weapon."""
    return not any(token.low in {"of", "in", "on", "at", "with", "by", ",", "and"} for token in tokens[first:at])


def _weapon_fits(kind: Kind, pattern: Pattern, sentence: Sentence, first: int, last: int) -> bool:
    """Whether the weapon that the pattern asks for stands behind, or on either side of, its trigger."""
    tokens = sentence.tokens
    if pattern.card.destroys:
        return any(
            tokens[at].low in words("flying") for at in range(last, min(last + DESTROYED, len(tokens))) if _only_counts(tokens, last, at)
        )
    after, near = pattern.card.weapon_after, pattern.card.weapon_near
    if after is None and near is None:
        return True
    low, high = (first - (near or 0), last + (near or after or 0))
    clause = sentence.clause(first) if pattern.card.alone else (0, len(tokens))  # not "killed during an air strike", which tells its own
    low, high = max(low, clause[0]), min(high, clause[1])
    hits = sentence.find_within(low, high, kind.weapon)
    if pattern.card.part == "noun":
        hits = tuple(hit for hit in hits if not first <= low + hit[0] < last and tokens[low + hit[1] - 1].low not in words("air_blows"))
    if pattern.card.reverse:
        hits = tuple(hit for hit in hits if any(token.low in words("flying") for token in tokens[low + hit[0] : low + hit[1]]))
    return any(low + end >= len(tokens) or tokens[low + end].low not in words("not_weapon") for _, end, _ in hits)


def objections(kind: Kind, pattern: Pattern, sentence: Sentence, first: int, last: int) -> Iterator[str]:
    """What takes a pattern's words back where they stand, in words that tell a reader why."""
    tokens = sentence.tokens
    if pattern.before.ends_at(tokens, first):
        yield f"{tokens[first - 1].low!r} stands before it"
    if _starts_at(pattern.after, tokens, last):
        yield f"{tokens[last].low!r} stands behind it"
    yield from (f"the sentence holds {label!r}" for _, _, label in sentence.find(pattern.sentence)[:1])
    if not _weapon_fits(kind, pattern, sentence, first, last):
        yield "no weapon that is used stands near it"
    if pattern.card.of_bloc and not _of_a_bloc(sentence, first, last):
        yield "it is of no bloc of states"


def _of_a_bloc(sentence: Sentence, first: int, last: int) -> bool:
    """As in "the OPEC conference", "OPEC's last session", "a special conference of the African Union": its own words say whose it is."""
    start = phrase_start(sentence, first)
    blocs = [n for n in sentence.names if n.named.actor is not None and n.named.actor.name in words("blocs")]
    return any(start <= n.first < first or (n.governor == "of" and n.governor_at == last) for n in blocs)


def _stands(kind: Kind, pattern: Pattern, sentence: Sentence, first: int, last: int) -> bool:
    return next(objections(kind, pattern, sentence, first, last), None) is None


def _scope(sentence: Sentence, first: int, last: int, others: Sequence[tuple[int, int, bool]], *, noun: bool) -> tuple[int, int]:
    """The clause, cut where another trigger of the same kind begins or ends."""
    low, high = sentence.clause(first)
    if not others:
        return low, high
    earlier = [end for _, end, _ in others if low < end <= first]
    if earlier:
        low = max([*earlier, phrase_start(sentence, first) if noun else 0])
    return low, min([high, *(phrase_start(sentence, start) if is_noun else start for start, _, is_noun in others if start >= last)])


def _carries(standing: Sequence[tuple[int, int, int, Pattern]], first: int, kind: int, pattern: Pattern) -> bool:
    """As in "the strike hit a car": the verb only carries on what its noun has begun."""
    return (
        bool(standing)
        and pattern.card.part == "verb"
        and any(n == kind and end == first and p.card.part == "noun" for _, end, n, p in standing)
    )


def _is_light(sentence: Sentence, standing: Sequence[tuple[int, int, int, Pattern]], hit: tuple[int, int, int, Pattern]) -> bool:
    """As in "to host a summit", "launched an air strike": the verb only holds what its noun names."""
    tokens, lows, (_, end, kind, pattern) = sentence.tokens, sentence.lows, hit
    if len(standing) == 1:
        return False
    nouns = [first for first, _, n, p in standing if n == kind and 0 <= first - end <= BACK_GAP and p.card.part == "noun"]
    if pattern.card.id.endswith((".host", ".launch")):
        return any(first - end <= LIGHT_GAP and words("readying").isdisjoint(lows[end:first]) for first in nouns)
    return pattern.card.part == "verb" and any(tokens[end].low in {"back", "with"} and _with_that(tokens, end, first) for first in nouns)


def _with_that(tokens: Sequence[Token], end: int, first: int) -> bool:
    """As in "struck back with an air raid", "hit with missile strikes": what was done is what the noun names."""
    return any(token.low == "with" for token in tokens[end:first]) and not any(token.low in {",", "and"} for token in tokens[end:first])


def _is_purpose(standing: Sequence[tuple[int, int, int, Pattern]], hit: tuple[int, int, int, Pattern], sentence: Sentence) -> bool:
    """As in "met in Ankara on Tuesday for delayed talks": what they met for is the meeting, unless it says with whom."""
    first, last, kind, pattern = hit
    if pattern.card.part != "noun":
        return False
    near = range(first - 1, max(first - PURPOSE_REACH, 0) - 1, -1)
    at = next((n for n in near if sentence.lows[n] in grammar().small or sentence.lows[n] == ","), -1)
    if at > 0 and sentence.lows[at - 1] in words("readying"):
        return False  # "met to prepare for the summit", which is another
    part = at > 0 and sentence.lows[at] == "of" and sentence.lows[at - 1] == "part"  # "met X as part of negotiations"
    if at < 0 or not (part or sentence.lows[at] == "for"):
        return False
    clause = sentence.clause(first)
    met = any(n == kind and end <= at and p.card.id.endswith(".meet") and sentence.clause(begun) == clause for begun, end, n, p in standing)
    return met and not any(token.low in {"with", "between"} for token in sentence.tokens[last : last + 1])


@lru_cache(maxsize=ASKED)
def phrase_start(sentence: Sentence, first: int) -> int:
    """Where the noun phrase of a trigger begins: past its adjectives and the names run into it, at the last preposition, verb or mark."""
    at, held = first, sentence.held
    while (
        at > 0
        and not _says_that(sentence, at)
        and (at - 1 in held or sentence.lows[at - 1] in grammar().skipped or sentence.lows[at - 1] == "'s")
    ):
        at -= 1
    return at


def _says_that(sentence: Sentence, at: int) -> bool:
    """As in "agreed at a meeting on Saturday | that the summit must be held"."""
    return sentence.lows[at] == "that" and at - 1 in sentence.at_times


def find_triggers(sentence: Sentence, rules: Rules, hits: Sequence[tuple[int, int, tuple[int, int]]] | None = None) -> tuple[Trigger, ...]:
    """The triggers of a sentence, left to right; where patterns of one kind share words the first that stands wins."""
    standing: list[tuple[int, int, int, Pattern]] = []
    seen: set[tuple[int, int, int]] = set()
    for first, last, (n, m) in sentence.find(rules.triggers) if hits is None else hits:
        kind = rules.kinds[n]
        if (first, last, n) in seen or _carries(standing, first, n, kind.patterns[m]):
            continue
        if len(standing) < MOST and _stands(kind, kind.patterns[m], sentence, first, last):
            standing.append((first, last, n, kind.patterns[m]))
            seen.add((first, last, n))
    standing = [hit for hit in standing if not _is_light(sentence, standing, hit) and not _is_purpose(standing, hit, sentence)]
    leading = {(n, sentence.clause(first)) for first, _, n, pattern in standing if not pattern.card.alone and pattern.card.form != "visit"}
    standing = [hit for hit in standing if not (hit[3].card.alone and (hit[2], sentence.clause(hit[0])) in leading)]
    if not standing:
        return ()
    found = [_trigger(rules.kinds[n], pattern, sentence, (first, last), standing) for first, last, n, pattern in standing]
    return (
        tuple(found)
        if len(found) == 1
        else tuple(
            replace(
                t,
                rivals=tuple((o.low, o.high) for o in found if o is not t and o.kind is t.kind),
                others=tuple(o.first for o in found if o is not t),
            )
            for t in found
        )
    )


def _trigger(
    kind: Kind, pattern: Pattern, sentence: Sentence, span: tuple[int, int], standing: Sequence[tuple[int, int, int, Pattern]]
) -> Trigger:
    others = [
        (first, last, other.card.part == "noun")
        for first, last, _, other in standing
        if other.card.id.split(".")[0] == kind.name and (first, last) != span
    ]
    noun, clause = pattern.card.part == "noun", sentence.clause(span[0])
    low, high = _scope(sentence, *span, others, noun=noun)
    since = max([clause[0], *(end for _, end, _ in others if end <= span[0])])
    return Trigger(kind, pattern, sentence, *span, low, high, clause, since=since, noun=noun)
