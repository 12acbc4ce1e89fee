"""Where stories begin and end, told by small pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.ingestor.pages.model import Cut, Limits
from tests.unit.ingestor.given import BODY, NOON, page, reasons, story


def titles(made: Cut) -> list[str]:
    return [article.title for article in made.articles]


def outlets(made: Cut) -> list[str]:
    return [article.outlet for article in made.articles]


def named(made: Cut, name: str) -> list[str]:
    return [made.text[slice(*one.span)].strip() for one in made.boilerplate if one.name == name]


def test_each_headline_with_a_time_line_opens_a_story() -> None:
    made = page(story("Talks begin in Muscat today", "The Star · 3h") + story("Talks end in Muscat today", "Harbour Post5 min ago"))
    assert titles(made) == ["Talks begin in Muscat today", "Talks end in Muscat today"]
    assert outlets(made) == ["The Star", "Harbour Post"]


def test_a_subhead_does_not() -> None:
    made = page(story("Talks begin in Muscat today", "The Star · 3h") + "WHAT IS NOT AGREED\n" + BODY)
    assert titles(made) == ["Talks begin in Muscat today"]
    assert "WHAT IS NOT AGREED" in made.articles[0].body


def test_a_repeated_line_is_a_headline_even_when_it_ends_like_a_sentence() -> None:
    made = page(
        story("Will they meet again soon?\nWill they meet again soon?", "The Star")
        + story("They will not meet.\nThey will not meet.", "Harbour Post")
    )
    assert titles(made) == ["Will they meet again soon?", "They will not meet."]


def test_a_dateline_below_a_headline_opens_a_story_once_the_one_above_is_told() -> None:
    made = page(f"First talks since the spring\nLIMA (AFP) - {BODY}\n\nSecond round is put off\nQUITO (AFP) - {BODY}")
    assert titles(made) == ["First talks since the spring", "Second round is put off"]


def test_a_sign_off_closes_a_story() -> None:
    made = page(
        story("Talks begin in Muscat today", "The Star · 3h", BODY + "\n(Reporting by A. B.; Editing by C. D.)")
        + "This page was built by our readers, who wrote every word of it."
    )
    assert made.articles[0].body.endswith("(Reporting by A. B.; Editing by C. D.)")
    assert named(made, "unheaded") == ["This page was built by our readers, who wrote every word of it."]


def test_comments_are_no_part_of_a_story() -> None:
    made = page(
        story("Talks begin in Muscat today", "The Star · 3h")
        + "Comments\nI think that they will never agree, as I have said here before.\n"
    )
    assert "never agree" not in made.articles[0].body
    assert named(made, "comments") == ["Comments"]


def test_an_advertisement_in_a_story_does_not_end_it() -> None:
    made = page(story("Talks begin in Muscat today", "The Star · 3h", f"{BODY}\n\nAdvertisement\n\nThe end of the story is here."))
    assert made.articles[0].body.endswith("The end of the story is here.")


def test_a_page_that_puts_times_below_its_stories_gives_each_its_own() -> None:
    made = page(f"First talks since the spring\n{BODY}\nThe Star · 1h\n\nSecond round is put off\n{BODY}\nHarbour Post · 2h\n")
    assert [article.published.raw for article in made.articles] == ["1h", "2h"]
    assert outlets(made) == ["The Star", "Harbour Post"]


def test_the_time_of_publication_goes_before_that_of_a_change() -> None:
    made = page(f"Talks begin in Muscat today\nUpdated 1 hour ago\nPublished 3 hours ago\n{BODY}")
    assert made.articles[0].published.raw == "3 hours ago"


def test_text_alone_is_an_article_without_a_headline() -> None:
    made = page(BODY)
    assert titles(made) == [""]
    assert made.articles[0].outlet == "unknown"


def test_a_short_text_is_a_teaser_unless_a_dateline_opens_it() -> None:
    assert reasons(page(story("Talks begin in Muscat today", "The Star · 3h", "They met."))) == ["no_article"]
    assert titles(page(story("Talks begin in Muscat today", "The Star · 3h", "MUSCAT (AFP) - They met."))) == [
        "Talks begin in Muscat today"
    ]


def test_articles_beyond_the_limit_are_refused_and_their_text_is_named() -> None:
    made = page(
        "".join(story(f"Round {number} of the talks begins", "The Star · 3h") for number in range(4)), limits=Limits(max_articles=3)
    )
    assert len(made.articles) == 3
    assert reasons(made) == ["too_many_articles"]
    assert named(made, "beyond_limit") == [BODY.strip()]


def test_a_page_of_too_many_lines_is_refused() -> None:
    assert reasons(page("word\n" * 50, limits=Limits(max_lines=49))) == ["too_large"]


@pytest.mark.parametrize(
    ("foot", "aggregator"),
    [
        ("Explore what Paperlane AI can do for you:", "Paperlane"),
        ("Download the Paperlane app", "Paperlane"),
        ("© 2025 The Star", None),
        ("Download the The Star app", None),
    ],
)
def test_the_site_that_carries_a_story_is_known_by_its_own_praise(foot: str, aggregator: str | None) -> None:
    made = page(story("Talks begin in Muscat today", "The Star · 3h") + foot)
    assert made.articles[0].aggregator == aggregator


def test_an_aggregators_address_names_it() -> None:
    made = page(story("Talks begin in Muscat today", "The Star · 3h"), url="https://www.msn.com/en-us/news/ar-1")
    assert (made.articles[0].aggregator, made.articles[0].url) == ("MSN", None)


def test_a_page_of_one_story_lends_it_its_address_and_a_page_of_two_does_not() -> None:
    address = "https://www.star.example/world/talks"
    one, two = story("Talks begin in Muscat today", "The Star · 3h"), story("Talks end in Muscat today", "The Star · 1h")
    assert [article.url for article in page(one, url=address).articles] == [address]
    assert [article.url for article in page(one + two, url=address).articles] == [None, None]


def test_a_missing_capture_time_leaves_relative_times_unknown_and_says_so() -> None:
    made = page(story("Talks begin in Muscat today", "The Star · 3 hours ago"), captured_at=None)
    assert (made.articles[0].published.basis, made.articles[0].published.raw) == ("unknown", "3 hours ago")
    assert any("capture whose time is not known" in note for note in made.notes)


def test_a_capture_time_without_a_zone_is_utc() -> None:
    text = story("Talks begin in Muscat today", "The Star · 3 hours ago")
    assert page(text, captured_at=NOON.replace(tzinfo=None)).articles == page(text).articles
    assert page(text, captured_at=NOON + timedelta(hours=1)).articles != page(text).articles


def test_what_was_replaced_is_said_by_the_articles_that_hold_it() -> None:
    made = page(story("Talks begin in Muscat today", "The Star · 3h", BODY + "\x00") + story("Talks end in Muscat today", "The Star · 1h"))
    assert [article.cleaned for article in made.articles] == [("1 × NUL replaced by U+FFFD",), ()]


STANDFIRST = "The first round was short."


def test_a_sentence_between_headline_and_time_line_is_a_standfirst_and_the_story_begins_below() -> None:
    made = page(f"Talks begin in Muscat today\n{STANDFIRST}\nBy AFP\n-\n18 August 2025, 06:45 PM\nShare\n{BODY}")
    assert (titles(made), made.articles[0].body) == (["Talks begin in Muscat today"], BODY.strip())
    assert (made.articles[0].published.raw, made.articles[0].byline) == ("18 August 2025, 06:45 PM", "AFP")
    assert named(made, "standfirst") == [STANDFIRST]


@pytest.mark.parametrize(
    "head",
    [
        f"Talks begin in Muscat today\nThe Star · 3h\n{STANDFIRST}\n18 August 2025, 06:45 PM",
        f"Talks begin in Muscat today\n{STANDFIRST}\nUpdated 18 August 2025, 06:45 PM",
        "Talks begin in Muscat today\nMUSCAT (AFP) - They have met.\n18 August 2025, 06:45 PM",
        STANDFIRST + "\n18 August 2025, 06:45 PM",
    ],
    ids=["below the time line", "above an update", "with a dateline", "without a headline"],
)
def test_what_only_looks_like_a_standfirst_stays_in_the_body(head: str) -> None:
    made = page(f"{head}\n{BODY}")
    assert made.articles[0].body.startswith(("MUSCAT (AFP)", STANDFIRST))


def test_a_source_and_a_time_below_each_story_are_that_storys() -> None:
    def told(title: str, outlet: str, day: int) -> str:
        return f"{title}\n{BODY}\nSource: {outlet}\nPosted: {day} August 2025, 11:20 GMT\n\n"

    made = page(
        "Your briefing\n\n"
        + told("Talks begin in Muscat today", "Harbour Post", 18)
        + told("Talks end in Muscat today", "Skerry News", 19)
        + "We wrote to you because you asked us to write to you every day.\n"
    )
    assert titles(made) == ["Talks begin in Muscat today", "Talks end in Muscat today"]
    assert outlets(made) == ["Harbour Post", "Skerry News"]
    assert [one.published.earliest and one.published.earliest.day for one in made.articles] == [18, 19]
    assert all(one.body == BODY.strip() for one in made.articles)


def test_whoever_signs_a_page_of_several_outlets_carries_them_and_whoever_signs_its_own_does_not() -> None:
    stories = story("Talks begin in Muscat today", "The Star · 3h") + story("Talks end in Muscat today", "Harbour Post · 2h")
    assert [one.aggregator for one in page(stories + "© 2025 NewsDesk\n").articles] == ["NewsDesk"] * 2
    alone = page(story("Talks begin in Muscat today", "The Star · 3h") + "© 2025 The Star\n")
    assert [one.aggregator for one in alone.articles] == [None]
