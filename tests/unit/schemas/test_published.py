"""What is published of the contract: it is what the models say, and what it promises holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from schemas.articles import RawArticle
from schemas.base import Model
from schemas.edits import Edit
from schemas.events import CanonicalEvent
from schemas.kinds import kinds, read_kinds
from schemas.publish import HOME, drifted
from schemas.topics import card, cards, read_cards

EXAMPLES = Path(__file__).parent / "examples"
MODELS: dict[str, type[Model]] = {"RawArticle": RawArticle, "CanonicalEvent": CanonicalEvent, "Edit": Edit}


def test_the_published_schemas_are_what_the_models_say() -> None:
    assert drifted() == []


def test_a_published_schema_that_was_edited_by_hand_is_noticed(tmp_path: Path) -> None:
    for path in HOME.glob("*.json"):
        (tmp_path / path.name).write_text(path.read_text().replace("event_id", "id"))
    assert "CanonicalEvent.v1.json" in drifted(tmp_path)


@pytest.mark.parametrize("path", sorted((EXAMPLES / "pass").glob("*.json")), ids=lambda path: path.stem)
def test_an_example_that_must_pass_passes(path: Path) -> None:
    MODELS[path.stem.split(".")[0]].model_validate(json.loads(path.read_text()))


@pytest.mark.parametrize("path", sorted((EXAMPLES / "fail").glob("*.json")), ids=lambda path: path.stem)
def test_an_example_that_must_fail_fails(path: Path) -> None:
    with pytest.raises(ValidationError):
        MODELS[path.stem.split(".")[0]].model_validate(json.loads(path.read_text()))


def test_fields_that_a_later_version_adds_are_ignored() -> None:
    example = json.loads((EXAMPLES / "pass" / "CanonicalEvent.least.json").read_text())
    assert CanonicalEvent.model_validate(example | {"mood": "tense"}) == CanonicalEvent.model_validate(example)


def test_each_kind_has_its_topics() -> None:
    topics = {c.topic for c in cards()}
    for kind in kinds():
        assert {f"mentions.{kind}.v1", f"events.{kind}.v1", f"events.{kind}.v1.quarantine"} <= topics


def test_every_log_that_is_followed_has_its_quarantine() -> None:
    topics = {c.topic for c in cards()}
    assert all(f"{c.topic}.quarantine" in topics for c in cards() if c.log)


def test_merging_hears_a_kind_in_one_order() -> None:
    assert all(c.partitions == 1 for c in cards() if c.value == "Reading")


def test_logs_are_kept_for_ever() -> None:
    assert all(c.settings["retention.ms"] == "-1" and c.settings["retention.bytes"] == "-1" for c in cards() if c.log)


def test_a_kind_is_a_folder_with_a_card(tmp_path: Path) -> None:
    (tmp_path / "ceasefire").mkdir()
    (tmp_path / "ceasefire" / "kind.yaml").write_text("title: Ceasefire\ncodes: {default: {plover: AGREE}}\n")
    assert read_kinds(tmp_path)["ceasefire"].codes_for("occurred").plover == "AGREE"


def test_a_topic_card_with_a_setting_that_is_missing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("topic: parcels.v1\nsummary: no partitions\n")
    with pytest.raises(ValidationError):
        read_cards(tmp_path)


def test_an_unknown_topic_has_no_card() -> None:
    with pytest.raises(KeyError):
        card("parcels.v1")
