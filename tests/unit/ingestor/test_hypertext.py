"""HTML becomes text to the letter, and hostile HTML becomes a refusal or a harmless text, soon."""

from __future__ import annotations

import time

import pytest

from services.ingestor.pages.hypertext import Rendered, render
from services.ingestor.pages.model import Capture, Limits, Refusal
from tests.unit.ingestor.given import BODY, page, reasons


def rendered(html: str, limits: Limits | None = None) -> Rendered:
    found = render(Capture(html), html, limits or Limits())
    assert isinstance(found, Rendered), found
    return found


def marked(html: str) -> dict[str, str]:
    found = rendered(html)
    return {mark.what: found.text[mark.start : mark.end].strip() for mark in found.marks}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One &amp; two &lt;i&gt; &amp;lt; &nbsp;three&#8217;s</p>", "One & two <i> &lt; three’s"),
        ("<p>a <b>b</b>, <a href='x'>c</a></p><p>d</p>", "a b, c\n\nd"),
        ("<div>a<br>b<hr>c</div>", "a\nb\nc"),
        ("<p>He said <q>no</q>.</p>", "He said “no”."),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\nb"),
        ("a<script>b</script><style>c</style><!-- d --><noscript>e</noscript>f", "af"),
        ("<p hidden>a</p><p style='color:red; display : none'>b</p><p aria-hidden=true>c</p>d", "d"),
        ("<p>a<span style='margin-top: 99999em'>b</span></p>", "ab"),
        ("<pre>a\n  b</pre>", "a\n  b"),
    ],
)
def test_a_pages_text_is_what_a_reader_sees(html: str, text: str) -> None:
    assert rendered(html).text.strip() == text


def test_marks_stand_where_the_markup_puts_them() -> None:
    assert marked(
        '<nav>Home</nav><article><h2><a href="/x">Head &amp; line</a></h2><p>By A. <time datetime="2025-08-18">Monday</time></p></article>'
    ) == {
        "region:navigation": "Home",
        next(iter(key for key in marked("<article>x</article>"))).replace("article:3", "article:4"): "Head & line\n\nBy A. Monday",
        "heading2": "Head & line",
        "link:/x": "Head & line",
        "time:2025-08-18": "Monday",
    }


def test_no_entity_of_the_pages_own_is_expanded_and_no_file_is_read() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]><p>&b; &f;</p>'
    text = rendered(bomb).text
    assert "lollol" not in text
    assert "root:" not in text


@pytest.mark.parametrize(
    ("html", "limits", "reason"),
    [
        ("<div>" * 100_000 + "x", Limits(), "too_deep"),
        ("<b>x</b>" * 1_001, Limits(max_tags=1_000), "too_many_tags"),
        ("<div>" * 30 + "x", Limits(max_depth=20), "too_deep"),
    ],
)
def test_a_page_beyond_a_limit_is_refused(html: str, limits: Limits, reason: str) -> None:
    found = render(Capture(html), html, limits)
    assert isinstance(found, Refusal)
    assert found.reason == reason


@pytest.mark.parametrize(
    "html",
    [
        "<div " + " ".join(f'a{number}="1"' for number in range(100_000)) + ">x</div>",
        "<table><tr><td>" + "x" * 300_000 + "</td></tr>" + "<tr><td>y</td></tr>" * 5_000 + "</table>",
        "<ul>" * 150 + "<li>x</li>" * 20_000,
        "<b>x" * 50_000,
        "<time>3h</time> word " * 30_000,
        '<p style="margin-top:99999em;padding-left:99999em">x</p>' * 10_000,
        "<script>" * 2_000 + "x",
        '<script type="application/ld+json">' + "[" * 100_000 + "</script><p>x",
        "<!--" * 50_000 + "x",
        "&amp;" * 200_000,
    ],
    ids=["attributes", "wide table", "nested lists", "unclosed", "times", "css", "scripts", "deep json", "comments", "references"],
)
def test_a_page_made_to_be_slow_or_large_is_neither(html: str) -> None:
    start = time.process_time()
    found = render(Capture(html), html, Limits())
    assert time.process_time() - start < 10
    assert isinstance(found, Refusal) or len(found.text) < 2 * len(html)


def test_a_single_storys_head_dates_and_names_it() -> None:
    made = page(
        f"""<html lang="en"><head><title>x</title><meta property="og:site_name" content="The Paper"><meta name="author" content="A. Writer">
        <meta property="article:published_time" content="2025-08-19T10:00:00+02:00"></head><body><h1>Talks end</h1><p>2 hours ago</p><p>{BODY}</p></body></html>"""
    )
    article = made.articles[0]
    assert (article.title, article.outlet, article.byline, article.language) == ("Talks end", "The Paper", "A. Writer", "en")
    assert (article.published.raw, article.published.basis) == ("2025-08-19T10:00:00+02:00", "absolute")


def test_a_head_that_claims_the_future_yields_to_the_time_line() -> None:
    made = page(
        f'<meta property="article:published_time" content="2031-01-01"><h1>Talks end</h1><p>2 hours ago</p><p>{BODY}</p>',
        media_type="text/html",
    )
    assert made.articles[0].published.raw == "2 hours ago"


def test_a_headlines_link_is_its_storys_address_only_on_the_pages_own_host() -> None:
    cards = f'<article><h2><a href="/a">Talks end early</a></h2><p>Star · 2h</p><p>{BODY}</p></article><article><h2><a href="https://other.example/b">Talks end late</a></h2><p>Post · 3h</p><p>{BODY}</p></article>'
    made = page(f"<html><body>{cards}</body></html>", url="https://digest.example/today")
    assert [article.url for article in made.articles] == ["https://digest.example/a", None]


def test_html_without_text_is_refused() -> None:
    assert reasons(page("<html><body><script>x</script></body></html>")) == ["empty"]


def one_story(body: str) -> str:
    head = '<meta property="og:type" content="article"><meta property="og:title" content="Talks end in Muscat"><meta property="og:site_name" content="Star">'
    return f"<html><head>{head}</head><body><div>Cookie words that are long enough to be taken for a text. They really are. {'So long. ' * 30}</div>{body}</body></html>"


def test_a_page_that_says_it_is_one_story_is_read_on_over_its_boxes() -> None:
    made = page(one_story(f"<h1>Talks end in Muscat</h1><p>{BODY}</p><h3>Related stories</h3><p>Why talks begin at all</p><p>{BODY}</p>"))
    assert [(article.title, article.outlet) for article in made.articles] == [("Talks end in Muscat", "Star")]
    assert made.articles[0].body.count(BODY.strip()) == 2


def test_without_that_word_a_box_ends_the_story() -> None:
    """The negative control of the test above."""
    made = page(
        one_story(f"<h1>Talks end in Muscat</h1><p>{BODY}</p><h3>Related stories</h3><p>Why talks begin at all</p><p>{BODY}</p>").replace(
            "og:type", "x"
        )
    )
    assert all(article.body.count(BODY.strip()) == 1 for article in made.articles if "Muscat" in article.title)


def test_paragraphs_of_one_article_element_belong_together() -> None:
    made = page(
        one_story(
            f"<article><h1>Talks end in Muscat</h1><p>{BODY}</p><footer>Share this</footer><h2>A card</h2><p>2 hours ago</p><p>Post</p><p>{BODY}</p></article>"
        )
    )
    assert len(made.articles) == 1
    assert made.articles[0].body.count(BODY.strip()) == 2


def test_another_story_told_in_full_is_an_article_of_its_own() -> None:
    related = f"<h2>Related articles</h2><h3>Guns fall silent in Surin</h3><p>time2 hours ago</p><p>• Isan Herald</p><p>{BODY}</p>"
    made = page(one_story(f"<h1>Talks end in Muscat</h1><p>{BODY}</p>{related}"))
    assert [(article.title, article.outlet) for article in made.articles] == [
        ("Talks end in Muscat", "Star"),
        ("Guns fall silent in Surin", "Isan Herald"),
    ]


POST = "<article><time datetime=2025-08-20T1{n}:00Z>1{n}:00</time><h2>Post number {n} of today</h2><p>{body}</p></article>"


@pytest.mark.parametrize(("kind", "posts"), [("LiveBlogPosting", 3), ("NewsArticle", 1)])
def test_all_posts_of_a_live_page_are_its_one_story_and_of_another_page_they_are_not(kind: str, posts: int) -> None:
    head = f'<script type="application/ld+json">{{"@type": "{kind}", "headline": "The talks, live"}}</script>'
    told = "".join(POST.format(n=n, body=f"{n}: {BODY}") for n in (1, 0, 2))
    made = page(f"<html><head>{head}</head><body><h1>The talks, live</h1>{told}<footer>About us</footer></body></html>")
    (article,) = made.articles
    assert article.body.count(BODY.strip()) == posts


def test_a_pages_foot_names_its_site() -> None:
    made = page(f"<html><body><h1>Talks end in Muscat</h1><p>{BODY}</p><footer>© 2025 Plains Observer</footer></body></html>")
    assert [one.outlet for one in made.articles] == ["Plains Observer"]
