"""Whatever comes in: no exception, no code point lost or counted twice, offsets and hashes that hold."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.ingestor.identity import content_sha256
from services.ingestor.pages.cover import cover
from services.ingestor.pages.labels import label
from services.ingestor.pages.lines import lines_of
from services.ingestor.pages.model import Capture, Cut, Limits
from services.ingestor.sources import cut, sources
from tests.unit.ingestor.given import BODY, NOON, page, story

SENTENCES = st.sampled_from(
    [
        "They met on Tuesday, officials said.",
        "LIMA (AFP) - Peru said so.",
        "(Reporting by A. B.; Editing by C. D.)",
        BODY,
        "A caption. (AFP pic)",
        "“No,” he said.",
    ]
)
FURNITURE = st.sampled_from(
    [
        "Talks end in Muscat",
        "The Star10 hours ago",
        "• Malaysia Post",
        "Comments",
        "Related Articles",
        "Advertisement",
        "",
        "  ",
        "time2 hours ago",
        "By A. Writer",
        "RED LINES",
        "18 August 2025",
        "yesterday",
        "© 2025 The Star",
    ]
)
PAGES = st.lists(st.one_of(SENTENCES, FURNITURE, st.text(max_size=40)), max_size=25).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n", "\n\n", "\u2028"]).map(lambda end: end.join(lines))
)


def holds(made: Cut) -> None:
    """Every code point lies in one span; bodies are where they say; hashes are of what they say; a store can hold it all."""
    told_once(made)
    for article in made.articles:
        assert article.body == made.text[slice(*article.page.span)] == article.body.strip()


def told_once(made: Cut) -> None:
    """The same of sources in which an article's span is not its body, but the line or entry that it was written in."""
    spans = sorted([article.page.span for article in made.articles] + [one.span for one in made.boilerplate])
    if not made.text or (made.refusals and not spans):
        assert not made.articles
        return
    assert [start for start, _ in spans] == [0, *(end for _, end in spans[:-1])]
    assert spans[-1][1] == len(made.text)
    assert all(start < end for start, end in spans)
    for segment, article in enumerate(made.articles):
        assert article.page.segment == segment
        assert article.content_sha256 == content_sha256(article.title, article.body)
    made.model_dump_json().encode()
    assert not [text for text in _texts(made.model_dump()) if "\0" in text]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


@given(PAGES)
@example("")
@example("Talks end in Muscat\nThe Star10 hours ago\n" + BODY)
def test_every_code_point_of_a_text_page_is_told_once(text: str) -> None:
    holds(page(text))


@given(PAGES)
def test_a_body_that_is_left_out_of_the_cover_would_be_noticed(text: str) -> None:
    """The negative control: without the bodies, the cover is the whole page, so that overlap would show."""
    labels = label(lines_of(text))
    everything = cover(labels, {}, [])
    assert sum(end - start for start, end in (one.span for one in everything)) == len(text)


@given(
    st.lists(
        st.sampled_from(
            [
                "<article>",
                "</article>",
                "<h1>",
                "</h1>",
                "<h2>",
                "<p>",
                "</p>",
                "<nav>",
                "</nav>",
                "<table><tr><td>",
                "<time>",
                "</time>",
                "<br>",
                "<pre>",
                "&amp;",
                "&#0;",
                BODY,
                "Talks end",
                "The Star · 3h",
                "<a href=/x>",
                "<q>",
                "<!--",
                "-->",
            ]
        ),
        max_size=40,
    ),
    st.sampled_from(["", '<meta property="og:type" content="article"><meta property="og:title" content="Talks end">']),
)
def test_every_code_point_of_an_html_page_is_told_once(pieces: list[str], head: str) -> None:
    """Of a digest, and of a page that says it is one story's."""
    holds(page(f"<html><head>{head}</head><body>" + "".join(pieces), url="https://a.example/x"))


@given(
    st.binary(max_size=300),
    st.sampled_from([None, "text/html", "application/x-ndjson", "text/plain; charset=utf-16", "image/png; charset=koi8-r"]),
)
def test_no_bytes_raise(content: bytes, media_type: str | None) -> None:
    holds(page(content, media_type=media_type))


@given(
    st.text(st.characters(codec=None), max_size=200),
    st.one_of(st.none(), st.text(st.characters(codec=None), max_size=60)),
    st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))),
)
def test_no_text_address_or_capture_time_raises(text: str, url: str | None, captured_at: object) -> None:
    for source in sources():
        capture = Capture(text, url, captured_at, None, url)  # type: ignore[arg-type] # whatever comes
        made = source.read(capture, Limits())
        made.model_dump_json().encode()


@given(PAGES)
def test_the_same_page_gives_the_same_bytes(text: str) -> None:
    assert page(text).model_dump_json() == page(text).model_dump_json()


def seconds(text: str) -> float:
    start = time.process_time()
    cut(Capture(text, captured_at=NOON), Limits(max_articles=100_000))
    return time.process_time() - start


@pytest.mark.parametrize(
    "unit",
    [
        story("Talks end in Muscat today", "The Star · 3h"),
        "(AFP " * 20 + "\n",
        "word " * 200 + "\n",
        "Talks end\n",
        "A. " * 40 + "\n",
        "LIMA, " * 20 + "\n",
        "10 hours ago " * 10 + "\n",
        "— - : ( " * 20 + "\n",
    ],
    ids=["stories", "brackets", "long lines", "headlines", "full stops", "commas", "ages", "marks"],
)
def test_time_grows_with_the_text_and_not_with_its_square(unit: str) -> None:
    """Eight times the text may take thirty-two times as long, noise included; its square would take sixty-four."""
    count = 60_000 // len(unit)
    seconds(unit * 10)  # patterns and data are read once
    small = max(seconds(unit * count), 0.02)
    assert min(seconds(unit * count * 8) for _ in range(2)) < 32 * small


@pytest.mark.parametrize(
    "text",
    [
        "x" * 500_000,
        "x " * 250_000,
        "(" * 500_000,
        "." * 500_000,
        "AAAA " * 100_000,
        "1 " * 250_000,
        "\t" * 500_000 + "x",
        "-" * 500_000,
        "/" * 500_000,
    ],
    ids=lambda text: repr(text[:4]),
)
def test_one_very_long_line_takes_no_time(text: str) -> None:
    assert seconds(text) < 5
