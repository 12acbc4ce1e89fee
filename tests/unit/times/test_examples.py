"""The examples that stand beside each rule, run as tests."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from services.normalizer.reading.times import Anchor, TimeExpression, find_times
from services.normalizer.reading.times import rules as rules_module
from services.normalizer.reading.times.lexicon import load
from services.normalizer.reading.times.rules import examples, grammar

BESIDE: dict[str, dict[str, list[Any]]] = load("examples.yaml")
PUBLISHED = Anchor(dt.date(2025, 8, 19))
FRAME = "He said {} was meant."


def positives() -> list[Any]:
    return [pytest.param(rule, text, id=f"{rule['id']}-{text}") for rule in examples() for text in rule["finds"]]


def negatives() -> list[Any]:
    return [pytest.param(rule, text, id=f"{rule['id']}-{text}") for rule in examples() for text in rule.get("leaves", ())]


def found(rule: dict[str, Any], text: str) -> tuple[TimeExpression, ...]:
    frame = rule.get("finds_in")
    return find_times(frame if frame and text in frame else FRAME.format(text), PUBLISHED)


@pytest.mark.parametrize(("rule", "text"), positives())
def test_what_a_rule_must_match_is_found_whole(rule: dict[str, Any], text: str) -> None:
    assert text in [t.text for t in found(rule, text)]


@pytest.mark.parametrize("rule", [pytest.param(r, id=r["id"]) for r in examples() if r["finds"] and "value" in r])
def test_the_first_example_has_the_value_written_beside_it(rule: dict[str, Any]) -> None:
    text = rule["finds"][0]

    assert [t.value for t in found(rule, text) if t.text == text] == [str(rule["value"])]


@pytest.mark.parametrize(("rule", "text"), negatives())
def test_what_a_rule_must_not_match_is_left_alone(rule: dict[str, Any], text: str) -> None:
    body = rule.get("leaves_in") or FRAME.format(text)
    at = body.index(text)

    assert not [t for t in find_times(body, PUBLISHED) if t.start < at + len(text) and at < t.end]


def test_every_rule_has_an_id_of_its_own_and_an_example() -> None:
    ids = [rule["id"] for rule in examples()]

    assert len(ids) == len(set(ids))
    assert [r["id"] for r in examples() if not r["finds"] and r["make"] != "nothing"] == []
    assert len(grammar().rules) == len(ids)


def beside(part: str) -> list[Any]:
    return [
        pytest.param(row, id=f"{file}: {row['text'] if isinstance(row, dict) else row}") for file in BESIDE for row in BESIDE[file][part]
    ]


def values(body: str) -> dict[str, str]:
    return {t.text: t.value for t in find_times(body, PUBLISHED)}


@pytest.mark.parametrize("row", beside("match"))
def test_words_of_a_file_are_found_with_the_values_that_it_says(row: dict[str, Any]) -> None:
    assert {str(text): str(value) for text, value in row["finds"].items()}.items() <= values(row["text"]).items()


@pytest.mark.parametrize("body", beside("not"))
def test_words_that_look_like_those_of_a_file_are_left_alone(body: str) -> None:
    assert values(body) == {}


@pytest.mark.parametrize("row", beside("misses"))
def test_a_known_miss_is_still_missed_else_it_belongs_among_the_matches(row: dict[str, Any]) -> None:
    assert not {str(text): str(value) for text, value in row["finds"].items()}.items() <= values(row["text"]).items()


def test_every_file_of_words_has_examples_of_each_sort() -> None:
    files = {path.stem for path in Path(rules_module.__file__).parent.glob("*.yaml")} - {"rules", "examples"}
    assert set(BESIDE) == files
    assert [f"{file}: {part}" for file in sorted(files) for part in ("match", "not", "misses") if not BESIDE[file].get(part)] == []
