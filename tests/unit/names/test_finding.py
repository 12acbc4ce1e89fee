"""What holds of every text: offsets, order, readings, determinism, linear time."""

from __future__ import annotations

import datetime as dt
import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalizer.reading.names import Named, Names
from services.normalizer.reading.names.text import Text, phrase_key

WORDS = [
    "Kyiv",
    "Russia",
    "'s",
    "president",
    "the",
    "of",
    "village",
    "region",
    "Georgia",
    "said",
    "in",
    "U.S.",
    "Foreign Minister",
    "Jane",
    "al",
    "al-Shabaab",
    "Xyz",
    ",",
    ".",
    "-",
    "\n\n",
    "“",
    "Zelensky",
    "former",
    "Beirut",
    "Airport",
    "İ",
    "ǅ",
    "St.",
    "GENEVA",
]
news = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


def find(body: str, day: str | None = "2025-08-20") -> tuple[Named, ...]:
    return Names.load().find(body, dt.date.fromisoformat(day) if day else None)


@settings(max_examples=200, deadline=None)
@given(st.one_of(news, st.text(max_size=200)))
def test_names_stand_where_they_say_in_order_and_never_overlap(body: str) -> None:
    named = find(body)
    assert all(body[n.start : n.end] == n.text for n in named)
    assert all(a.end <= b.start for a, b in itertools.pairwise(named))


@settings(max_examples=200, deadline=None)
@given(news)
def test_a_reading_says_what_is_filled(body: str) -> None:
    for n in find(body):
        assert (n.actor is None, n.place is None) == {"actor": (False, True), "place": (True, False), "either": (False, False)}[n.reading]


@settings(max_examples=50, deadline=None)
@given(news)
def test_reading_twice_gives_the_same(body: str) -> None:
    assert find(body) == find(body)


def test_the_lexicon_is_compiled_once() -> None:
    assert Names.load() is Names.load()


@pytest.mark.parametrize(
    "unit",
    [
        "said said ",
        "“‘",
        "Russia's ",
        "United States of ",
        "the village of ",
        "al al ",
        "Aa Bb Cc ",
        "X Y, ",
        "former deputy president of the ",
        "Kyiv, ",
    ],
)
def test_four_times_the_text_takes_about_four_times_as_long(unit: str) -> None:
    """Quadratic finding would take 16 times as long; 10 leaves room for a busy machine."""
    small, large = (min(seconds(unit * (size // len(unit))) for _ in range(3)) for size in (10_000, 40_000))
    assert large < 10 * small + 0.05


def seconds(body: str) -> float:
    start = time.process_time()
    find(body)
    return time.process_time() - start


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("Zelenskiy", "Volodymyr Zelensky"),
        ("the Houthis", "Houthis"),
        ("Kiev", "Ukraine"),
        ("USSR", "Soviet Union"),
        ("U.S.", "United States"),
        ("isis", "Islamic State"),
        ("Mahmud Abbas", "Mahmoud Abbas"),
        ("Côte d’Ivoire", "Ivory Coast"),
    ],
)
def test_an_actor_is_resolved_in_any_spelling(spelling: str, name: str) -> None:
    actor = Names.load().participant(spelling)
    assert actor is not None
    assert actor.name == name


@pytest.mark.parametrize(
    ("spelling", "name", "country"),
    [
        ("Kharkov", "Kharkiv", "UA"),
        ("the Gulf", "Persian Gulf", None),
        ("Nusseirat", "Nuseirat", "PS"),
        ("Reading", "Reading", "GB"),
        ("Georgia", "Georgia", "GE"),
        ("Golan", "Golan Heights", "SY"),
    ],
)
def test_a_place_is_resolved_in_any_spelling(spelling: str, name: str, country: str | None) -> None:
    place = Names.load().place(spelling)
    assert place is not None
    assert (place.name, place.country) == (name, country)


def test_what_nobody_knows_is_nobody() -> None:
    assert Names.load().participant("Qwertyuiop") is None
    assert Names.load().place("Qwertyuiop") is None


def test_a_title_stands_beside_the_name_not_in_it() -> None:
    named = {n.text: n.title for n in find("German Foreign Minister Johann Wadephul met U.S. envoy Steve Witkoff.")}
    assert named["Johann Wadephul"] == "German Foreign Minister"
    assert named["Steve Witkoff"] == "U.S. envoy"


def test_a_stranger_takes_the_country_of_the_adjective_or_of_the_sentence() -> None:
    countries = {
        n.text: n.actor.country for n in find("Danish envoy Orla Quist left. Quist rested. Minister Pia Holm of Norway stayed.") if n.actor
    }
    assert countries["Orla Quist"] == countries["Quist"] == "DK"
    assert countries["Pia Holm"] == "NO"


def test_a_site_knows_what_it_is_within() -> None:
    oval = next(n.place for n in find("They sat in the Oval Office.") if n.place)
    assert oval.precision == "site"
    assert oval.within == ("White House", "Washington", "United States")


def test_seas_and_the_line_in_kashmir_belong_to_no_country() -> None:
    places = {n.text: n.place for n in find("Ships in the Black Sea, guns along the Line of Control in Kashmir.")}
    assert all(places[name] is not None and places[name].country is None for name in ("Black Sea", "Line of Control", "Kashmir"))  # type: ignore[union-attr]
    assert places["Black Sea"].precision == "sea"  # type: ignore[union-attr]


def test_an_unknown_day_resolves_offices_as_of_now() -> None:
    assert [n.actor.name for n in find("The French president spoke.", None) if n.actor] == ["Emmanuel Macron"]


def test_a_capital_in_a_headline_style_opening_is_a_place_but_an_acronym_is_not() -> None:
    assert find("KYIV (Wire) - It rained.")[0].reading == "place"
    assert find("US President Donald Trump spoke.")[0].reading == "actor"


@given(st.text(max_size=60))
def test_words_and_gaps_make_up_the_text(body: str) -> None:
    text = Text.of(body)
    assert text.gap(-1) + "".join(body[text.starts[i] : text.ends[i]] + text.gap(i) for i in range(text.size)) == body


def test_case_accents_and_apostrophes_make_no_other_key() -> None:
    assert phrase_key("SANA'A") == phrase_key("Sanaa")
    assert phrase_key("Erdoğan") == phrase_key("erdogan")


@pytest.mark.parametrize(("letters", "names"), [(60, 1), (61, 0)])
def test_a_word_that_is_longer_than_the_name_of_any_town_is_no_name(letters: int, names: int) -> None:
    assert len(find(f"Rain fell in the village of W{'r' * (letters - 1)} on Monday.")) == names
