"""What reading makes of sentences: states, sides, times, numbers, speakers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalizer.reading import Ruleset, read
from tests.unit.reading.articles import article, mentions


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("Indian Prime Minister Narendra Modi met Chinese President Xi Jinping in Beijing on Monday.", "occurred"),
        ("Indian Prime Minister Narendra Modi will meet Chinese President Xi Jinping in Beijing next Monday.", "scheduled"),
        ("Indian Prime Minister Narendra Modi is ready to meet Chinese President Xi Jinping in Beijing.", "proposed"),
        ("A planned meeting between Xi Jinping and Narendra Modi was postponed.", "postponed"),
        ("A planned meeting between Xi Jinping and Narendra Modi was called off.", "cancelled"),
        ("Xi Jinping declined an invitation to meet Narendra Modi.", "declined"),
    ],
)
def test_the_words_of_a_clause_tell_where_a_meeting_stands(sentence: str, status: str) -> None:
    assert [mention.status for mention in mentions(sentence)] == [status]


@pytest.mark.parametrize(
    "sentence",
    [
        "Ethiopia launched an air strike on the Sudanese town of Kassala on Monday.",
        "An Ethiopian air strike hit the Sudanese town of Kassala on Monday.",
        "The Sudanese town of Kassala was hit by Ethiopian missiles on Monday.",
    ],
)
def test_who_strikes_whom_does_not_depend_on_the_voice(sentence: str) -> None:
    (strike,) = mentions(sentence)
    assert "Ethiopia" in {p.name for p in strike.participants if p.role == "attacker"}
    assert "SD" in {place.country for place in strike.where}


def test_a_side_that_denies_its_strike_leaves_it_disputed() -> None:
    (strike,) = mentions("Rebels said Ethiopian drones hit a market in Mekelle on Monday. Ethiopia denied carrying out the strike.")
    assert strike.status == "disputed"


def test_at_least_is_a_lower_bound_and_up_to_an_upper_one() -> None:
    (strike,) = mentions("A Turkish air strike near Kobani killed at least seven people and wounded up to 20 on Monday.")
    bounds = {q.measure: (q.low, q.best, q.high) for q in strike.quantities}
    assert bounds["killed"] == (7, 7, None)
    assert bounds["wounded"] == (None, 20, 20)


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("An Israeli strike killed 12 people in Beirut.", {("killed", 12)}),
        ("An air raid killed 12 people in Idlib on Monday.", {("killed", 12)}),
        ("Russian drones hit Kharkiv on Monday, and 40 sick people were evacuated from a hospital.", {("displaced", 40)}),
        ("Russian drones hit a hospital in Kyiv on Monday that had treated 200 ill residents.", set[tuple[str, int]]()),
        ("Russian drones hit Kharkiv on Monday, and 12 injured residents were treated.", {("wounded", 12)}),
    ],
)
def test_one_strike_is_nobody_killed_and_whoever_is_ill_is_not_wounded(sentence: str, told: set[tuple[str, int]]) -> None:
    assert {(quantity.measure, quantity.best) for mention in mentions(sentence) for quantity in mention.quantities} == told


def test_the_day_of_speech_does_not_date_a_plan() -> None:
    (meeting,) = mentions("On Friday, Emmanuel Macron said he would meet Narendra Modi at an appropriate time.")
    assert meeting.when.start is None


def test_today_is_the_day_of_the_outlets_own_calendar() -> None:
    (meeting,) = mentions("Emmanuel Macron met Narendra Modi in Paris today.", published="2025-08-18T22:05:00-04:00")
    assert meeting.when.start == "2025-08-18"


def test_nothing_relative_is_dated_without_a_publication_date() -> None:
    (meeting,) = mentions("Narendra Modi met Xi Jinping in Beijing on Monday.", published=None)
    assert meeting.when.start is None


def test_a_claim_names_its_speaker_and_who_relayed_it() -> None:
    (strike,) = mentions("Russian drones hit a depot in Odesa on Monday, two officials told Reuters.")
    claim = next(claim for claim in strike.claims if claim.field == "status")
    assert claim.via == "Reuters"
    assert claim.speaker is not None
    assert claim.speaker.anonymous
    assert claim.speaker.count == 2


def test_every_filled_field_has_a_claim() -> None:
    for mention in mentions(
        "Russian drones hit a depot in Odesa overnight, killing three people. Putin met Xi Jinping in Beijing on Monday."
    ):
        fields = {claim.field for claim in mention.claims}
        assert {"status", "when", "where", "participants"} <= fields
        ids = {claim.claim_id for claim in mention.claims}
        assert all(set(quantity.claim_ids) <= ids for quantity in mention.quantities)


def test_two_sentences_of_one_happening_are_one_mention() -> None:
    body = "Narendra Modi met Xi Jinping in Beijing on Monday. The talks between Modi and Xi lasted three hours."
    assert len(mentions(body)) == 1


def test_the_same_article_reads_the_same_twice() -> None:
    body = "Russian drones hit Odesa overnight. Putin and Xi Jinping will meet in Beijing next week."
    assert read(article(body), Ruleset.load()) == read(article(body), Ruleset.load())


def test_there_is_one_reading_a_kind_and_no_sentences_where_there_is_no_mention() -> None:
    readings = read(article("The museum opens at nine."), Ruleset.load())
    assert [reading.kind for reading in readings] == ["body_exchange", "prisoner_exchange", "strike", "summit"]
    assert all(not reading.mentions and not reading.sentences for reading in readings)


WORDS = [
    "Russia",
    "Ukraine",
    "Putin",
    "Trump",
    "met",
    "talks",
    "drones",
    "struck",
    "Kyiv",
    "on",
    "Monday",
    "said",
    "will",
    ",",
    ".",
    '"',
    "(",
    ")",
    "the",
    "of",
    "270",
    "killed",
    "bodies",
    "returned",
    "prisoners",
    "'s",
    "\n\n",
    "*",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_any_heap_of_words_is_read_without_a_fault_and_every_quote_stands(words: list[str]) -> None:
    body = " ".join(words)
    for mention in mentions(body):
        for evidence in (mention.evidence, *(claim.evidence for claim in mention.claims)):
            assert body[evidence.start : evidence.end] == evidence.quote


@pytest.mark.parametrize(
    ("sentence", "modality"),
    [
        ("Russian drones hit a depot in Odesa on Monday.", "asserted"),
        ("Unconfirmed reports said Russian drones hit a depot in Odesa on Monday.", "hypothetical"),
        ("Turkey demanded a meeting between Xi Jinping and Narendra Modi.", "demanded"),
        ("Turkey proposed a meeting between Xi Jinping and Narendra Modi.", "offered"),
    ],
)
def test_claims_tell_how_sure_their_words_are(sentence: str, modality: str) -> None:
    (mention,) = mentions(sentence)
    assert {claim.modality for claim in mention.claims} == {modality}


@pytest.mark.parametrize(
    ("body", "measure", "number", "speaker", "via"),
    [
        ("Libya returned the bodies of 40 Chadian soldiers on Monday, Chadian officials said, and Chad returned nine, according to AFP.", "bodies", 40, "Chad", None),
        ("Governor Vadym Halych toured the ruins on Monday. He said Russian drones hit Odesa and killed three people.", "killed", 3, "Vadym Halych", None),
        ("Governor Vadym Halych toured the ruins on Monday. They said Russian drones hit Odesa and killed three people.", "killed", 3, None, None),
        ("Reportedly, Russian drones hit Odesa on Monday and killed three people.", "killed", 3, None, None),
        ("The defence ministry said Russian drones hit Kyiv on Monday, but the mayor, Vitali Klitschko, said three people were killed.", "killed", 3, "Vitali Klitschko", None),
        ("Three people were killed when Russian drones hit Odesa on Monday, Reuters reported.", "killed", 3, None, "Reuters"),
    ],
)  # fmt: skip
def test_each_number_comes_from_the_one_who_gave_it(body: str, measure: str, number: int, speaker: str | None, via: str | None) -> None:
    claims = [c for m in mentions(body) for c in m.claims if c.field == f"quantities.{measure}" and str(number) in str(c.value)]
    assert (speaker, via) in {(c.speaker.name if c.speaker else None, c.via) for c in claims}
