"""Who is who: one article however it is reached, a new content hash whenever its words change."""

from __future__ import annotations

import hashlib
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.articles import Published
from services.ingestor.identity import article_id, content_sha256, page_id
from services.ingestor.pages.addresses import absolute_url, canonical_url
from tests.unit.ingestor.given import NOON, page, story

ADDRESS = "https://www.paper.example/world/2025/08/talks?id=7"


@pytest.mark.parametrize(
    "same",
    [
        "http://www.paper.example/world/2025/08/talks?id=7",
        "HTTPS://WWW.Paper.Example:443/world/2025/08/talks/?id=7#comments",
        "https://paper.example/world/2025/08/talks?utm_source=x&id=7&fbclid=abc",
        "https://m.paper.example/world/2025/08/talks?id=7",
        "https://amp.paper.example/world/2025/08/talks?id=7",
        "https://www.paper.example/world/2025/08/talks/amp/?id=7",
        "https://www.paper.example/amp/world/2025/08/talks?id=7&amp=1",
        "https://www.paper.example/world/2025/./08//talks/index.html?id=7",
        "https://www.paper.example/world/2025/%30%38/talks?id=7",
        "https://www-paper-example.cdn.ampproject.org/c/s/www.paper.example/world/2025/08/talks?id=7",
        "https://www.google.com/amp/s/www.paper.example/world/2025/08/talks?id=7",
        "https://reader:secret@www.paper.example./world/2025/08/talks?id=7",
    ],
)
def test_dress_tracking_and_detours_do_not_make_another_address(same: str) -> None:
    assert canonical_url(same) == canonical_url(ADDRESS) == "https://paper.example/world/2025/08/talks?id=7"


@pytest.mark.parametrize(
    "other",
    [
        "https://www.paper.example/world/2025/08/talks?id=8",
        "https://www.paper.example/world/2025/08/Talks?id=7",
        "https://news.paper.example/world/2025/08/talks?id=7",
        "https://www.paper.example:8080/world/2025/08/talks?id=7",
        "https://www.paper.example/world/2025/08/talks",
    ],
)
def test_path_query_host_and_port_do(other: str) -> None:
    assert canonical_url(other) not in (None, canonical_url(ADDRESS))


@pytest.mark.parametrize(
    "none",
    [
        None,
        "",
        "https://paper.example",
        "https://paper.example/?utm_source=x",
        "file:///etc/passwd",
        "data:text/html,x",
        "not an address",
        "http://[bad",
        "http://x:99999/a",
    ],
)
def test_what_is_no_articles_address_gives_none(none: str | None) -> None:
    assert canonical_url(none) in (None, "https://x/a")


@given(st.text(max_size=80))
def test_a_canonical_address_is_its_own_canonical_form(text: str) -> None:
    canonical = canonical_url("https://paper.example/" + text)
    assert canonical is None or canonical_url(canonical) == canonical


def test_a_host_in_its_own_script_and_in_ascii_is_one() -> None:
    assert canonical_url("https://bücher.example/a") == canonical_url("https://xn--bcher-kva.example/a")
    assert canonical_url("https://paper.example/é?q=ü") == canonical_url("https://paper.example/%C3%A9?q=%c3%bc")


def test_a_page_speaks_only_for_its_own_host() -> None:
    assert absolute_url("https://www.paper.example/x", "/y") == "https://www.paper.example/y"
    assert absolute_url("https://www.paper.example/x", "https://m.paper.example/y") == "https://m.paper.example/y"
    assert absolute_url("https://www.paper.example/x", "https://other.example/y") is None
    assert absolute_url("https://www.paper.example/x", "javascript:alert(1)") is None


def key(*, outlet: str = "The Star", title: str = "Talks held", published: Published | None = None, url: str | None = None) -> str:
    return article_id(url=url, outlet=outlet, title=title, published=published or Published(), body="…")


def test_with_an_address_nothing_else_counts() -> None:
    assert key(url=ADDRESS, title="Talks held") == key(url=ADDRESS + "#x", title="Talks end", outlet="Other")


def test_without_one_outlet_and_headline_count_but_not_their_case_or_punctuation() -> None:
    assert key(title="Talks held: “we agreed”") == key(title="TALKS HELD - 'we agreed'", outlet="the star")
    assert key() != key(title="Talks ended")
    assert key() != key(outlet="The Sun")


def test_a_notice_before_the_headline_speaks_of_the_same_article() -> None:
    assert key(title="KILL: Talks held") == key(title="CORRECTED-Talks held") == key(title="UPDATE 2-Talks held") == key()


def test_stories_of_one_headline_on_two_stated_days_are_two() -> None:
    first, second = (Published(earliest=NOON + timedelta(days=days), basis="absolute") for days in (0, 1))
    assert key(published=first) != key(published=second)
    assert key(published=first) == key(published=first.model_copy(update={"earliest": NOON + timedelta(hours=3)}))


def test_the_same_moment_in_another_zone_is_the_same_stated_day() -> None:
    late = NOON + timedelta(hours=11)
    here, there = (Published(earliest=late.astimezone(timezone(timedelta(hours=hours))), basis="absolute") for hours in (0, 9))
    assert key(published=here) == key(published=there)


def test_stories_without_a_headline_are_known_by_their_text() -> None:
    one, two = (article_id(url=None, outlet="Star", title="", published=Published(), body=body) for body in ("a", "b"))
    assert one != two


def test_the_same_page_captured_hours_later_holds_the_same_articles() -> None:
    """The age changes with every capture, so that the day counted from it must not be part of who the article is."""
    early = page(story("Talks end without result", "The Star · 10 hours ago"))
    late = page(story("Talks end without result", "The Star · 13 hours ago"), captured_at=NOON + timedelta(hours=3, minutes=20))
    assert early.articles[0].article_id == late.articles[0].article_id
    assert early.articles[0].content_sha256 == late.articles[0].content_sha256
    assert early.page_id != late.page_id


def test_a_changed_word_changes_the_content_and_not_the_article() -> None:
    before, after = (
        page(story("Talks end", "The Star · 1h", "Seven" + " people died, officials said on Tuesday." * 8)),
        page(story("Talks end", "The Star · 1h", "Eight" + " people died, officials said on Tuesday." * 8)),
    )
    assert before.articles[0].article_id == after.articles[0].article_id
    assert before.articles[0].content_sha256 != after.articles[0].content_sha256


def test_the_content_hash_is_that_of_headline_line_feed_and_body() -> None:
    assert content_sha256("Título", "Körper") == hashlib.sha256("Título\nKörper".encode()).hexdigest()


def test_a_page_is_its_text_and_its_address() -> None:
    assert page_id("text", ADDRESS) == page_id("text", ADDRESS + "#top")
    assert len({page_id("text", None), page_id("text ", None), page_id("text", ADDRESS)}) == 3
