"""What reading again would change, told: which readings are news, what became of each event, and why."""

from __future__ import annotations

import pytest

from schemas.events import CanonicalEvent
from schemas.mentions import Reading
from services.normalizer.merging import merge_all, ruleset
from services.normalizer.rereading.news import Known, difference, is_news
from services.normalizer.rereading.report import Report, Reported, as_json, compared, lines
from tests.unit.merging.telling import readings, told

NIGHT: dict[str, str] = {"date": "2025-08-18", "where": "Poltava", "who": "Russia > Ukraine"}
MERGING = ruleset()


def reading(killed: int = 3, *, revision: int = 1) -> Reading:
    (found,) = readings(told("a", "strike", revision=revision, numbers={"killed": killed}, **NIGHT))  # type: ignore[arg-type]
    return found


def known(of: Reading, merged_by: str = MERGING) -> Known:
    return Known(of.article, of.sentences, of.spans, {one.mention_id: one for one in of.mentions}, frozenset({merged_by}))


def empty(of: Reading) -> Reading:
    return of.model_copy(update={"mentions": (), "sentences": (), "spans": ()})


@pytest.mark.parametrize(
    ("read", "was", "news"),
    [
        (reading(), known(reading()), False),
        (reading().model_copy(update={"ruleset": "another"}), known(reading()), False),
        (reading(7), known(reading()), True),
        (empty(reading()), known(reading()), True),
        (empty(reading()), known(empty(reading())), False),
        (reading(), None, True),
        (empty(reading()), None, False),
        (empty(reading(revision=2)), None, True),
        (reading(7), known(reading(revision=2)), False),
        (reading(revision=2), known(reading()), True),
        (reading(), known(reading(), "merging-0"), True),
    ],
    ids=[
        "same",
        "other-version",
        "other-number",
        "taken-back",
        "never-told",
        "new",
        "nothing",
        "late",
        "overtaken",
        "ahead",
        "other-merging",
    ],
)
def test_a_reading_is_news_if_it_says_other_than_what_is_known_of_its_revision(read: Reading, was: Known | None, *, news: bool) -> None:
    assert is_news(read, was, MERGING) is news


def test_what_differs_is_told_by_pattern() -> None:
    assert difference(reading(7), known(reading())).altered == {"told": ("quantities", "claims")}
    assert (difference(reading(), None).came, difference(empty(reading()), known(reading())).went) == (("told",), ("told",))


def event(killed: int = 3) -> CanonicalEvent:
    (found,) = merge_all([reading(killed)])
    return found


def reported(before: CanonicalEvent | None, after: CanonicalEvent | None) -> Reported | None:
    was, now = (one.model_dump_json() if one else None for one in (before, after))
    return compared(was, now, [difference(reading(7), known(reading()))])


def test_an_event_is_added_lost_changed_or_not_worth_a_word() -> None:
    live, other, gone = event(), event(7), event().model_copy(update={"status": "retracted"})
    into = event().model_copy(update={"merged_into": "b"})
    later = live.model_copy(update={"revision": 2})
    found = [
        reported(*pair) for pair in ((None, live), (gone, live), (live, gone), (live, into), (live, other), (live, later), (gone, into))
    ]
    assert [one and (one.what, one.into) for one in found] == [
        ("added", None),
        ("added", None),
        ("lost", None),
        ("lost", "b"),
        ("changed", None),
        None,
        None,
    ]


def report(*found: Reported | None, readings_: int = 1) -> Report:
    kept = [one for one in found if one]
    return Report(
        "0123", MERGING, {"articles.raw.v1-0": 5}, {"events.strike.v1-0": 7}, 4, readings_, [("articles.raw.v1-0@3", "x")], 9, kept
    )


def test_a_change_is_told_field_by_field_and_long_lists_by_what_came_and_went() -> None:
    changed = as_json(report(reported(event(), event(7))))["changed"][0]
    assert changed["fields"]["quantities"]["before"][0]["best"] == 3
    assert changed["fields"]["quantities"]["after"][0]["best"] == 7
    assert all(isinstance(name, str) for name in changed["fields"]["claims"]["after"])
    assert changed["reasons"][0]["patterns_differ"] == {"told": ("quantities", "claims")}


def test_people_are_told_what_came_of_which_event_and_why() -> None:
    text = "\n".join(lines(report(reported(event(), None), reported(event(), event(7))), 1))
    assert "0 added, 1 lost, 1 changed" in text
    assert "- strike             2025-08-18" in text
    assert "told reads quantities, claims otherwise: Outlet of a" in text
    assert "and 1 more" in text
    assert "1 articles can't be read by it" in text


def test_a_report_has_the_digest_of_what_it_would_change_and_of_nothing_else() -> None:
    one, other = reported(event(), None), reported(event(), event(7))
    assert report(one).digest == report(one).digest != report(other).digest
    assert report(readings_=0).equal
    assert not report(one).equal
