"""A request is known by its key: whose it is, and what was asked with it."""

from __future__ import annotations

import pytest

from services.ingestor.once import Once, once
from services.ingestor.problems import Problem


def asked(header: str | None = "k-1", caller: str = "", what: str = "POST /v1/pages?", body: bytes = b"news") -> Once:
    found = once(header, caller, what, body)
    assert found is not None
    return found


def test_without_the_header_nothing_is_remembered() -> None:
    assert once(None, "", "POST /v1/pages?", b"news") is None


def test_a_key_in_quotation_marks_is_the_same_key() -> None:
    assert asked('"k-1"') == asked("k-1") == asked(" k-1 ")


def test_the_keys_of_two_callers_differ() -> None:
    assert asked(caller="one").key != asked(caller="other").key
    assert asked("bc", caller="a").key != asked("c", caller="ab").key


@pytest.mark.parametrize("other", [{"body": b"other"}, {"what": "POST /v1/articles?"}, {"what": "POST /v1/pages?name=a"}])
def test_another_body_or_address_is_another_request(other: dict[str, str]) -> None:
    assert asked(**other).key == asked().key  # type: ignore[arg-type]
    assert asked(**other).request != asked().request  # type: ignore[arg-type]


@pytest.mark.parametrize("header", ["", '""', "ключ", "a\x00b", "k" * 256])
def test_a_key_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(Problem) as refused:
        once(header, "", "POST", b"")
    assert refused.value.details.status == 400
