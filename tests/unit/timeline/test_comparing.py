"""What a comparison of two generations says of columns that it left out."""

from __future__ import annotations

from typing import Any

import pytest

from services.commands.rebuild import said
from services.timeline.generations import comparing
from services.timeline.generations.canonical import meaning
from services.timeline.packing import pack


class _Side:
    def __init__(self, **columns: str) -> None:
        self._columns = columns

    async def columns(self, _name: str) -> dict[str, str]:
        return self._columns


async def test_a_column_that_is_stored_otherwise_is_told_as_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    async def equal(compared: comparing.Compared, _one: Any, _other: Any, name: str, columns: dict[str, str]) -> None:
        assert columns == {"event_id": "text"}
        compared.rows[name] = 1

    monkeypatch.setattr(comparing, "_compare_table", equal)
    one: Any = _Side(event_id="text", state="jsonb")
    other: Any = _Side(event_id="text", state="bytea")

    compared = await comparing.compare(one, other, ["events"])

    assert compared.columns_not_compared == {"events": ["state"]}
    assert "state of events; `daybook verify`" in said(compared, 1, 2)[-1]


async def test_where_all_columns_are_alike_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def equal(*_: Any) -> None:
        """Nothing differs."""

    monkeypatch.setattr(comparing, "_compare_table", equal)
    one: Any = _Side(event_id="text", state="bytea")

    compared = await comparing.compare(one, one, ["events"])

    assert (compared.columns_not_compared, len(said(compared, 1, 2))) == ({}, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"low":1e16}', '{"low":1e+16}'),
        ('{"low":1e16}', '{"low":10000000000000000.0}'),
        ('{"title":"Z\\u00fcrich"}', '{"title":"Zürich"}'),
        ('{"a":1,"b":2}', '{ "b": 2, "a": 1 }'),
    ],
)
def test_two_writings_of_the_same_mean_the_same(one: str, other: str) -> None:
    assert meaning(pack(one)) == meaning(pack(other))


@pytest.mark.parametrize(
    ("one", "other"), [("1", "1.0"), ("1", "true"), ('"1"', "1"), ("[1,2]", "[2,1]"), ("null", '""'), ("1e16", "1.1e16")]
)
def test_what_is_not_the_same_does_not(one: str, other: str) -> None:
    assert meaning(pack(one)) != meaning(pack(other))
