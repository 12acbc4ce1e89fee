"""The rules are of English: what is in another language is not read, and what nobody knows the language of is."""

from __future__ import annotations

import pytest

from schemas.articles import RawArticle
from services.normalizer.desk import readings_to_publish
from services.normalizer.reading import Ruleset, languages, read
from tests.unit.reading.articles import article

TEXT = "Putin met Trump in Geneva on Monday. Russian drones hit Kyiv overnight, killing two people, officials said."


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return Ruleset.load()


def in_language(language: str, **more: object) -> RawArticle:
    return article(TEXT).model_copy(update={"language": language, **more})


def told(of: RawArticle, ruleset: Ruleset) -> int:
    return sum(len(reading.mentions) for reading in read(of, ruleset))


@pytest.mark.parametrize("language", ["en", "EN", "en-GB", "und", "mul"])
def test_english_is_read_and_so_is_what_nobody_knows_the_language_of(language: str, ruleset: Ruleset) -> None:
    assert told(in_language(language), ruleset) >= 2


@pytest.mark.parametrize("language", ["fr", "uk", "zh-Hant", "enm"])
def test_of_an_article_in_another_language_each_reading_is_empty(language: str, ruleset: Ruleset) -> None:
    readings = read(in_language(language), ruleset)
    assert [reading.kind for reading in readings] == [reading.kind for reading in read(in_language("en"), ruleset)]
    assert not any(reading.mentions or reading.sentences for reading in readings)


def test_without_the_rule_it_would_be_read_as_if_it_were_english(ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "READ", languages.READ | {"fr"})
    assert told(in_language("fr"), ruleset) >= 2


def test_an_article_that_turns_out_to_be_in_another_language_takes_its_mentions_back(ruleset: Ruleset) -> None:
    published = readings_to_publish(in_language("fr", revision=2), ruleset)
    assert published
    assert not any(reading.mentions for reading in published)
