"""The function words of English, as sets and tables, read from the shared files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from services.normalizer.reading.phrases import Table
from services.normalizer.reading.rules import load_yaml, table


@dataclass(frozen=True, slots=True)
class Grammar:
    prepositions: Table[str]
    place_prepositions: frozenset[str]
    small: frozenset[str]
    topic_prepositions: frozenset[str]
    clause_ends: frozenset[str]
    borders: frozenset[str]  # these, and the marks that part clauses
    turns: Table[str]
    skipped: frozenset[str]
    conjunctions: frozenset[str]
    linking: frozenset[str]  # all that are skipped, and conjunctions
    pronouns: dict[str, str]
    say: Table[str]
    according: Table[str]
    hedges: frozenset[str]
    anonymous: Table[str]
    relays: Table[str]


@cache
def grammar() -> Grammar:
    """The grammar of this installation; read once."""
    words, speech = load_yaml("grammar"), load_yaml("speech")
    skipped, conjunctions = frozenset(words["determiners"]) | frozenset(words["role_words"]), frozenset(words["conjunctions"])
    return Grammar(
        prepositions=table(words["prepositions"]),
        place_prepositions=frozenset(words["place_prepositions"]),
        small=frozenset(words["prepositions"]),
        topic_prepositions=frozenset(words["topic_prepositions"]),
        clause_ends=frozenset(words["clause_ends"]),
        borders=frozenset(words["clause_ends"]) | {";", "—", "–"},
        turns=table(words["turns"]),
        skipped=skipped,
        conjunctions=conjunctions,
        linking=skipped | conjunctions,
        pronouns=dict(words["pronouns"]),
        say=table(speech["say"]),
        according=table(speech["according"]),
        hedges=frozenset(speech["hedges"]),
        anonymous=table(speech["anonymous"]),
        relays=table(speech["relays"]),
    )


@cache
def _sets() -> dict[str, frozenset[str]]:
    return {name: frozenset(members) for name, members in load_yaml("roles").items()}


@cache
def words(*names: str) -> frozenset[str]:
    """The words of `roles.yaml` that play this part, or any of several; put together once, however often a word is looked for in them.

    Raises:
        KeyError: the file has no such set.
    """
    return frozenset[str]().union(*(_sets()[name] for name in names))


@cache
def phrases(name: str) -> Table[str]:
    """The same, as phrases to look for."""
    return table(sorted(words(name)), name)
