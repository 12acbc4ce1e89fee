"""From a capture to an answer: cut in a process of its own, stored in one transaction, answered only once that is committed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

import asyncpg
import structlog

from services.chassis.away import Away
from services.chassis.faults import Faults
from services.chassis.outbox import SQL as OUTBOX
from services.chassis.outbox import Outbox
from services.chassis.passing import is_passing
from services.ingestor.answers import Answer, answer, gone
from services.ingestor.backlog import Backlog
from services.ingestor.cutting import Cutting, Piece, unread
from services.ingestor.identity import page_id
from services.ingestor.once import Once, answered, begin, finish
from services.ingestor.pages.model import Capture
from services.ingestor.problems import Problem, refused, too_large
from services.ingestor.refused import quarantine
from services.ingestor.settings import IngestorSettings
from services.ingestor.store import Taken, take, take_together
from services.ingestor.together import Together
from services.ingestor.withdrawals import articles_at, withdraw

log = structlog.get_logger()
Clock = Callable[[], datetime]
T = TypeVar("T")


def now_utc() -> datetime:
    """The clock of the intake: what it says becomes log time."""
    return datetime.now(UTC)


@dataclass(slots=True, eq=False)
class Intake:
    """Takes pages in. `clock` gives log time, and stands in for a capture time that nobody said."""

    settings: IngestorSettings
    pool: asyncpg.Pool
    outbox: Outbox
    faults: Faults
    cutting: Cutting
    clock: Clock = now_utc
    _away: Away = field(init=False)
    _backlog: Backlog = field(init=False)
    _plain: Together[Piece, Answer] = field(init=False)

    def __post_init__(self) -> None:
        self._away = Away("postgres_away")
        self._backlog = Backlog(self._waiting, self.settings.backlog_records)
        self._plain = Together(self._take_together, about=lambda piece: piece.article_ids, size=lambda piece: piece.size)

    @property
    def latest(self) -> datetime:
        """The latest time at which a page can have been captured: now, and what clocks may differ by."""
        return self.clock() + timedelta(seconds=self.settings.skew_seconds)

    async def check_backlog(self, *, anew: bool = False) -> None:
        """Turn senders away while Kafka is behind. `anew`: whatever was found a moment ago.

        Raises:
            Problem: 429 above the limit, 503 without Postgres.
        """
        async with self._postgres():
            behind = await self._backlog.is_full(anew=anew)
        if behind:
            detail = f"more than {self.settings.backlog_records:,} records wait for Kafka"
            wait = self.settings.retry_after_seconds
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "backlog", detail, "Come back later; nothing is lost.", retry_after=wait)

    async def _waiting(self) -> int:
        return int(await self.pool.fetchval(OUTBOX["pending"]))

    async def take(self, capture: Capture, once: Once | None = None) -> Answer:
        """Cut a capture, and make its articles durable. What is refused of it goes to quarantine.

        Raises:
            Problem: 422 or 413 when nothing could be taken in, 422 for a key used before, 503 without Postgres.
        """
        if once and (before := await self._answered(once)):
            return before
        piece = await self.prepare(capture)
        if not piece.drafts:
            await self._commit(lambda tx: self.keep(tx, piece))
            raise refused(capture.label, piece.refusals)
        if piece.is_plain and once is None:
            done = await self._plain.do(piece)
        else:
            done = await self._once(once, lambda tx: self.keep(tx, piece))
        self._backlog.takes(len(piece.drafts) + len(piece.refusals))
        return done

    async def _take_together(self, pieces: Sequence[Piece]) -> list[Answer]:
        """One transaction for several plain pieces that share no article."""

        async def keep(tx: asyncpg.Connection) -> list[Answer]:
            pushed = [(piece.page, piece.drafts) for piece in pieces]
            return list(map(told, pieces, await take_together(tx, self.outbox, pushed, self.clock())))

        return await self._commit(keep)

    async def prepare(self, capture: Capture, assumed: datetime | None = None) -> Piece:
        """Cut a capture, no more than a few at a time. `assumed`, else now, stands in for its time."""
        return await self.cutting.piece(capture, assumed or self.clock())

    async def keep(self, tx: asyncpg.Connection, piece: Piece) -> Answer:
        """Store a piece within the caller's transaction: its articles, and in quarantine what was refused."""
        now = self.clock()
        taken = await take(tx, self.outbox, piece.page, piece.drafts, now) if piece.drafts else []
        await quarantine(tx, self.outbox, piece, self.settings.quarantine_bytes, now)
        return told(piece, taken)

    async def keep_beginning(self, capture: Capture, problem: Problem) -> None:
        """Put what had come in of a page that is too large into quarantine.

        Raises:
            Problem: 503 without Postgres.
        """
        piece = unread(capture, too_large(capture.label, problem))
        await self._commit(lambda tx: quarantine(tx, self.outbox, piece, self.settings.quarantine_bytes, self.clock()))

    async def withdraw(self, article: str) -> Taken:
        """Take one article back. Once is enough: again, it is unchanged.

        Raises:
            Problem: 404 for an article that is not known, 503 without Postgres.
        """
        taken = await self._commit(lambda tx: withdraw(tx, self.outbox, [article], None, self.clock())) if _is_uuid(article) else []
        if not taken:
            detail, advice = f"no article {article[:80]!a} is known", "Check the id; it is in the answer to the push."
            raise Problem(HTTPStatus.NOT_FOUND, "unknown_article", detail, advice)
        return taken[0]

    async def page_gone(self, capture: Capture, once: Once | None = None) -> Answer:
        """Withdraw the articles of a page that was seen and is gone (404, 410).

        Raises:
            Problem: 422 for a key used before, 503 without Postgres.
        """
        return await self._once(once, lambda tx: self.keep_gone(tx, capture))

    async def keep_gone(self, tx: asyncpg.Connection, capture: Capture) -> Answer:
        """Withdraw the articles of a page that is gone within the caller's transaction."""
        url = capture.url or ""
        taken = await withdraw(tx, self.outbox, await articles_at(tx, url), capture.moment, self.clock())
        return gone(page_id("", url), url, taken)

    async def _once(self, once: Once | None, work: Callable[[asyncpg.Connection], Awaitable[Answer]]) -> Answer:
        if once is None:
            return await self._commit(work)

        async def keyed(tx: asyncpg.Connection) -> Answer:
            before = await begin(tx, once, self.clock(), self._since)
            if before:
                return before
            done = await work(tx)
            await finish(tx, once, done)
            return done

        return await self._commit(keyed)

    @property
    def _since(self) -> datetime:
        return self.clock() - timedelta(hours=self.settings.answers_hours)

    async def _answered(self, once: Once) -> Answer | None:
        async with self._postgres():
            return await answered(self.pool, once, self._since)

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
            self._away.over()
        except Exception as error:
            if not is_passing(error):
                raise
            self._away.waits(error)
            detail, wait = "Postgres does not answer", self.settings.retry_after_seconds
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "store_away", detail, "Send it again later.", retry_after=wait) from error


def told(piece: Piece, taken: Sequence[Taken]) -> Answer:
    """What the sender is told, and the log."""
    if taken:
        fresh = sum(done.outcome != "unchanged" for done in taken)
        log.info("page_taken", page_id=piece.page.page_id, articles=len(taken), fresh=fresh)
    return answer(piece, taken)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
