"""The short ways that reading takes find what the long ones would, for any text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalizer.reading import lazily, phrases, tokens
from services.normalizer.reading.grammar import grammar
from services.normalizer.reading.names import matching
from services.normalizer.reading.names import text as names_text
from services.normalizer.reading.names.lexicon import Lexicon, compile_lexicon
from services.normalizer.reading.names.text import Text
from services.normalizer.reading.phrases import Table
from services.normalizer.reading.rules import load_rules
from services.normalizer.reading.times import tokenizing

TITLE = tokens._TITLE
# Each as it would be written if no word were told at a glance.
PLAIN = {
    tokens._TOKEN: rf"((?:[A-Za-z]\.){{2,}}|\b{TITLE}|[A-Za-z]{{1,4}}-\d+|\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)?|['’]s\b"
    r"|[^\w\s\-‐‑])",
    names_text._WORD: r"([^\W_]+(?:['’ʼʻ`](?!s\b)[^\W_]+)*)",
    tokenizing._TOKEN: r"([^\W\d_]+|\d+|\n[^\S\n]*\n|[^\w\s])",
}
PIECES = ["U.S.", "a.m.", "Mr.", "Mr", "F-16", "1,000", "don't", "Xi's", "’s", *"  _-‑é²٣ʻ.,x", "\n\n"]
TEXTS = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=30).map("".join))


@pytest.mark.parametrize("pattern", PLAIN, ids=["tokens", "names", "times"])
@given(body=TEXTS)
@settings(max_examples=300, deadline=None)
def test_words_are_cut_as_they_would_be_if_none_were_told_at_a_glance(pattern: re.Pattern[str], body: str) -> None:
    assert pattern.split(body) == re.split(PLAIN[pattern], body)


TABLES: list[Table[Any]] = [load_rules().triggers, grammar().say, grammar().turns, grammar().prepositions, grammar().anonymous]


def _words(table: Table[Any]) -> Iterable[str]:
    stack = [table._root]
    while stack:
        node = stack.pop()
        yield from node.next
        stack.extend(node.next.values())


WORDS = sorted({word for table in TABLES for word in _words(table)})


def _looked_for_everywhere(table: Table[Any], lows: Sequence[str]) -> tuple[tuple[int, int, object], ...]:
    found: list[tuple[int, int, object]] = []
    for first, last, labels in table.longest(lows):
        if not found or first >= found[-1][1] or found[-1][0] == first:
            found.extend((first, last, label) for label in labels)
    return tuple(found)


@given(st.lists(st.sampled_from(WORDS), max_size=12))
@settings(max_examples=300, deadline=None)
def test_a_table_that_looks_for_telling_words_first_misses_no_phrase(lows: list[str]) -> None:
    for table in TABLES:
        assert table.find(lows) == _looked_for_everywhere(table, lows)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_a_phrase_ends_before_a_word_wherever_one_that_is_looked_for_everywhere_does(lows: list[str]) -> None:
    spelt = " ".join(lows)
    read = tokens.tokenise(spelt, 0, len(spelt))
    for table, last in product(TABLES, range(len(read) + 1)):
        assert table.ends_at(read, last) == any(table.at(read[:last], first)[0] == last for first in range(last))


@pytest.mark.parametrize("lows", ["shots", "an old row of shots"])
def test_neither_a_longer_phrase_that_goes_on_behind_nor_its_own_length_hides_one_that_ends_before_a_word(lows: str) -> None:
    table = Table([("shots", "one"), ("shots were fired", "other"), ("old row of shots", "long")])
    read = tokens.tokenise(f"{lows} were fired", 0, len(lows) + len(" were fired"))
    assert table.ends_at(read, len(lows.split()))
    assert not table.ends_at(read, len(lows.split()) + 1)


def test_a_word_that_stands_in_no_phrase_would_tell_nothing_and_every_phrase_be_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrases, "_telling", lambda _: "elsewhere")
    table = Table([("the two sides", "both")])
    assert table.find(["the", "two", "sides"]) == () != _looked_for_everywhere(table, ["the", "two", "sides"])


@given(st.lists(st.sampled_from("abcde")))
def test_of_each_word_is_found_what_is_so_however_few_are_kept(words: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lazily, "MOST", 2)
        kept = lazily.ByWord(str.upper)
        assert [kept[word] for word in words] == [word.upper() for word in words]
        assert len(kept) <= 2


def test_without_a_bound_every_word_ever_met_would_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lazily, "MOST", float("inf"))
    kept = lazily.ByWord(str.upper)
    assert len({kept[str(n)] for n in range(3)}) == len(kept) == 3


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return compile_lexicon()


def _of_any_length(text: Text, at: int, lexicon: Lexicon) -> tuple[int, str] | None:
    known = lexicon.phrases.keys() | lexicon.people.keys() | lexicon.cities.keys()
    for last in range(min(at + matching._MOST_WORDS, text.size), at, -1):
        key = " ".join(text.keys[at:last])
        if all(text.joined[at : last - 1]) and key in known and matching._as_written(text, at, last, key, lexicon):
            return last, key
    return None


BODY = (
    "The United States and the United Arab Emirates met at San Pedro Sula, New York City, beside Al Jazeera of Saudi Arabia. Los Angeles, "
    "New South Wales and Ho Chi Minh City were told of it by the Secretary General of the United Nations Security Council and Sao Paulo."
)


def test_a_name_is_as_long_as_it_would_be_if_all_lengths_were_tried(lexicon: Lexicon) -> None:
    text = Text.of(BODY)
    hits = [matching.longest(text, at, lexicon) for at in range(text.size)]
    assert [hit and (hit.last, hit.key) for hit in hits] == [_of_any_length(text, at, lexicon) for at in range(text.size)]
    assert max(hit.last - hit.first for hit in hits if hit) > 2


def test_names_that_go_on_behind_two_words_would_be_cut_off_if_their_reach_were_forgotten(
    lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexicon, "reach", {})
    text = Text.of(BODY)
    hits = [matching.longest(text, at, lexicon) for at in range(text.size)]
    assert max(hit.last - hit.first for hit in hits if hit) == 1
