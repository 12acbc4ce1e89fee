"""Several texts of one article in one push are its revisions, in the order given."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.ingestor.store import rounds
from tests.unit.ingestor_service.stories import article

pushes = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["one", "two", "three"])), max_size=12)


def test_different_articles_are_stored_in_one_round() -> None:
    given_articles = [article("a"), article("b"), article("c")]
    assert rounds(given_articles) == [given_articles]


def test_a_second_text_of_an_article_waits_for_the_first() -> None:
    first, second, other = article("a", "one"), article("a", "two"), article("b")
    assert rounds([first, second, other]) == [[first, other], [second]]


def test_the_same_text_twice_is_stored_once() -> None:
    assert rounds([article("a"), article("a")]) == [[article("a")]]


@given(pushes)
def test_no_round_holds_an_article_twice_and_nothing_is_lost(push: list[tuple[str, str]]) -> None:
    articles = [article(name, body) for name, body in push]
    split = rounds(articles)
    assert all(len({a.article_id for a in some}) == len(some) for some in split)
    assert {(a.article_id, a.body) for some in split for a in some} == {(a.article_id, a.body) for a in articles}


@given(pushes)
def test_the_texts_of_an_article_keep_their_order(push: list[tuple[str, str]]) -> None:
    stored = [a.body for some in rounds([article(n, b) for n, b in push]) for a in some if a.title == "a"]
    assert stored == list(dict.fromkeys(body for name, body in push if name == "a"))
