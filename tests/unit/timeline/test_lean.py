"""The lean reader beside the models: never laxer, and the same values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from schemas.base import Sha256
from schemas.changes import EventChange
from schemas.events import CanonicalEvent
from services.timeline import lean
from tests.unit.timeline.builders import claim, event, mention, on, person, told

VALUE = told(
    event(
        when=on("2025-08-18"),
        where=[{"name": "Torvik", "country": "NO", "lat": 1.5}],
        participants=[person("Ana Núñez", "ES")],
        quantities=[{"measure": "killed", "low": 1, "best": 2, "high": 3}],
        claims=[claim("a-1", "status", "scheduled"), claim("a-2", "quantities.killed", {"best": 3, "party": None})],
        mentions=[mention("a-1", "It says so.")],
        edits=[
            {
                "edit_id": "x",
                "action": "correct",
                "editor": "me",
                "reason": "so",
                "given_at": datetime(2025, 8, 20, tzinfo=UTC),
                "value": [1, 2.5],
            }
        ],
        details={"form": "talks"},
        evidenced={"mentions": 1, "claims": 2, "digest": "ab" * 32},
    ),
    merge_id="m-1",
).model_dump(mode="json")
ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["US", "US\n", "2025-08-18", "2025-08-18\n", "a" * 64]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a value, the innermost too."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for name, one in inner for path in paths(one, (*at, name)))]


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The value with another one at that place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)
    return copy


DIGEST = get_args(Sha256)[1].metadata[0].pattern
PLACES = paths(VALUE)[1:]
FIELDS = [path for path in PLACES if path[0] == "event" and isinstance(path[-1], str) and not {"value", "details"} & set(path[:-1])]
"""Of an event, but for what is within values of any shape, which lack nothing."""


def leanly(value: bytes) -> Any | None:
    try:
        found = lean.read(value)
    except ValidationError:
        return None
    return found if isinstance(found, msgspec.Struct) else None


@given(st.lists(st.tuples(st.sampled_from(PLACES), ANY), max_size=2))
def test_what_is_read_leanly_is_what_the_model_reads_whatever_stands_in_it(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    # given
    value: Any = VALUE
    for path, new in sorted(changes, key=lambda one: len(one[0]), reverse=True):
        value = put(value, path, new)
    told = json.dumps(value).encode()
    # when
    found = leanly(told)
    # then: the model takes it too, and both are the same when they are written
    if found is not None:
        model = EventChange.model_validate_json(told)
        assert json.loads(lean.written(found)) == json.loads(model.model_dump_json())
        assert json.loads(lean.written(found.event)) == json.loads(lean.written(model.event))


def test_a_change_as_the_merger_writes_it_is_read_leanly_and_written_as_the_model_writes_it() -> None:
    value = json.dumps(VALUE).encode()
    found = leanly(value)
    assert found is not None
    assert lean.written(found) == EventChange.model_validate_json(value).model_dump_json()


@pytest.mark.parametrize(
    ("path", "new"),
    [
        (("event", "revision"), "7"),
        (("event", "recorded_at"), 1_755_691_200),
        (("event", "details", "form"), [[[[[[1]]]]]]),
        (("event", "corroboration", "articles"), 3.0),
    ],
)
def test_what_only_the_model_takes_is_read_by_the_model(path: tuple[Any, ...], new: Any) -> None:
    value = json.dumps(put(VALUE, path, new)).encode()
    assert leanly(value) is None
    assert lean.read(value) == EventChange.model_validate_json(value)


def test_a_struct_has_the_attributes_of_its_model_with_their_values() -> None:
    value = json.dumps(VALUE).encode()
    one, other = lean.read(value).event, EventChange.model_validate_json(value).event
    assert (one.recorded_at, one.when.start, one.claims[1].value, one.links) == (
        other.recorded_at,
        other.when.start,
        other.claims[1].value,
        other.links,
    )
    assert tuple(lean.struct(CanonicalEvent).__struct_fields__) == tuple(CanonicalEvent.model_fields)


def wholly(value: Any) -> tuple[Any, Any, bytes] | None:
    return lean.read_whole(json.dumps(value).encode())


def test_an_event_told_as_a_whole_keeps_its_own_text_which_is_what_would_be_written() -> None:
    value = told(CanonicalEvent.model_validate(VALUE["event"])).model_dump_json().encode()
    whole = lean.read_whole(value)
    assert whole is not None
    assert whole[2].decode() == lean.written(lean.read(value).event)
    assert (whole[0].change, whole[0].cause.reason) == ("revised", "a test")


@given(st.lists(st.tuples(st.sampled_from(PLACES), ANY), max_size=2))
def test_what_is_read_as_a_whole_says_what_the_model_would_write_whatever_stands_in_it(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    # given
    value: Any = VALUE
    for path, new in sorted(changes, key=lambda one: len(one[0]), reverse=True):
        value = put(value, path, new)
    # when
    whole = wholly(value)
    # then
    if whole is not None:
        model = EventChange.model_validate_json(json.dumps(value))
        assert json.loads(whole[2]) == json.loads(lean.written(whole[1])) == json.loads(lean.written(model.event))


def parts(kind: Any) -> set[Any]:
    """The models that a type is made of."""
    own = {kind} if isinstance(kind, type) and issubclass(kind, BaseModel) else set()
    return own | {model for inner in get_args(kind) for model in parts(inner)}


def holders(model: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every field of an event, and of what it is made of, that holds a digest."""
    for name, field in model.model_fields.items():
        if any(getattr(one, "pattern", None) == DIGEST for one in field.metadata):
            yield (*at, name)
        for inner in parts(field.annotation):
            yield from holders(inner, (*at, name))


def test_every_digest_of_an_event_is_looked_at() -> None:
    assert set(holders(CanonicalEvent)) == {
        ("claims", "evidence", "quote_sha256"),
        ("mentions", "evidence", "quote_sha256"),
        ("evidenced", "digest"),
    }


@pytest.mark.parametrize("path", [path for path in PLACES if path[-1] in {"quote_sha256", "digest"}])
@pytest.mark.parametrize("wrong", ["g" * 64, "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_what_is_no_digest_is_left_to_the_model_which_refuses_it(path: tuple[Any, ...], wrong: str) -> None:
    assert wholly(VALUE) is not None
    assert wholly(put(VALUE, path, wrong)) is None
    with pytest.raises(ValidationError):
        lean.read(json.dumps(put(VALUE, path, wrong)).encode())


@pytest.mark.parametrize("wrong", ["no", "N", "NOR", "NO\n", "ÅÅ"])
def test_what_is_no_code_of_a_country_is_left_to_the_model_which_refuses_it(wrong: str) -> None:
    value = put(VALUE, ("event", "where", 0, "country"), wrong)
    assert wholly(value) is None
    with pytest.raises(ValidationError):
        lean.read(json.dumps(value).encode())


@pytest.mark.parametrize("path", FIELDS)
def test_an_event_that_lacks_a_field_is_written_again(path: tuple[Any, ...]) -> None:
    value = json.loads(json.dumps(VALUE))
    inner = value
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    assert wholly(value) is None


@pytest.mark.parametrize("path", [("event",), ("event", "when"), ("event", "claims", 0, "evidence")])
def test_an_event_that_tells_more_than_is_known_here_is_written_again(path: tuple[Any, ...]) -> None:
    value = json.loads(json.dumps(VALUE))
    inner = value
    for name in path:
        inner = inner[name]
    inner["mood"] = "hopeful"
    assert wholly(VALUE) is not None
    assert wholly(value) is None
