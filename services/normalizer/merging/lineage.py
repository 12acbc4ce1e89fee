"""Lineage: which articles descend from one text. Copies and rewrites of a wire story count once.

Two articles are of one lineage if they share at least three sentences, or at least a quarter of the sentences of the shorter one
(and at least two). Two sentences are shared if they are equal, or RapidFuzz's normalised indel ratio is 85 or more; only sentences of
at least six words are looked at, as shorter ones are said independently. Whole articles are not compared: of one pair of real
stories 11 of 30 sentences agree while the Jaccard index of their shingles is only 0.20.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import combinations

from rapidfuzz import fuzz

SHORTEST = 6
ALIKE = 85.0
ENOUGH = 3
AT_LEAST = 2
PART = 0.25
SHINGLE = 3
COMMON = 64  # a shingle in more sentences than this is a stock phrase and finds nothing; a copy of copies is compared with so many


def lineages(articles: Mapping[str, tuple[str, ...]]) -> tuple[frozenset[str], ...]:
    """Article ids by lineage, ordered by their smallest id. `articles`: folded sentences by article id."""
    long = {name: _long(sentences) for name, sentences in articles.items()}
    counts = _shared(_suspects(long))
    descended = [pair for pair, count in sorted(counts.items()) if _descend(count, min(len(long[name]) for name in pair))]
    return tuple(frozenset(group) for group in _united(sorted(articles), descended))


def shared_sentences(one: Iterable[str], other: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The pairs of sentences by which two articles are recognised as rewrites of each other, in the order of the first."""
    mine, yours = tuple(one), tuple(other)
    return tuple((mine[a], yours[b]) for a, b in shared_positions(mine, yours))


@lru_cache(maxsize=16_384)
def shared_positions(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """The same pairs as positions; each sentence of the first once, with its equal before its like, the earlier before the later."""
    equal = {sentence: at for at, sentence in reversed(list(enumerate(other))) if _counts(sentence)}
    found = ((at, equal.get(sentence, _first_like(sentence, other))) for at, sentence in enumerate(one) if _counts(sentence))
    return tuple((at, its) for at, its in found if its is not None)


def descend(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Are two articles of one text, by themselves?"""
    return _descend(len(shared_positions(one, other)), min(len(_long(one)), len(_long(other))))


def _first_like(sentence: str, others: tuple[str, ...]) -> int | None:
    return next((at for at, other in enumerate(others) if _counts(other) and _alike(sentence, other)), None)


def _descend(shared: int, shorter: int) -> bool:
    return shared >= ENOUGH or (shared >= AT_LEAST and shared >= PART * shorter)


def _suspects(articles: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The sentences that may have a like: those with a mark that another sentence has too. None where no two articles share a mark,
    which is soon seen, as each article's marks are kept.
    """
    seen: set[int] = set()
    shared: set[int] = set()
    for marks, _ in map(_marks, articles.values()):
        shared |= seen & marks
        seen |= marks
    if not shared:
        return {}
    shared = shared.union(*(repeated for _, repeated in map(_marks, articles.values())))
    found = ((name, frozenset(one for one in its if not shared.isdisjoint(_hashes(one)))) for name, its in articles.items())
    return {name: kept for name, kept in found if kept}


def _shared(articles: Mapping[str, frozenset[str]]) -> Counter[tuple[str, str]]:
    """For each pair of articles, how many sentences they have in common; sentences that are alike count as one."""
    homes: dict[str, set[str]] = defaultdict(set)
    for name, sentences in articles.items():
        for sentence in sentences:
            homes[sentence].add(name)
    counts: Counter[tuple[str, str]] = Counter()
    for alike in _united(sorted(homes), _like(homes)):
        names = sorted(set().union(*(homes[sentence] for sentence in alike)))
        counts.update({(min(a, b), max(a, b)) for a in names[:COMMON] for b in names if a != b})
    return counts


def _like(sentences: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs that are alike without being equal; compared only where they share three words in a row that are no stock phrase."""
    postings: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for sentence in sorted(sentences):
        for shingle in _shingles(sentence):
            postings[shingle].append(sentence)
    pairs = {pair for held in postings.values() if len(held) <= COMMON for pair in combinations(held, 2)}
    return [pair for pair in sorted(pairs) if _alike(*pair)]


def _united(items: list[str], pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The connected parts of a graph, each in the order of `items`, ordered by their first item."""
    parent = {item: item for item in items}

    def root(item: str) -> str:
        while parent[item] != item:
            parent[item] = item = parent[parent[item]]
        return item

    for one, other in pairs:
        first, second = sorted((root(one), root(other)))
        parent[second] = first
    found: dict[str, list[str]] = defaultdict(list)
    for item in items:
        found[root(item)].append(item)
    return [found[item] for item in items if item in found]


@lru_cache(maxsize=4_096)
def _marks(sentences: frozenset[str]) -> tuple[frozenset[int], frozenset[int]]:
    """Of the shingles of an article: their hashes, and those that two of its sentences have. Hashes differ from process to process
    and may collide; all they decide is what is looked at more closely.
    """
    seen: set[int] = set()
    repeated: set[int] = set()
    for marks in map(_hashes, sentences):
        repeated |= seen & marks
        seen |= marks
    return frozenset(seen), frozenset(repeated)


@lru_cache(maxsize=16_384)
def _hashes(sentence: str) -> frozenset[int]:
    parts = sentence.split()
    return frozenset(map(hash, zip(*(parts[at:] for at in range(SHINGLE)), strict=False)))


@lru_cache(maxsize=16_384)
def _shingles(sentence: str) -> tuple[tuple[str, ...], ...]:
    parts = sentence.split()
    return tuple(sorted({tuple(parts[at : at + SHINGLE]) for at in range(len(parts) - SHINGLE + 1)}))


@lru_cache(maxsize=65_536)
def _alike(one: str, other: str) -> bool:
    return one == other or fuzz.ratio(one, other, score_cutoff=ALIKE) >= ALIKE


def _counts(sentence: str) -> bool:
    return len(sentence.split()) >= SHORTEST


@lru_cache(maxsize=4_096)
def _long(sentences: tuple[str, ...]) -> frozenset[str]:
    return frozenset(sentence for sentence in sentences if _counts(sentence))
