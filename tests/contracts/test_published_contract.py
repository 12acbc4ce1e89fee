"""What is published is valid by the official validators, and every record that was ever written fits it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import SchemaError

from schemas.envelope import GENESIS, QUARANTINED
from schemas.golden import EXAMPLE, Golden, digests, examples, golden, read_golden
from schemas.publish import MODELS, documents
from schemas.topics import cards
from services.chassis.decoding import decode

PUBLISHED = documents()
OFFICIAL = Draft7Validator(json.loads((Path(__file__).parent / "official" / "asyncapi-3.0.0.json").read_text(encoding="utf-8")))
DATES = Draft202012Validator.FORMAT_CHECKER
NAMES = sorted(name for name in PUBLISHED if name != "asyncapi.json")
BY_MODEL = {model.__name__: model for model in MODELS}


def model_of(record: Golden) -> str | None:
    """The model in a record's value; None where there is none."""
    if record.type == GENESIS:
        return "Genesis"
    return next(card.value for card in cards() if record.type in card.types)


def consumed(record: Golden) -> ConsumerRecord:
    """As a consumer hands it out."""
    return ConsumerRecord(record.topic, 0, 0, 0, 0, record.key.encode(), record.body, None, -1, -1, record.raw_headers)


def wrong(schema: str, value: Any) -> list[str]:
    """What the published schema finds wrong with a value."""
    return [error.message for error in Draft202012Validator(PUBLISHED[schema], format_checker=DATES).iter_errors(value)]


@pytest.mark.parametrize("name", NAMES)
def test_each_schema_is_one_of_json_schema_2020_12(name: str) -> None:
    assert PUBLISHED[name]["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(PUBLISHED[name], format_checker=DATES)


@pytest.mark.parametrize("fault", [{"type": "text"}, {"required": "event_id"}, {"properties": []}, {"pattern": "("}])
def test_what_is_no_schema_is_noticed(fault: dict[str, Any]) -> None:
    with pytest.raises(SchemaError):
        Draft202012Validator.check_schema(PUBLISHED["Genesis.v1.json"] | fault, format_checker=DATES)


def test_the_description_of_the_topics_is_valid_asyncapi() -> None:
    assert [f"{list(error.path)}: {error.message[:200]}" for error in OFFICIAL.iter_errors(PUBLISHED["asyncapi.json"])] == []


@pytest.mark.parametrize(
    ("where", "value"),
    [(("asyncapi",), "2.6.0"), (("info", "version"), None), (("channels", "edits.v1", "key"), "x"), (("operations", "o"), {})],
)
def test_what_is_no_asyncapi_is_noticed(where: tuple[str, ...], value: Any) -> None:
    document = copy.deepcopy(PUBLISHED["asyncapi.json"])
    inner = document
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = value
    assert not OFFICIAL.is_valid(document)


def test_every_reference_of_the_description_leads_somewhere() -> None:
    document = PUBLISHED["asyncapi.json"]
    for name in referred(document):
        if name.startswith("./"):
            assert name.removeprefix("./") in PUBLISHED
            continue
        found = document
        for key in name.removeprefix("#/").split("/"):
            found = found[key]


def referred(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {text for key, text in value.items() if key == "$ref"} | {name for inner in value.values() for name in referred(inner)}
    return {name for inner in value for name in referred(inner)} if isinstance(value, list) else set()


def test_every_record_type_has_an_example_that_is_published() -> None:
    wanted = {GENESIS, *(kind for card in cards() for kind in card.types)}
    messages = PUBLISHED["asyncapi.json"]["components"]["messages"]
    assert examples().keys() == wanted == messages.keys()
    assert all(message["examples"][0]["headers"]["ce_type"] == kind for kind, message in messages.items())


@pytest.mark.parametrize("record", golden(), ids=lambda record: f"{record.type}/{record.name}")
def test_each_golden_record_can_be_read_and_fits_the_published_schema(record: Golden) -> None:
    # when
    read = decode(consumed(record))
    # then
    assert (read.envelope.type, read.key) == (record.type, record.key.encode())
    name = model_of(record)
    if name and read.value:
        model = BY_MODEL[name].model_validate_json(read.value)
        assert wrong(f"{name}.v1.json", json.loads(read.value)) == []
        assert wrong(f"{name}.v1.json", json.loads(model.model_dump_json())) == []
    headers = PUBLISHED["asyncapi.json"]["components"]["schemas"]["QuarantineHeaders" if record.type == QUARANTINED else "Headers"]
    assert [error.message for error in Draft202012Validator(headers, format_checker=DATES).iter_errors(record.headers)] == []


@pytest.mark.parametrize(
    "record", [record for record in golden() if record.value and record.name == EXAMPLE], ids=lambda record: record.type
)
def test_an_example_loses_nothing_when_it_is_read(record: Golden) -> None:
    told = json.loads(record.body or b"{}")
    written = BY_MODEL[str(model_of(record))].model_validate(told).model_dump(mode="json")
    assert {name: written[name] for name in told} == told


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event_id", None),
        ("status", "over"),
        ("recorded_at", "yesterday"),
        ("recorded_at", "2026-03-05T10:00:00"),
        ("revision", 0),
        ("where", {}),
    ],
)
def test_a_value_that_does_not_fit_is_noticed(field: str, value: Any) -> None:
    event = json.loads((examples()["daybook.event.current.v1"].body or b"").decode())
    assert wrong("CanonicalEvent.v1.json", event) == []
    assert wrong("CanonicalEvent.v1.json", event | {field: value})


def test_each_change_of_an_event_has_its_example() -> None:
    told = {
        kind: record.value["change"] for kind, record in examples().items() if isinstance(record.value, dict) and "change" in record.value
    }
    assert told == {f"daybook.event.{change}.v1": change for change in ("identified", "revised", "merged", "split", "retracted")}


def test_both_records_of_a_merge_have_one_merge_id() -> None:
    gone = examples()["daybook.event.merged.v1"].value
    stays = next(record.value for record in golden() if record.name == "survivor-of-a-merge")
    assert isinstance(gone, dict)
    assert isinstance(stays, dict)
    assert gone["merge_id"] == stays["merge_id"]
    assert gone["event"]["merged_into"] == stays["event"]["event_id"]  # type: ignore[index, call-overload]  # objects both


def test_golden_records_are_text_that_people_can_review(tmp_path: Path) -> None:
    """Given one in a folder of its own, when it is read, then its bytes are those that Kafka held: no blank, letters as they are."""
    folder = tmp_path / "parcel.sent.v1"
    folder.mkdir()
    (folder / "one.json").write_text(
        '{"about": "a", "topic": "t", "key": "k", "headers": {}, "value": {"to": "Kraków", "kg": 2.0}}', "utf-8"
    )
    (folder / "gone.json").write_text('{"about": "a", "topic": "t", "key": "k", "headers": {}, "value": null}')
    (folder / "torn.json").write_text('{"about": "a", "topic": "t", "key": "k", "headers": {}, "text": "{"}')
    assert [record.body for record in read_golden(tmp_path)] == [None, '{"to":"Kraków","kg":2.0}'.encode(), b"{"]
    assert len(digests(tmp_path)) == 3
