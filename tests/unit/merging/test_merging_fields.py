"""How each field of an event is chosen from what its mentions tell."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.events import CanonicalEvent
from services.normalizer.merging import Told, compose
from tests.unit.merging.telling import told

WIRE = (
    "the two delegations left the palace without a word to the press",
    "an aide said that a joint paper might be ready before the weekend",
    "markets had hoped for more and fell by two per cent at noon",
    "the last such meeting ended in a quarrel over seats and flags",
)


def event(*group: Told) -> CanonicalEvent:
    return compose(group, event_id="e", revision=1, recorded_at=None, ruleset="test")


def meeting(name: str, says: str, day: str, **facts: Any) -> Told:
    return told(name, says=says, day=day, who="Trump, Zelensky", **facts)


@pytest.mark.parametrize(
    ("tellings", "history"),
    [
        (["proposed", "scheduled", "occurred"], ["proposed", "scheduled", "occurred"]),
        (["occurred", "scheduled", "proposed"], ["occurred"]),
        (["proposed", "declined"], ["proposed", "declined"]),
        (["scheduled", "postponed", "scheduled", "occurred"], ["scheduled", "postponed", "scheduled", "occurred"]),
        (["scheduled", "cancelled", "proposed"], ["scheduled", "cancelled", "proposed"]),
        (["occurred", "cancelled"], ["occurred"]),
        (["occurred", "disputed"], ["occurred", "disputed"]),
        (["proposed", "proposed"], ["proposed"]),
    ],
)
def test_the_status_is_the_last_that_could_follow_what_was_known(tellings: list[str], history: list[str]) -> None:
    found = event(*(meeting(f"m{at}", says, f"2025-08-{10 + at}") for at, says in enumerate(tellings)))
    assert [step.status for step in found.status_history] == history
    assert found.status == history[-1]


def test_background_does_not_renew_what_was_refused() -> None:
    refused, looking_back = meeting("a", "declined", "2025-08-10"), meeting("b", "proposed", "2025-08-12", background=True)
    assert event(refused, looking_back).status == "declined"


def test_each_step_names_when_it_was_known_and_the_claim_that_says_so() -> None:
    (step,) = event(meeting("a", "proposed", "2025-08-10")).status_history
    assert (step.known_at and step.known_at.date().isoformat(), step.claim_id) == ("2025-08-10", "a/status")


def test_an_article_of_unknown_date_does_not_speak_last() -> None:
    undated = told("a", says="proposed", day=None, who="Trump, Zelensky")
    assert event(undated, meeting("b", "occurred", "2025-08-10")).status == "occurred"


def test_the_date_is_that_of_most_lineages_not_of_most_articles() -> None:
    # given three copies of one wire story that say "week", "18th" and "18th", and two independent ones that say the 19th
    copies = [told(f"a{n}", date="2025-08-18", sentences=WIRE) for n in range(3)]
    others = [told(f"b{n}", date="night 2025-08-18") for n in range(2)]
    rough = told("c", date="week 2025-08-18..2025-08-24")
    # then copies count once, and a rough date counts only where there is no other
    found = event(*copies, *others, rough)
    assert (found.when.start, found.when.end, found.when.precision) == ("2025-08-18", "2025-08-19", "night")
    assert event(*copies, rough).when.precision == "day"
    assert event(rough).when.precision == "week"


def test_the_place_that_tells_most_comes_first_and_what_contains_it_is_left_out() -> None:
    found = event(told("a", where="United States"), told("b", where="White House"), told("c", where="Washington"))
    assert [place.name for place in found.where] == ["White House"]


def test_candidate_venues_are_kept_until_one_is_the_venue() -> None:
    geneva, vienna = told("a", says="proposed", where="Geneva"), told("b", says="proposed", where="Vienna")
    assert [(place.name, place.role) for place in event(geneva, vienna).where] == [
        ("Geneva", "candidate_venue"),
        ("Vienna", "candidate_venue"),
    ]
    held = told("c", where="Vienna", day="2025-09-01")
    assert [(place.name, place.role) for place in event(geneva, vienna, held).where] == [("Vienna", "venue"), ("Geneva", "candidate_venue")]


def test_a_wave_on_a_country_keeps_the_country_beside_the_places_hit() -> None:
    found = event(told("a", "strike", where="Ukraine"), told("b", "strike", where="Poltava Oblast"))
    assert [place.name for place in found.where] == ["Poltava Oblast", "Ukraine"]


def test_participants_are_persons_then_states_then_bodies_the_most_named_first() -> None:
    found = event(told("a", who="NATO, Germany, Trump"), told("b", who="France, Germany, Zelensky, Trump"))
    assert [one.name for one in found.participants] == ["Donald Trump", "Volodymyr Zelensky", "Germany", "France", "NATO"]


def test_numbers_that_differ_stay_a_range_with_all_their_claims() -> None:
    # given a toll of five in two copies of one story, and of seven and nine in others
    copies = [told(f"a{n}", "strike", day="2025-08-18", numbers={"killed": 5}, sentences=WIRE) for n in range(2)]
    seven = told("b", "strike", day="2025-08-19", numbers={"killed": 7})
    nine = told("c", "strike", day="2025-08-20", numbers={"killed": 9})
    # then the range is all, and the best the one that most lineages tell, of equals the latest
    (killed,) = event(*copies, seven, nine).quantities
    assert (killed.low, killed.best, killed.high) == (5, 9, 9)
    assert killed.claim_ids == ("a0/killed", "a1/killed", "b/killed", "c/killed")


def test_the_numbers_of_two_sides_stay_apart() -> None:
    found = event(told("a", "body_exchange", numbers={"bodies/Ukraine": 1000, "bodies/Russia": 19}))
    assert [(q.party, q.best) for q in found.quantities] == [("Russia", 19), ("Ukraine", 1000)]


def test_articles_publishers_and_lineages_are_three_counts() -> None:
    copies = [told(f"a{n}", outlet="Courier", sentences=WIRE) for n in range(2)]
    rewrite = told("b", outlet="Herald", sentences=(*WIRE[:3], "and one more sentence that nobody else has"))
    own = told("c", outlet="herald", sentences=("a story of its own from first word to last",))
    found = event(*copies, rewrite, own).corroboration
    assert (found.articles, found.publishers, found.lineages) == (4, 2, 2)


def test_each_mention_says_why_it_belongs_here() -> None:
    alone = event(told("a", who="Trump, Putin")).mentions[0].membership
    assert alone is not None
    assert alone.rule == "alone"
    pair = event(told("a", date="2025-08-18", who="Trump, Putin"), told("b", date="2025-08-18", who="Trump, Putin")).mentions[0].membership
    assert pair is not None
    assert pair.rule == "time+parties"
    assert pair.score == sum(pair.features.values()) >= 1.5


@pytest.mark.parametrize(
    ("one", "title"),
    [
        (told("a", where="Alaska", who="Trump, Putin"), "Donald Trump and Vladimir Putin meet in Alaska"),
        (told("a", where="White House", who="Trump, Zelensky, Ukraine"), "Donald Trump and Volodymyr Zelensky meet at the White House"),
        (told("a", who="Trump, Putin", form="call"), "Donald Trump and Vladimir Putin speak by phone"),
        (told("a", says="proposed", where="Geneva", who="Putin, Zelensky"), "Vladimir Putin and Volodymyr Zelensky may meet"),
        (
            told("a", says="declined", where="Moscow", who="Putin, Zelensky"),
            "Refused: meeting in Moscow between Vladimir Putin and Volodymyr Zelensky",
        ),
        (
            told("a", "strike", where="Ukraine", who="Russia > Ukraine", numbers={"drones": 270, "missiles": 10}),
            "Russia strikes Ukraine with 270 drones, 10 missiles",
        ),
        (told("a", "body_exchange", who="Russia, Ukraine"), "Russia and Ukraine exchange bodies"),
        (
            told("a", "prisoner_exchange", who="Russia, Ukraine, Turkey, France, Germany"),
            "France, Germany, Russia and 2 others exchange prisoners",
        ),
        (told("a", "strike", where="Kharkiv"), "Strike on Kharkiv"),
    ],
)
def test_a_title_reads_like_a_headline(one: Told, title: str) -> None:
    assert event(one).title == title
