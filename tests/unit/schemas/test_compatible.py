"""What breaks a released contract is told with its path and whom it breaks; what only adds to it is not."""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas import publish
from schemas.compatible import breaks
from schemas.publish import contract, last_release

PARCEL: dict[str, Any] = {
    "$defs": {
        "Box": {
            "type": "object",
            "properties": {"size": {"type": "integer"}, "inner": {"anyOf": [{"$ref": "#/$defs/Box"}, {"type": "null"}]}},
            "required": ["size"],
        }
    },
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^p", "description": "its id"},
        "state": {"enum": ["sent", "lost"], "type": "string"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "boxes": {"type": "array", "items": {"$ref": "#/$defs/Box"}},
        "span": {"prefixItems": [{"type": "integer"}, {"type": "integer"}], "type": "array"},
        "marks": {"type": "object", "patternProperties": {"^m_": {"type": "string"}}},
        "weights": {"type": "object", "additionalProperties": {"type": "number"}},
    },
    "required": ["id", "state"],
}


def properties(**changed: Any) -> dict[str, Any]:
    return {"properties": PARCEL["properties"] | changed}


BREAKS: list[tuple[dict[str, Any], str]] = [
    ({"properties": {name: schema for name, schema in PARCEL["properties"].items() if name != "note"}}, "/note: is gone"),
    ({"required": ["id", "state", "note"]}, "/note: is required now; records of the release lack it"),
    ({"required": ["id"]}, "/state: is no longer required; readers of the release rely on it"),
    (properties(id={"type": "integer"}), "/id: was string, and is integer"),
    (properties(id={"anyOf": [{"type": "string", "pattern": "^p"}, {"type": "null"}]}), "/id: was string, and is string or null"),
    (properties(note={"type": "string"}), "/note: was string or null, and is string"),
    (properties(id={"type": "string", "pattern": "^q"}), "/id/pattern: was '^p', and is '^q'"),
    (properties(id={"type": "string"}), "/id/pattern: was '^p', and is None"),
    (properties(state={"enum": ["sent"], "type": "string"}), "/state: can no longer be 'lost'; records of the release are"),
    (
        properties(state={"enum": ["sent", "lost", "torn"], "type": "string"}),
        "/state: can be 'torn' now; readers of the release do not know it",
    ),
    (properties(state={"type": "string"}), "/state/enum: was ['sent', 'lost'], and is None"),
    (properties(id=PARCEL["properties"]["id"] | {"enum": ["p1"]}), "/id/enum: was None, and is ['p1']"),
    (properties(marks={"type": "object", "patternProperties": {"^m_": {"type": "integer"}}}), "/marks/patternProperties/^m_: was string"),
    (properties(marks={"type": "object"}), "/marks/patternProperties/^m_: is gone; readers of the release rely on it"),
    (
        properties(marks={"type": "object", "patternProperties": {"^m_": {"type": "string"}, "^n_": {"type": "string"}}}),
        "/marks/patternProperties/^n_: binds fields of such names now; records of the release may hold others",
    ),
    (properties(note=PARCEL["properties"]["note"] | {"default": "none"}), "/note/default: was None, and is 'none'"),
    (properties(boxes={"type": "array"}), "/boxes/items: has changed"),
    (properties(boxes={"type": "array", "items": {"type": "string"}}), "/boxes/items: was object, and is string"),
    (properties(span={"prefixItems": [{"type": "integer"}], "type": "array"}), "/span: was 2 values, and is 1 values"),
    (
        properties(weights={"type": "object", "additionalProperties": {"type": "string"}}),
        "/weights/additionalProperties: was number, and is string",
    ),
    (
        {"$defs": {"Box": PARCEL["$defs"]["Box"] | {"properties": {"size": {"type": "integer", "minimum": 0}}, "required": ["size"]}}},
        "/boxes/items/size/minimum: was None, and is 0",
    ),
]


@pytest.mark.parametrize(("change", "told"), BREAKS, ids=[told for _, told in BREAKS])
def test_a_change_that_breaks_readers_or_records_is_told(change: dict[str, Any], told: str) -> None:
    assert any(line.startswith(f"Parcel.v1.json{told}") for line in breaks({"Parcel.v1.json": PARCEL}, {"Parcel.v1.json": PARCEL | change}))


@pytest.mark.parametrize(
    "change",
    [
        {},
        properties(colour={"type": "string"}),
        properties(id={"type": "string", "pattern": "^p", "description": "what names it", "title": "Id"}),
        {"title": "Parcel", "description": "a parcel"},
        {"required": ["state", "id"]},
    ],
    ids=["nothing", "a field that may be missing", "other words", "a title", "another order"],
)
def test_a_change_that_only_adds_is_none_of_them(change: dict[str, Any]) -> None:
    assert breaks({"Parcel.v1.json": PARCEL}, {"Parcel.v1.json": PARCEL | change}) == []


def test_a_schema_that_is_gone_breaks() -> None:
    assert breaks({"Parcel.v1.json": PARCEL}, {}) == ["Parcel.v1.json: is gone, though its records are still in the logs"]


def test_a_schema_that_is_new_breaks_nothing() -> None:
    assert breaks({}, {"Parcel.v1.json": PARCEL}) == []


def without(channel: str) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["channels"].pop(channel)


def set_to(value: Any, *path: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = value

    return change


EVENTS = ("channels", "events.strike.v1")
KAFKA = (*EVENTS, "bindings", "kafka")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without("events.strike.v1"), "events.strike.v1: is gone"),
        (set_to({}, *EVENTS, "messages"), "events.strike.v1/messages: no longer carries daybook.event.merged.v1"),
        (set_to("article_id", *EVENTS, "x-key"), "events.strike.v1/x-key: was 'event_id', and is 'article_id'"),
        (set_to(8, *KAFKA, "partitions"), "events.strike.v1/partitions: were 4, and are 8"),
        (set_to(["compact"], *KAFKA, "topicConfiguration", "cleanup.policy"), "events.strike.v1/cleanup.policy: was ['delete']"),
        (set_to(1000, *KAFKA, "topicConfiguration", "retention.ms"), "events.strike.v1/retention.ms: was -1, and is 1000"),
        (
            set_to({"$ref": "./Edit.v1.json"}, "components", "messages", "daybook.event.merged.v1", "payload"),
            "daybook.event.merged.v1: its value was",
        ),
        (set_to([], "components", "schemas", "Headers", "required"), "Headers/ce_id: is no longer required"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_change_of_a_topic_that_breaks_its_consumers_is_told(change: Callable[[dict[str, Any]], None], told: str) -> None:
    now = contract()["asyncapi.json"]
    changed = copy.deepcopy(now)
    change(changed)
    found = breaks({"asyncapi.json": now}, {"asyncapi.json": changed})
    assert any(line.startswith(f"asyncapi.json {told}") for line in found), found


def test_a_topic_that_is_new_and_one_that_is_kept_longer_break_nothing() -> None:
    now = contract()["asyncapi.json"]
    then = copy.deepcopy(now)
    del then["channels"]["events.summit.v1"]
    then["channels"]["edits.v1.quarantine"]["bindings"]["kafka"]["topicConfiguration"]["retention.ms"] = 1000
    assert breaks({"asyncapi.json": then}, {"asyncapi.json": now}) == []


@pytest.mark.parametrize("now", [{}, {"a/one.json": "other"}])
def test_a_golden_record_that_was_changed_or_taken_away_breaks(now: dict[str, str]) -> None:
    assert breaks({"golden.json": {"a/one.json": "digest"}}, {"golden.json": now}) == ["golden/a/one.json: was changed or taken away"]


def test_the_contract_is_compatible_with_the_last_release() -> None:
    _, released = last_release()
    assert breaks(released, contract()) == []


def test_a_broken_contract_fails_the_check_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given a release that had a field more
    _, released = last_release()
    released["Genesis.v1.json"]["properties"]["motto"] = {"type": "string"}
    (tmp_path / "0.9.0").mkdir()
    (tmp_path / "0.10.0").mkdir()
    for name, document in released.items():
        (tmp_path / "0.10.0" / name).write_text(json.dumps(document))
    monkeypatch.setattr(publish, "last_release", lambda: last_release(tmp_path))
    monkeypatch.setattr(sys, "argv", ["publish", "--check"])
    # when
    code = publish.main()
    # then
    told = capsys.readouterr().err
    assert (code, "Genesis.v1.json/motto: is gone" in told, "the contract of release 0.10.0 is broken" in told) == (1, True, True)
