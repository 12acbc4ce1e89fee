"""A broker that stands still slows the senders down: they are asked to come back, memory stays bounded, and readiness says so."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psutil

from deploy.local import stack as local
from deploy.local.stack import Stack
from deploy.pipeline.processes import PLAIN_HTTP
from tests.integration.ingestor_pages import BODY, Ingestor, line, lines, prepared
from tests.support.service import eventually, service

MEGABYTE = 1_000_000
BACKLOG, PUSH = 300, 50


@contextmanager
def standing_still(stack: Stack) -> Iterator[None]:
    """The broker is there, takes connections, and answers nothing."""
    running = local.running(stack.state)
    assert running is not None
    os.kill(running.pids["kafka"], signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(running.pids["kafka"], signal.SIGCONT)


def part(ingestor: Ingestor) -> str:
    """What readiness says of the intake."""
    return str(httpx.get(f"{ingestor.process.address}/readyz", verify=PLAIN_HTTP).json()["parts"]["intake"])


def status(ingestor: Ingestor, path: str) -> int:
    return httpx.get(f"{ingestor.process.address}{path}", verify=PLAIN_HTTP).status_code


async def test_senders_are_slowed_down_by_a_broker_that_stands_still_and_nothing_is_lost(stack: Stack) -> None:
    await prepared(stack)
    with service(stack, "ingestor", BACKLOG_RECORDS=str(BACKLOG)) as process:
        process.wait_ready()
        ingestor, memory = Ingestor(stack, process), psutil.Process(process.process.pid)
        pushes = [lines(*(line(f"slow-{n}-{m}", BODY * 5) for m in range(PUSH))) for n in range(2 * BACKLOG // PUSH)]
        answers = [ingestor.post("/v1/articles", pushes[0])]
        # when
        with standing_still(stack):
            answers += [ingestor.post("/v1/articles", push) for push in pushes[1:]]
            before = memory.memory_info().rss
            refused = [ingestor.post("/v1/pages", b"word " * (MEGABYTE // 5)) for _ in range(60)]
            grown = memory.memory_info().rss - before
            # then
            taken = [answer for answer in answers if answer.status_code == 202]
            assert BACKLOG < len(taken) * PUSH <= BACKLOG + 2 * PUSH, "no more is taken in than may wait, but for the push that fills it"
            assert {answer.status_code for answer in [*answers[len(taken) :], *refused]} == {429}
            assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
            assert grown < 30 * MEGABYTE
            await eventually(lambda: part(ingestor) == f"more than {BACKLOG} records wait for Kafka")
            assert (status(ingestor, "/readyz"), status(ingestor, "/livez")) == (503, 200)
        # and when it goes on
        await ingestor.settled()
        await eventually(lambda: part(ingestor) == "ready")
        # then
        again = [ingestor.post("/v1/articles", push) for push in pushes]
        assert {answer.status_code for answer in again} == {202}
        await ingestor.settled()
        assert len(await ingestor.log()) == len(pushes) * PUSH
        acknowledged = {told["article_id"] for answer in taken for told in answer.json()["articles"]}
        assert acknowledged <= {it.key for it in await ingestor.log()}
