"""Explaining a reading: true to what is read, and telling why something is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import app
from services.normalizer.reading import Ruleset
from services.normalizer.reading.explaining import Account, Attempt, explain
from tests.unit.reading.articles import article, mentions

STRIKE = "Russian drones hit a depot in Odesa on Monday, killing two people, officials told Reuters."


def accounts(body: str) -> tuple[Account, ...]:
    return explain(article(body), Ruleset.load())


def attempts(body: str) -> list[Attempt]:
    return [attempt for account in accounts(body) for attempt in account.attempts]


def test_a_sentence_is_told_with_its_times_places_actors_numbers_and_speakers() -> None:
    (account,) = accounts(STRIKE)
    assert {one.what for one in account.recognised} == {"time", "place", "actor", "number", "speaker"}
    assert any(one.text == "Odesa" and "UA" in one.means for one in account.recognised)


@pytest.mark.parametrize(
    ("body", "pattern", "outcome", "reason"),
    [
        (STRIKE, "strike.verb.hit", "fired", ""),
        ("He died of a heart attack in Kyiv.", "strike.noun.attack", "blocked", "'heart'"),
        ("The two ministers will hold talks.", "summit.noun.talks", "incomplete", "'parties'"),
    ],
)
def test_each_pattern_tells_what_came_of_it_and_why(body: str, pattern: str, outcome: str, reason: str) -> None:
    found = [attempt for attempt in attempts(body) if attempt.pattern == pattern]
    assert [attempt.outcome for attempt in found] == [outcome]
    assert any(reason in why for why in found[0].why) or not reason


@pytest.mark.parametrize(
    "body", [STRIKE, "Xi Jinping met Narendra Modi in Beijing on Monday. The talks lasted an hour.", "The museum opens at nine."]
)
def test_as_many_happenings_are_explained_as_are_read(body: str) -> None:
    fired = {attempt.happening for attempt in attempts(body) if attempt.happening}
    assert len(fired) == len(mentions(body))


def test_every_span_stands_in_the_body() -> None:
    for account in accounts(STRIKE):
        assert all(STRIKE[one.start : one.end] == one.text for one in account.recognised)
        assert all(STRIKE[one.start : one.end] == one.text for one in account.attempts)


def test_the_command_prints_json_where_nobody_watches(tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_text(
        json.dumps({"url": "https://a.invalid/1", "outlet": "A", "published": "2025-08-19T10:00:00Z", "title": "T", "body": STRIKE})
    )
    done = CliRunner().invoke(app, ["explain", str(file)])
    assert done.exit_code == 0, done.output
    (line,) = done.stdout.splitlines()
    assert json.loads(line)["sentences"][0]["attempts"]


def test_the_command_prints_text_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_text(
        json.dumps({"url": "https://a.invalid/1", "outlet": "A", "published": "2025-08-19T10:00:00Z", "title": "T", "body": STRIKE})
    )
    done = CliRunner().invoke(app, ["explain", str(file), "--format", "text"])
    assert done.exit_code == 0, done.output
    assert "strike.verb.hit" in done.stdout
