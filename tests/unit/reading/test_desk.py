"""The reader's desk: an article that can't be read, or not in time, is refused; its neighbours are read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from schemas.articles import RawArticle
from schemas.mentions import Reading
from services.chassis.apart import Apart, TooLong
from services.chassis.decoding import decode
from services.chassis.errors import Permanent
from services.chassis.outbox import Outbox
from services.chassis.records import Record
from services.normalizer.desk import ENTRY, Answer, Unreadable, answer
from services.normalizer.reader import Reader
from services.normalizer.reading import Ruleset
from tests.support.records import raw
from tests.unit.reading.articles import article

NEWS = "Russian drones hit the Ukrainian city of Kharkiv on Monday, killing two people, officials said."
# Some seconds of reading: every word is one that rules look at.
LONG = NEWS + " Putin met Trump in Kyiv after 270 drones hit Kharkiv." * 3_000
LIMIT = 0.5


def record(offset: int, body: str | None) -> Record:
    value = article(body).model_dump_json().encode() if body else b"{}"
    return decode(raw(offset, offset, key=f"article {offset}".encode(), value=value, topic="articles.raw.v1"))


@pytest.fixture(scope="module")
def desk() -> Iterator[Apart[bytes, Answer]]:
    desk: Apart[bytes, Answer] = Apart(ENTRY, LIMIT)
    yield desk
    desk.close()


def reader(desk: Apart[bytes, Answer]) -> Reader:
    return Reader(desk, Outbox("normalizer", {}, []))


async def test_an_article_that_takes_too_long_is_refused_by_name_and_its_neighbours_are_read(desk: Apart[bytes, Answer]) -> None:
    # given a batch with one such article, and one that is none
    before, endless, broken, after = record(0, NEWS), record(1, LONG), record(2, None), record(3, NEWS)
    # when it is read
    with pytest.raises(Permanent) as caught:
        await reader(desk).prepare([before, endless, broken, after])
    # then both are refused, each with its record and reason
    refused = [caught.value, *caught.value.others]
    assert [one.record for one in refused] == [endless, broken]
    assert "0.5 s of the processor's time" in str(refused[0])
    assert "not a RawArticle" in str(refused[1])
    # and the others are read
    told = await reader(desk).prepare([before, after])
    assert [out.cause for out in told] == [before, after]


async def test_with_a_limit_that_it_does_not_reach_the_same_article_is_read() -> None:
    """The negative control."""
    desk: Apart[bytes, Answer] = Apart(ENTRY, 3600)
    try:
        assert await reader(desk).prepare([record(0, LONG)])
    finally:
        desk.close()


async def test_an_article_given_up_costs_its_time_once_however_often_its_batch_is_tried() -> None:
    class Counting(Apart[bytes, Answer]):
        asked = 0

        def do(self, task: bytes) -> Answer:
            self.asked += 1
            raise TooLong("it took too long")

    desk = Counting(ENTRY, LIMIT)
    patient = reader(desk)
    for _ in range(3):
        with pytest.raises(Permanent):
            await patient.prepare([record(7, NEWS)])
    assert desk.asked == 1
    # but who has it tried again, once it was set aside, means that
    with pytest.raises(Permanent):
        await patient.prepare([replace(record(7, NEWS), again=True)])
    assert desk.asked == 2


def test_what_the_desk_writes_is_the_reading(desk: Apart[bytes, Answer]) -> None:
    given = article(NEWS)
    written = desk.do(given.model_dump_json().encode())
    assert isinstance(written, tuple)
    readings = [Reading.model_validate_json(one.body) for one in written]
    assert [(one.kind, one.article_id) for one in written] == [("strike", given.article_id)]
    assert readings[0].mentions[0].kind == "strike"


def test_an_article_that_the_rules_stumble_over_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(article: RawArticle, ruleset: Ruleset) -> tuple[Reading, ...]:
        raise IndexError("list index out of range")

    monkeypatch.setattr("services.normalizer.desk.read", stumble)
    assert answer(article(NEWS).model_dump_json().encode(), Ruleset.load()) == Unreadable(
        "reading failed: IndexError: list index out of range"
    )


def test_a_broken_installation_is_no_article_s_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(article: RawArticle, ruleset: Ruleset) -> tuple[Reading, ...]:
        raise FileNotFoundError("cities.tsv")

    monkeypatch.setattr("services.normalizer.desk.read", missing)
    with pytest.raises(FileNotFoundError):
        answer(article(NEWS).model_dump_json().encode(), Ruleset.load())


CLIENTS = "asyncpg, aiokafka, faststream, httpx"
LOADED = f"import sys, services.chassis.apart, services.normalizer.desk; print(*sys.modules.keys() & set('{CLIENTS}'.split(', ')))"


def test_a_desk_is_ready_sooner_as_it_loads_no_client_of_a_server() -> None:
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == ""
