"""A page that hangs a parser, kills its process or meets a bug of ours is refused with its bytes, and holds nobody up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from aiokafka import ConsumerRecord

from deploy.local.stack import Stack
from services.ingestor.refused import TOPIC
from tests.integration.ingestor_pages import CAPTURED, Ingestor, page, prepared
from tests.support.logs import read_topic
from tests.support.service import service

MODULE = "tests.support.stubborn"
BAD = [("please hang", "too_slow"), ("please die", "crashed"), ("please fill", "crashed"), ("please stumble", "stumbled")]


@pytest.fixture(scope="module")
def ingestor(stack: Stack) -> Iterator[Ingestor]:
    asyncio.run(prepared(stack))
    with service(stack, "ingestor", module=MODULE, CUT_SECONDS="1", CUT_AT_ONCE="2") as process:
        process.wait_ready()
        yield Ingestor(stack, process)


@pytest.mark.parametrize(("words", "reason"), BAD)
async def test_it_is_refused_with_a_reason_and_kept_with_its_bytes(ingestor: Ingestor, words: str, reason: str) -> None:
    # when
    response = ingestor.post("/v1/pages", words, captured_at=CAPTURED, name="bad.txt")
    # then
    assert response.status_code == 422
    told = response.json()
    assert told["type"] == f"urn:daybook:problem:{reason}"
    assert told["detail"].startswith("bad.txt: ")
    assert "DAYBOOK_CUT_" in told["advice"] or "report" in told["advice"]
    await ingestor.settled()
    [kept] = [record for record in await read_topic(ingestor.stack.kafka, TOPIC) if record.value == words.encode()]
    assert _header(kept, "reason") == reason


def test_good_pages_among_as_many_bad_ones_as_there_are_processes_are_taken(ingestor: Ingestor) -> None:
    # given
    pages = [text for n, (words, _) in enumerate(BAD) for text in (f"{words} {n}", page(f"Ferry number {n} is late"))]
    # when
    with ThreadPoolExecutor(len(pages)) as senders:
        answers = list(senders.map(lambda text: ingestor.post("/v1/pages", text, captured_at=CAPTURED), pages))
    # then
    assert [answer.status_code for answer in answers] == [422, 202] * len(BAD)


def test_without_the_limit_of_time_a_page_would_hold_a_process_for_ever(stack: Stack) -> None:
    asyncio.run(prepared(stack))
    with service(stack, "ingestor", module=MODULE, CUT_SECONDS="3600", CUT_AT_ONCE="1", STOP_SECONDS="1") as process:
        process.wait_ready()
        with pytest.raises(httpx.TimeoutException):
            httpx.post(f"{process.address}/v1/pages", content="please hang", timeout=3)
        with pytest.raises(httpx.TimeoutException):
            httpx.post(f"{process.address}/v1/pages", content=page("A good page"), timeout=3)


def _header(record: ConsumerRecord, name: str) -> str:
    value: bytes = dict(record.headers)[name]
    return value.decode()
