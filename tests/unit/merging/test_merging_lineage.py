"""Copies and rewrites of one text are one lineage; independent reports are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.normalizer.merging import lineage, lineages, shared_sentences

STORY = (
    "the ministers met for three hours behind closed doors in the old town hall",
    "neither side would say whether the grain corridor had been discussed",
    "a second round is expected before the end of the month officials said",
    "protesters gathered outside with banners and whistles despite the heavy rain",
)
OTHER = (
    "fishermen along the northern coast reported the best catch in eleven years",
    "prices at the market fell by almost a third within a single week",
)


def test_a_copy_and_its_original_are_one_lineage() -> None:
    assert lineages({"b": STORY, "a": STORY}) == (frozenset("ab"),)


def test_a_rewrite_is_recognised_by_sentences_that_are_alike_without_being_equal() -> None:
    rewritten = tuple(sentence.replace("three", "four").replace("officials", "diplomats").replace("heavy", "cold") for sentence in STORY)
    assert lineages({"a": STORY, "b": (*OTHER, *rewritten)}) == (frozenset("ab"),)
    assert len(shared_sentences(STORY, rewritten)) == len(STORY)


def test_one_quote_in_common_does_not_make_a_lineage() -> None:
    assert lineages({"a": STORY, "b": (*OTHER, STORY[0])}) == (frozenset("a"), frozenset("b"))


def test_of_a_short_text_a_quarter_and_two_sentences_are_enough() -> None:
    assert lineages({"a": STORY, "b": (*OTHER, *STORY[:2])}) == (frozenset("ab"),)


def test_lineage_goes_through_a_text_between() -> None:
    assert lineages({"a": STORY, "b": (*STORY[:3], *OTHER), "c": OTHER}) == (frozenset("abc"),)


def test_short_sentences_are_said_by_everyone() -> None:
    short = ("he did not elaborate", "talks will go on", "no one was hurt", "read more here")
    assert lineages({"a": short, "b": short}) == (frozenset("a"), frozenset("b"))


def test_hundreds_of_copies_are_one_lineage() -> None:
    assert len(lineages({f"a{number:04}": STORY for number in range(500)})) == 1


def test_without_articles_there_is_no_lineage() -> None:
    assert lineages({}) == ()


WORDS = st.sampled_from(["the", "governor", "of", "this", "region", "said", "two", "people", "were", "hurt", "overnight"])
SENTENCES = st.lists(WORDS, min_size=5, max_size=9).map(" ".join)


@given(st.dictionaries(st.sampled_from("abcde"), st.lists(SENTENCES, max_size=5).map(tuple)))
def test_to_look_only_at_sentences_with_words_in_common_changes_nothing(articles: dict[str, tuple[str, ...]]) -> None:
    with pytest.MonkeyPatch.context() as all_of_them:
        all_of_them.setattr(lineage, "_suspects", dict)
        expected = lineages(articles)
    assert lineages(articles) == expected
