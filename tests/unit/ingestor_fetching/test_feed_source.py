"""A feed's entries become articles, with the identity of their link; its XML can do no harm."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestor.identity import article_id
from services.ingestor.pages.model import Capture, Cut, Limits
from services.ingestor.sources import cut, source_of
from tests.unit.ingestor_fetching.feeds import TEXT, atom, item, rss

NOON = datetime(2025, 8, 20, 12, tzinfo=UTC)
HALF_PAST_SEVEN = datetime(2025, 8, 20, 7, 30, tzinfo=UTC)
FEED = "https://post.example/feed.xml"


def read(text: str | bytes, url: str | None = FEED) -> Cut:
    return cut(Capture(text, url, NOON, "application/octet-stream", "feed.xml"))


def covers(made: Cut) -> bool:
    """Whether each code point lies in one article or one named span, and each body is the text of its span."""
    spans = sorted([one.page.span for one in made.articles] + [one.span for one in made.boilerplate])
    whole = all(a[1] == b[0] for a, b in itertools.pairwise(spans))
    ends = not spans or (spans[0][0] == 0 and spans[-1][1] == len(made.text))
    return whole and ends and all(one.body == made.text[slice(*one.page.span)] for one in made.articles)


@pytest.mark.parametrize("text", [rss(item("pier")), atom()], ids=["RSS", "Atom"])
def test_an_entry_with_its_story_is_an_article(text: str) -> None:
    made = read(text)
    (one,) = made.articles
    assert (one.title, one.body, one.outlet, one.language) == ("pier", TEXT, "The Torvik Post", "en")
    assert (one.published.earliest, one.published.latest, one.published.basis) == (HALF_PAST_SEVEN, HALF_PAST_SEVEN, "absolute")
    assert one.page.captured_at == NOON
    assert covers(made)


def test_its_identity_is_that_of_its_link_so_that_feed_and_page_are_one_article() -> None:
    (one,) = read(rss(item("pier"))).articles
    blank = one.published.model_copy()
    assert one.article_id == article_id(url="http://www.post.example/pier/", outlet="", title="", published=blank, body="")


@pytest.mark.parametrize(
    ("site", "its"), [("https://www.post.example", True), ("https://news.post.example", True), ("https://other.example", False)]
)
def test_a_feed_speaks_for_its_own_site_only(site: str, *, its: bool) -> None:
    made = read(rss(item("pier", site=site)))
    assert (made.articles[0].url is not None) is its
    assert any("another host" in note for note in made.notes) is not its


def test_entries_that_only_announce_are_no_articles_and_it_is_said_what_to_do() -> None:
    made = read(rss(item("pier", "The pier is closed.")))
    assert made.articles == ()
    assert [refusal.reason for refusal in made.refusals] == ["no_article"]
    assert "--follow" in made.refusals[0].advice
    some = read(rss(item("pier", "The pier is closed."), item("ferry")))
    assert [one.title for one in some.articles] == ["ferry"]
    assert some.notes == ("1 entries only announce their story",)
    assert covers(some)


def test_no_article_comes_from_the_future() -> None:
    (one,) = read(rss(item("pier", date="Fri, 22 Aug 2025 09:30:00 GMT"))).articles
    assert one.published.basis == "unknown"
    assert one.published.raw


def test_a_date_with_a_short_year_is_read_too() -> None:
    (one,) = read(rss(item("pier", date="Wed, 20 Aug 25 09:30:00 +0200"))).articles
    assert one.published.earliest == HALF_PAST_SEVEN


def test_a_broken_feed_is_read_as_far_as_it_can_be() -> None:
    made = read(rss(item("pier"), item("ferry")).replace("</channel></rss>", "").replace("<guid>ferry</guid>", "<guid>fer & ry"))
    assert made.articles[0].title == "pier"
    assert "the feed is not well-formed XML: read as far as it can be" in made.notes


def test_a_feed_in_another_charset_is_read_by_what_it_declares() -> None:
    text = rss(item("Fähre"), head='<?xml version="1.0" encoding="iso-8859-1"?>').encode("latin-1")
    assert read(text).articles[0].title == "Fähre"


@pytest.mark.parametrize(
    "entities",
    ['<!ENTITY a SYSTEM "file:///etc/passwd">', '<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">', '<!ENTITY % p SYSTEM "http://169.254.169.254/">'],
    ids=["external", "bomb", "parameter"],
)
def test_a_feed_with_entities_of_its_own_is_refused(entities: str) -> None:
    made = read(rss(item("&a;"), head=f'<?xml version="1.0"?><!DOCTYPE rss [{entities}]>'))
    assert made.articles == ()
    assert made.refusals[0].what.startswith("a feed that declares entities of its own")


def test_the_text_of_a_feed_is_never_taken_for_an_address_or_a_file() -> None:
    for text in (FEED, "/etc/passwd", "file:///etc/passwd"):
        assert source_of(Capture(text)).NAME != "feed"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (rss(), "feed"),
        ('<rdf:RDF xmlns:rdf="x"></rdf:RDF>', "feed"),
        ('<!DOCTYPE rss PUBLIC "-//x" "http://x/rss.dtd"><rss version="0.91">', "feed"),
        ("<!DOCTYPE html><html><body><p>rss</p></body></html>", "page_html"),
        ("<feedback>none</feedback>", "page_text"),
    ],
)
def test_a_feed_is_known_by_its_root(text: str, name: str) -> None:
    assert name == source_of(Capture(text)).NAME


@given(st.text(alphabet="<>!?[]&;\"'= abtilermnkcdos\x00\ud800", max_size=200), st.integers(0, 400))
def test_no_feed_makes_the_reader_fail_or_leaves_text_uncovered(noise: str, at: int) -> None:
    text = rss(item("pier"), item("ferry"))
    assert covers(read(text[:at] + noise + text[at:]))


@pytest.mark.parametrize("piece", ["<", "&", "<a>", "<item><title>x", "<!a ", 'a="b ', "<![CDATA["])
def test_no_feed_is_slow_by_design(piece: str) -> None:
    began = time.monotonic()
    read(rss("<item><description>" + piece * (200_000 // len(piece))))
    assert time.monotonic() - began < 20


def test_more_entries_than_a_page_may_hold_are_left_and_counted() -> None:
    made = cut(Capture(rss(*(item(f"n{n}") for n in range(5))), FEED, NOON), Limits(max_articles=3))
    assert len(made.articles) == 3
    assert made.refusals[0].what.startswith("2 entries beyond the first 3")
