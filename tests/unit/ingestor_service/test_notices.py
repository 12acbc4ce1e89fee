"""A notice that a story is withdrawn means the article it names: by its address, else by outlet and headline if only one bears them."""

from __future__ import annotations

import pytest

from schemas.articles import RawArticle
from services.ingestor.notices import Held, aimed, headline_of
from tests.unit.ingestor_service.stories import article

STORY = article("Bridge opens")


def kill(title: str = "KILL: Bridge opens", **more: object) -> RawArticle:
    return article(title, "Do not use this story.", pubstatus="withdrawn", **more)


def held(one: RawArticle = STORY, **more: object) -> Held:
    return Held(**{"article_id": one.article_id, "headline": headline_of(one), **more})  # type: ignore[arg-type]


def meant(notice: RawArticle, *known: Held) -> str:
    [identity] = aimed([notice], known)
    return identity


@pytest.mark.parametrize("title", ["KILL: Bridge opens", "WITHDRAWN - BRIDGE OPENS", "Retraction: bridge opens!"])
def test_a_notice_with_an_identity_of_its_own_means_the_article_of_its_headline(title: str) -> None:
    assert meant(kill(title), held()) == STORY.article_id


def test_a_notice_whose_own_identity_is_known_means_that_article() -> None:
    notice = kill()
    assert meant(notice, held(), held(notice, headline="other")) == notice.article_id


def test_a_notice_that_came_before_any_text_is_asked_again_once_the_text_is_known() -> None:
    notice = kill()
    assert meant(notice, held(), held(notice, had_text=False, live=False)) == STORY.article_id


def test_a_headline_that_two_articles_bear_means_neither() -> None:
    notice = kill()
    assert meant(notice, held(), held(article("another"), headline=headline_of(STORY))) == notice.article_id


def test_an_outlet_cannot_withdraw_anothers_story() -> None:
    notice = kill(outlet="The Rival")
    assert meant(notice, held()) == notice.article_id


def test_the_notice_again_means_the_article_that_it_has_withdrawn() -> None:
    assert meant(kill(), held(live=False)) == STORY.article_id


def test_a_withdrawn_namesake_does_not_make_a_live_story_ambiguous() -> None:
    assert meant(kill(), held(), held(article("another"), headline=headline_of(STORY), live=False)) == STORY.article_id


def test_a_notice_without_a_headline_means_nothing_but_itself() -> None:
    notice = kill("").model_copy(update={"title": ""})
    assert meant(notice, Held("nameless", None)) == notice.article_id


def test_the_text_may_come_in_the_same_push_and_is_left_as_it_is() -> None:
    notice = kill()
    assert aimed([STORY, notice], []) == [STORY.article_id] * 2
