"""Each pattern file's own sentences: what must match, and what must not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.normalizer.reading.rules import PATTERNS, read_cards
from tests.unit.reading.articles import mentions


def _examples(which: str) -> Iterator[tuple[str, str, str]]:
    for card in read_cards(PATTERNS):
        for pattern in card.patterns:
            for sentence in getattr(pattern, which):
                yield card.kind, pattern.id, sentence


@pytest.mark.parametrize(("kind", "pattern", "sentence"), list(_examples("match")))
def test_a_sentence_that_must_match_tells_a_mention_of_its_kind(kind: str, pattern: str, sentence: str) -> None:
    assert kind in {mention.kind for mention in mentions(sentence)}, pattern


@pytest.mark.parametrize(("kind", "pattern", "sentence"), list(_examples("not_")))
def test_a_sentence_that_must_not_match_tells_no_mention_of_its_kind(kind: str, pattern: str, sentence: str) -> None:
    assert kind not in {mention.kind for mention in mentions(sentence)}, pattern


@pytest.mark.parametrize(("kind", "pattern", "sentence"), list(_examples("misses")))
def test_a_known_miss_is_still_missed_else_it_belongs_among_the_matches(kind: str, pattern: str, sentence: str) -> None:
    assert kind not in {mention.kind for mention in mentions(sentence)}, pattern


def test_every_pattern_has_an_id_of_its_own_that_begins_with_its_kind() -> None:
    cards = read_cards(PATTERNS)
    ids = [pattern.id for card in cards for pattern in card.patterns]
    assert len(ids) == len(set(ids))
    assert all(pattern.id.startswith(f"{card.kind}.") for card in cards for pattern in card.patterns)


@pytest.mark.parametrize("path", sorted(PATTERNS.rglob("*.yaml")), ids=lambda path: path.name)
def test_no_file_of_words_gives_one_set_twice_as_the_second_would_hide_the_first(path: Path) -> None:
    keys = [line.split(":")[0] for line in path.read_text(encoding="utf-8").splitlines() if line and line[0].isalpha()]
    assert sorted(keys) == sorted(set(keys))


def test_every_pattern_has_a_sentence_that_it_must_match_and_one_that_it_must_not() -> None:
    patterns = [pattern for card in read_cards(PATTERNS) for pattern in card.patterns]
    assert [pattern.id for pattern in patterns if not (pattern.match and pattern.not_)] == []
    assert [card.kind for card in read_cards(PATTERNS) if not any(pattern.misses for pattern in card.patterns)] == []
