"""Names that act: who is a party, for which side, who stands aside, and who only speaks."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from services.normalizer.reading.document import Sentence
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import grammar, words
from services.normalizer.reading.happening import side_of

# Words that may stand between a name and a verb of saying that it governs: "Peskov, her spokesman, said".
SAY_GAP = 3
# "Chad's two main rebel factions": so many words behind the possessive.
FACTION_REACH = 4
# "U.S. Secretary of State X": so many words between a land and its man.
TITLE_REACH = 5
# "X's special envoy": so many words behind the possessive.
AIDE_REACH = 3


def is_party(name: Name) -> bool:
    return name.named.actor is not None and name.named.reading != "place"


def is_person(name: Name) -> bool:
    return name.named.actor is not None and name.named.actor.type == "person"


def side(name: Name) -> str:
    """The state or body that a name stands for."""
    actor = name.named.actor
    return side_of(actor) if actor else ""


def sides_of(names: Iterable[Name]) -> set[str]:
    return set(map(side, names))


def low_at(sentence: Sentence, at: int) -> str:
    lows = sentence.lows
    return lows[at] if 0 <= at < len(lows) else ""


@cache
def _held_in() -> frozenset[str]:
    return grammar().place_prepositions - {"from", "to"}


def stands_aside(sentence: Sentence, name: Name) -> bool:
    """As in "in Russia": a place here; "Ukraine's allies", "in an interview with X": somebody else."""
    actor = name.named.actor
    located = actor is not None and actor.type == "state" and name.governor in _held_in()
    owned = name.last + 1 if low_at(sentence, name.last) == "'s" else name.last
    others = low_at(sentence, owned) in words("others")
    asks = name.governor in {"with", "to"} and low_at(sentence, name.governor_at - 1) in words("asked")
    served = range(owned, min(owned + AIDE_REACH, len(sentence.tokens))) if owned > name.last else range(owned, owned + 1)
    return (
        located
        or others
        or asks
        or _fought_at_home(sentence, name, owned)
        or (is_person(name) and any(low_at(sentence, at) in words("aides") for at in served))
    )


def _fought_at_home(sentence: Sentence, name: Name, owned: int) -> bool:
    """As in "leaders of Chad's two main rebel factions": who fights the state is not the state."""
    behind = sentence.lows[owned : owned + FACTION_REACH] if owned > name.last else ()
    return not words("fighting_groups").isdisjoint(behind) and "and" not in behind and "," not in behind


def is_speaker(sentence: Sentence, name: Name, before: int) -> bool:
    """Whether the name says something that the trigger stands in: "Ushakov said …", "Lavrov told TASS …"."""
    if not sentence.says:
        return False
    speaks = whom_it_presents(sentence, name) or name
    follows = any(speaks.last <= first <= speaks.last + SAY_GAP and last <= before for first, last in sentence.says)
    return follows and low_at(sentence, speaks.last) not in {",", ";"}


def whom_it_presents(sentence: Sentence, name: Name) -> Name | None:
    """As in "Chadian Foreign Minister X said": the person whose land the adjective only tells."""
    owns = name.named.form in {"adjective", "acronym"} or low_at(sentence, name.last) == "'s"
    if is_person(name) or not owns:
        return None
    following = next((n for n in sentence.names if n.first >= name.last), None)
    if following is None or not is_person(following) or following.first - name.last > TITLE_REACH:
        return None
    gap = sentence.lows[name.last : following.first]
    return following if all(low in grammar().skipped or low in {"of", "'s", "for"} for low in gap) else None
