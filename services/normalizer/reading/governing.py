"""Names where they stand in a sentence: by which preposition they are governed, and for whom they stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from services.normalizer.reading.grammar import Grammar
from services.normalizer.reading.grammar import words as lexical
from services.normalizer.reading.names import Named
from services.normalizer.reading.states import state
from services.normalizer.reading.tokens import Token, positions, split
from services.normalizer.reading.tokens import lows as split_lows

GOVERNOR_REACH = 12
# "the Palestinian armed Islamist group": so many words.
GROUP_REACH = 4


class Name(Struct, frozen=True):
    """A name at tokens [first, last), and the preposition that governs it ("with", "between"), if one does.

    `opens` is where its title begins if that has a preposition of its own: "Secretary of State X".
    """

    first: int
    last: int
    named: Named
    governor: str | None
    governor_at: int
    opens: int = -1


def place_names(
    found: Sequence[Named], tokens: Sequence[Token], starts: Sequence[int], lows: Sequence[str], words: Grammar
) -> tuple[Name, ...]:
    """The names of a sentence at its tokens, which begin at `starts`, each with what governs it.

    "With President X of Ruritania and Chancellor Y": "with" governs both, for no "of" behind one person governs the next.
    """
    spans = [positions(starts, named.start, named.end) for named in found]
    titled = [(first - _title_size(named, lows, first), last) for (first, last), named in zip(spans, found, strict=True)]
    held = _covered(titled, len(tokens))
    preps = {last - 1: label for _, last, label in words.prepositions.find(lows)}
    people = {opens for (opens, _), named in zip(titled, found, strict=True) if named.actor is not None and named.actor.type == "person"}
    after_people = {at for at, label in preps.items() if label == "of" and at > 0 and held[at - 1] in people}
    joined = [held[at - 1] if at in after_people else first for at, first in enumerate(held)] if after_people else held
    free = {at: label for at, label in preps.items() if at not in after_people} if after_people else preps
    placed = [
        Name(
            first,
            last,
            named,
            *(_governor(tokens, opens, joined, words, free) if opens in people else _governor(tokens, opens, held, words, preps)),
            opens if opens < first else -1,
        )
        for (first, last), (opens, _), named in zip(spans, titled, found, strict=True)
    ]
    placed = _without_owners(placed, tokens)
    return tuple(_as_party(name, tokens) for name in placed)


def _without_owners(placed: Sequence[Name], tokens: Sequence[Token]) -> list[Name]:
    """The same names, a group's land or people left out; what governs the whole of it governs the group."""
    kept: list[Name] = []
    owner: Name | None = None
    for name, following in zip(placed, (*placed[1:], None), strict=True):
        led = replace(name, governor=owner.governor, governor_at=owner.governor_at) if owner and name.governor is None else name
        owner = led if following is not None and _only_owns(led, following, tokens) else None
        if owner is None:
            kept.append(led)
    return kept


def in_its_clause(name: Name, tokens: Sequence[Token], says: Sequence[tuple[int, int]], borders: Sequence[int]) -> Name:
    """As in "… a deal with China, President X said", "During his visit to Ruritania, X …": no preposition governs beyond its clause."""
    if name.governor is None:
        return name
    cut = bisect_right(borders, name.governor_at) < bisect_right(borders, name.first)
    speaks = not cut and name.last in [first for first, _ in says]
    cut = cut or (speaks and any(token.low == "," for token in tokens[name.governor_at : name.first]))
    return replace(name, governor=None, governor_at=-1) if cut or _begins_anew(name, tokens) else name


def _begins_anew(name: Name, tokens: Sequence[Token]) -> bool:
    """As in "Under a truce brokered by Qatar, Hamas has freed two": a comma before and a verb behind make it the one who acts."""
    at = (name.opens if name.opens >= 0 else name.first) - 1
    if at < 0 or tokens[at].low != "," or name.last >= len(tokens):
        return False
    verb, opens = tokens[name.last].low, tokens[0].low in lexical("opening")
    return verb in lexical("auxiliaries") or (opens and (verb in lexical("past", "sought") or verb.endswith("ed")))


def of_own_side(name: Name, rebels: frozenset[str]) -> Name:
    """Whoever leads rebels of a land speaks for no state."""
    actor = name.named.actor
    if actor is None or actor.name not in rebels:
        return name
    return replace(name, named=replace(name.named, actor=actor.model_copy(update={"country": None})))


def at_home(name: Name, lands: Mapping[str, str]) -> Name:
    """As in "MANILA, May 5 - Foreign Minister X": of the land that the story is told from."""
    actor = name.named.actor
    if actor is None or actor.country is not None or actor.name not in lands:
        return name
    return replace(name, named=replace(name.named, actor=actor.model_copy(update={"country": lands[actor.name]})))


def _governor(tokens: Sequence[Token], first: int, held: Sequence[int], words: Grammar, preps: dict[int, str]) -> tuple[str | None, int]:
    """The preposition to the left of a name, past articles, titles, adjectives and the names it is joined to.

    None governs beyond a day or the "that" of what is said: "said on Monday that X".
    """
    at, steps = first - 1, 0
    while at >= 0 and steps < GOVERNOR_REACH:
        low = tokens[at].low
        if at in preps:
            return preps[at], at
        if held[at] >= 0:
            at = held[at]
        elif low in lexical("weekdays") or (low == "that" and at - 1 not in preps):
            return None, -1
        elif low == ",":
            if at == 0 or (held[at - 1] < 0 and tokens[at - 1].low not in lexical("apposed")):
                return None, -1
        elif not (
            low in words.skipped
            or low in words.conjunctions
            or low == "'s"
            or tokens[at].capital
            or low[0].isdigit()
            or _titles(tokens, at, held)
            or _before_group(tokens, at, held)
            or low in lexical("so_called")
        ):
            return None, -1
        at -= 1
        steps += 1
    return None, -1


def _title_size(named: Named, lows: Sequence[str], first: int) -> int:
    """As in "met Minister for Trade X": so many words of a title, whose own preposition governs nobody."""
    title = named.title or ""
    if " of " not in title and " for " not in title and " to " not in title:
        return 0
    own = split_lows(split(title, 0, len(title)))
    return len(own) if lows[max(first - len(own), 0) : first] == own else 0


def _titles(tokens: Sequence[Token], at: int, held: Sequence[int]) -> bool:
    """As in "North Korean dictator Kim": a common noun between a name and the name that it is joined to."""
    return tokens[at].low.isalpha() and 0 < at < len(tokens) - 1 and held[at - 1] >= 0 and held[at + 1] >= 0


def _before_group(tokens: Sequence[Token], at: int, held: Sequence[int]) -> bool:
    """As in "the Islamist movement Hamas", "the Shiite militant group Hezbollah": what a group is called before its name."""
    behind = next((n for n in range(at + 1, min(at + 3, len(tokens))) if held[n] >= 0), at)
    return behind > at and tokens[behind - 1].low in lexical("group_nouns") and tokens[at].low.isalpha()


def _covered(spans: Sequence[tuple[int, int]], size: int) -> list[int]:
    """For each token the first token of the span that holds it, or -1."""
    held = [-1] * size
    for first, last in spans:
        held[first:last] = [first] * (last - first)
    return held


def _only_owns(name: Name, following: Name, tokens: Sequence[Token]) -> bool:
    """As in "Lebanon's Hezbollah", "the Syrian Nusra Front", "the Palestinian militant group Hamas": whose group it is, unless the group
    acts for its state.
    """
    group, owner = following.named.actor, name.named.actor
    beside = following.first == name.last or (following.first == name.last + 1 and tokens[name.last].low == "'s")
    beside = beside or _called_a_group(tokens[name.last : following.first])
    if not beside:
        return False
    alone = group is not None and group.type == "organisation" and group.name not in lexical("arms_of_state", "blocs")
    whole = owner is not None and (owner.type == "state" or owner.name in lexical("peoples"))
    return alone and whole and name.named.place is None


def _called_a_group(gap: Sequence[Token]) -> bool:
    """As in "Islamist movement", between a people and the name of its group."""
    words = [token.low for token in gap]
    return 0 < len(words) <= GROUP_REACH and words[-1] in lexical("group_nouns") and all(low.isalpha() or low == "-" for low in words)


def _as_party(name: Name, tokens: Sequence[Token]) -> Name:
    """As in "defense chiefs from the United States", "talks with Iran": a land that acts is a state."""
    named, place = name.named, name.named.place
    if named.actor is not None or place is None or place.precision != "country":
        return name
    before = tokens[name.governor_at - 1].low if name.governor_at > 0 else ""
    acts = (
        name.governor in {"with", "between", "among", "involving"}
        or (name.governor == "on" and before in lexical("appeals"))
        or (name.governor in {"of", "from"} and before in lexical("offices"))
    )
    side = state(place.country, "party") if acts else None
    return replace(name, named=replace(named, actor=side, reading="either")) if side else name
