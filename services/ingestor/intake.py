"""From a capture to an answer: cut in a thread, stored in one transaction, answered only once that is committed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TypeVar

import asyncpg
import structlog

from services.chassis.errors import is_passing
from services.chassis.faults import Faults
from services.chassis.outbox import Outbox
from services.chassis.relay import pending
from services.ingestor.answers import Answer, answer, gone, nothing, with_assumed_capture, within
from services.ingestor.identity import page_id
from services.ingestor.pages.model import Capture, Cut, Limits
from services.ingestor.problems import Problem, refused
from services.ingestor.settings import IngestorSettings
from services.ingestor.store import Page, Taken, take
from services.ingestor.withdrawals import articles_at, withdraw

log = structlog.get_logger()
Cutter = Callable[[Capture, Limits], Cut]
Clock = Callable[[], datetime]
T = TypeVar("T")


def now_utc() -> datetime:
    """The clock of the intake: what it says becomes log time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes pages in. `cut` is pure; `clock` gives log time, and stands in for a capture time that nobody said."""

    settings: IngestorSettings
    pool: asyncpg.Pool
    outbox: Outbox
    faults: Faults
    cut: Cutter
    cutting: asyncio.Semaphore
    clock: Clock = now_utc

    async def check_backlog(self) -> None:
        """Turn senders away while Kafka is behind.

        Raises:
            Problem: 429 above the limit, 503 without Postgres.
        """
        async with self._postgres():
            behind = await pending(self.pool, self.settings.backlog_records)
        if behind:
            detail = f"more than {self.settings.backlog_records:,} records wait for Kafka"
            wait = self.settings.retry_after_seconds
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "backlog", detail, "Come back later; nothing is lost.", retry_after=wait)

    async def take(self, capture: Capture) -> Answer:
        """Cut a capture, and make its articles durable.

        Raises:
            Problem: 422 or 413 when nothing could be taken in, 503 without Postgres.
        """
        digest = await asyncio.to_thread(_digest, capture)
        async with self.cutting:
            cut = await asyncio.to_thread(self._cut, capture, self.clock())
        if not cut.articles:
            raise refused(capture.label, cut.refusals or (nothing(capture),))
        page = Page(cut.page_id, capture.url, capture.moment, digest)
        taken = await self._commit(lambda tx: take(tx, self.outbox, page, cut.articles, self.clock()))
        log.info("page_taken", page_id=page.page_id, articles=len(taken), fresh=sum(done.outcome != "unchanged" for done in taken))
        return answer(cut, taken)

    async def withdraw(self, article: str) -> Taken:
        """Take one article back. Once is enough: again, it is unchanged.

        Raises:
            Problem: 404 for an article that is not known, 503 without Postgres.
        """
        taken = await self._commit(lambda tx: withdraw(tx, self.outbox, [article], None, self.clock()))
        if not taken:
            detail, advice = f"no article {article[:80]!r} is known", "Check the id; it is in the answer to the push."
            raise Problem(HTTPStatus.NOT_FOUND, "unknown_article", detail, advice)
        return taken[0]

    async def page_gone(self, url: str, moment: datetime | None) -> Answer:
        """Withdraw the articles of a page that was seen and is gone (404, 410).

        Raises:
            Problem: 503 without Postgres.
        """

        async def work(tx: asyncpg.Connection) -> list[Taken]:
            return await withdraw(tx, self.outbox, await articles_at(tx, url), moment, self.clock())

        return gone(page_id("", url), url, await self._commit(work))

    def _cut(self, capture: Capture, now: datetime) -> Cut:
        dated = capture if capture.captured_at else replace(capture, captured_at=now)
        cut = within(self.cut(dated, Limits(max_bytes=self.settings.page_bytes)), capture.label, self.settings.article_bytes)
        return cut if capture.captured_at else with_assumed_capture(cut, now)

    async def _commit(self, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        async with self._postgres():
            async with self.pool.acquire() as tx, tx.transaction():
                done = await work(tx)
                self.faults.reached("before_commit")
            self.faults.reached("after_commit")
            return done

    @asynccontextmanager
    async def _postgres(self) -> AsyncIterator[None]:
        """Trouble that may pass is the sender's to wait for: what was not answered with 202 can be sent again without harm."""
        try:
            async with asyncio.timeout(self.settings.store_seconds):
                yield
        except Exception as error:
            if not is_passing(error):
                raise
            log.warning("postgres_away", error=repr(error))
            detail, wait = "Postgres does not answer", self.settings.retry_after_seconds
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "store_away", detail, "Send it again later.", retry_after=wait) from error


def _digest(capture: Capture) -> str:
    content = capture.content
    return hashlib.sha256(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content).hexdigest()
