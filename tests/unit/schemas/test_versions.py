"""Versions: what was once written is brought to the present step by step, and what is newer than we are is told apart from what is broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas import publish
from schemas.changes import EventChange
from schemas.upcasters import read_upcasters, upcasters
from schemas.versions import PRESENT, UnknownVersionError, chain, dataschema, present, upcast

STEPS = {
    "parcel_from_v1.py": "MODEL, VERSION = 'Parcel', 1\ndef upcast(value):\n    return value | {'weights': [value['weight']]}\n",
    "parcel_from_v2.py": "MODEL, VERSION = 'Parcel', 2\ndef upcast(value):\n    return {'grams': sum(value['weights'])}\n",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A made-up model of which there were three versions."""
    for name, text in STEPS.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def brought(home: Path, value: bytes, version: int) -> bytes:
    return upcast(value, chain("Parcel", version, {"Parcel": 3}, read_upcasters(home)))


@pytest.mark.parametrize(("version", "value"), [(1, b'{"weight":2}'), (2, b'{"weights":[2]}'), (3, b'{"grams":2}')])
def test_a_value_of_any_version_is_brought_to_the_present_one(home: Path, version: int, value: bytes) -> None:
    assert brought(home, value, version) == b'{"grams":2}'


def test_a_letter_outside_ascii_stays_as_it_is(home: Path) -> None:
    (home / "parcel_from_v2.py").write_text("MODEL, VERSION = 'Parcel', 2\ndef upcast(value):\n    return value\n")
    assert brought(home, '{"to":"Kraków"}'.encode(), 2) == '{"to":"Kraków"}'.encode()


def test_without_its_upcaster_an_older_version_is_unknown_rather_than_misread(home: Path) -> None:
    (home / "parcel_from_v2.py").unlink()
    with pytest.raises(UnknownVersionError, match="Parcel v1"):
        brought(home, b'{"weight":2}', 1)


def test_a_version_newer_than_the_present_one_is_unknown(home: Path) -> None:
    with pytest.raises(UnknownVersionError, match="Parcel v4"):
        brought(home, b"{}", 4)


@pytest.mark.parametrize("value", [b"[]", b"{}", b"{", b"\xff", b"null", b"[" * 100_000])
def test_an_older_value_that_is_broken_is_the_record_s_own_trouble(home: Path, value: bytes) -> None:
    with pytest.raises(ValueError, match="not as its version has it"):
        brought(home, value, 1)


def test_two_upcasters_of_one_version_are_refused(home: Path) -> None:
    (home / "another.py").write_text(STEPS["parcel_from_v1.py"])
    with pytest.raises(ValueError, match="another upcaster reads Parcel v1"):
        read_upcasters(home)


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        ("daybook.event.revised.v1", dataschema("EventChange")),
        ("daybook.event.revised.v1", None),
        ("parcel.sent.v7", "urn:parcels:schema:Parcel:v7"),
        ("parcel", None),
        ("daybook.event.revised.v1", "urn:daybook:schema:EventChange:latest"),
    ],
)
def test_the_present_version_and_what_is_not_ours_are_left_untouched(kind: str, schema: str | None) -> None:
    assert present(b'{ "a" : 1 }', kind, schema) == b'{ "a" : 1 }'


def test_every_published_model_has_a_version_that_its_file_and_its_records_name() -> None:
    assert {model.__name__ for model in publish.MODELS} == PRESENT.keys()
    assert {f"{name}.v{version}.json" for name, version in PRESENT.items()} <= publish.documents().keys()
    assert dataschema("EventChange") == publish.documents()["EventChange.v1.json"]["$id"]


def test_every_version_before_the_present_one_has_its_upcaster() -> None:
    for name, last in PRESENT.items():
        assert len(chain(name, 1, PRESENT, upcasters())) == last - 1


def test_a_value_of_the_present_version_keeps_its_bytes_through_reading() -> None:
    event = {"event_id": "e", "kind": "strike", "title": "t", "ruleset": "r", "status": "occurred"}
    told = json.dumps({"change": "identified", "event": event, "cause": {"reason": "new"}}).encode()
    assert (
        EventChange.model_validate_json(present(told, "daybook.event.identified.v1", dataschema("EventChange")) or b"").event.kind
        == "strike"
    )
