"""A subscription: what is read, sorted by what it means, and handed out in order, with a position for each change."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, KafkaTimeoutError, OffsetOutOfRangeError

from schemas.topics import card
from schemas.versions import UnknownVersionError
from schemas.versions import present as newest
from subscribing.beginning import Origin, begin
from subscribing.broker import Broker
from subscribing.change import CURRENT, GONE, Change, position_of
from subscribing.errors import PositionLost, SubscribingError, UnknownVersion
from subscribing.following import Step, followed, followed_loosely, name
from subscribing.only import Only
from subscribing.position import Position

POLL_MS = 500
POLL_RECORDS = 1000
TRIES = 6  # of `PROBE_MS` and more each
LOOK_SECONDS = 15.0
"""How often the log is compared with what was read of it, and new partitions are looked for."""


class Subscription:
    """Changes as they come, for ever: `async for change in subscription`. Within `async with` the connection is closed at once in the end.

    `position`: where to go on so that everything that was handed out is done with, and what no filter lets through is skipped.
    """

    def __init__(self, broker: Broker, topics: Sequence[str], origin: Origin, only: Only, look_seconds: float = LOOK_SECONDS) -> None:
        self._broker, self._topics, self._origin, self._only = broker, topics, origin, only
        self._look_seconds, self._next_look = look_seconds, 0.0
        self._compacted = not all(card(topic).log for topic in topics)
        self._types = sorted({kind for topic in topics for kind in card(topic).types})
        self._known: dict[tuple[bytes | None, bytes | None], str] = {}
        self._newest: dict[TopicPartition, dict[bytes, int]] = {}
        self._steps: Mapping[TopicPartition, Step] = {}  # of what is wholly handed out
        self._last: Change | None = None  # beyond them
        self._running: AsyncGenerator[Change, None] | None = None

    @property
    def position(self) -> Position:
        """Where it stands. Before the first change was asked for: nowhere."""
        return self._last.position if self._last else position_of(self._steps)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connection."""
        if self._running is not None:
            await self._running.aclose()

    def __aiter__(self) -> AsyncIterator[Change]:
        """The changes.

        Raises:
            SubscribingError: the log is not what it was, or holds what this client does not know; what came before it was handed out.
            aiokafka.errors.KafkaError: Kafka can't be reached at the beginning, or lets nobody in. What passes is waited for later on.
        """
        self._running = self._run()
        return self._running

    async def _run(self) -> AsyncGenerator[Change, None]:
        consumer = self._broker.consumer()
        try:
            await consumer.start()
            await self._look(consumer, self._origin)
            while True:
                await self._look_again(consumer)
                found, reached, trouble = self._sorted(await self._fetched(consumer))
                left = sum(map(len, found.values()))
                for at, changes in found.items():
                    for change in changes:
                        left -= 1
                        change.steps, change.more = self._steps, left > 0
                        self._last = change
                        yield change
                    self._steps, self._last = {**self._steps, at: reached[at]}, None
                self._steps = {**self._steps, **reached}
                if trouble:
                    raise trouble
        finally:
            await consumer.stop()

    async def _fetched(self, consumer: AIOKafkaConsumer) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]:
        try:
            return await consumer.getmany(timeout_ms=POLL_MS, max_records=POLL_RECORDS)  # type: ignore[no-any-return]
        except OffsetOutOfRangeError as error:
            await self._look(consumer, self.position)  # says more exactly what is wrong
            raise PositionLost(f"the log no longer holds what comes next: {error}") from error

    def _sorted(
        self, batches: Mapping[TopicPartition, Sequence[ConsumerRecord]]
    ) -> tuple[dict[TopicPartition, list[Change]], dict[TopicPartition, Step], SubscribingError | None]:
        """What is handed out, how far each partition was read, and what ends it there."""
        found: dict[TopicPartition, list[Change]] = {}
        reached: dict[TopicPartition, Step] = {}
        for at, records in batches.items():
            found[at], reached[at] = [], self._steps[at]
            for raw in records:
                try:
                    step, change = self._place(at, reached[at], raw)
                except SubscribingError as error:
                    return found, reached, error
                reached[at] = step
                if change is not None:
                    found[at].append(change)
        return found, reached, None

    def _place(self, at: TopicPartition, step: Step, raw: ConsumerRecord) -> tuple[Step, Change | None]:
        step, fresh = followed_loosely(step, raw, self._newest.setdefault(at, {})) if self._compacted else followed(step, raw)
        if not fresh:
            return step, None
        change = Change(raw, self._what(raw), step)
        return step, change if self._only(change) else None

    def _what(self, raw: ConsumerRecord) -> str:
        kind = schema = None
        for header, value in raw.headers:
            if header == "ce_type":
                kind = value
            elif header == "ce_dataschema":
                schema = value
        told = kind, schema
        what = self._known.get(told)
        if what is None:
            what = self._known[told] = self._learnt(raw, *((text or b"").decode(errors="replace") for text in told))
        return GONE if what == CURRENT and not raw.value else what

    def _learnt(self, raw: ConsumerRecord, kind: str, schema: str) -> str:
        """What a type says that was not met before; older versions of a type say the same."""
        named, _, _ = kind.rpartition(".")
        known = named in {one.rpartition(".")[0] for one in self._types}
        try:
            newest(None, kind, schema)
        except UnknownVersionError:
            known = False
        if not known:
            what = f"type {kind or 'none'}, {schema or 'without dataschema'}"
            raise UnknownVersion(f"{name(raw)}: the record at offset {raw.offset} is of {what}; this client knows {', '.join(self._types)}")
        return named.rpartition(".")[2]

    async def _look_again(self, consumer: AIOKafkaConsumer) -> None:
        """Look now and then; a broker that is away is one to wait for."""
        if time.monotonic() >= self._next_look:
            try:
                await self._look(consumer, self.position)
            except (OSError, TimeoutError, KafkaError):
                self._next_look = time.monotonic() + self._look_seconds

    async def _look(self, consumer: AIOKafkaConsumer, origin: Origin) -> None:
        """Compare what was read with the log, and take in partitions that are new."""
        steps = await self._begun(origin)
        if steps.keys() != self._steps.keys():
            self._steps = steps
            consumer.assign(list(steps))
            for one, step in steps.items():
                consumer.seek(one, step.offset)
        self._next_look = time.monotonic() + self._look_seconds

    async def _begun(self, origin: Origin) -> dict[TopicPartition, Step]:
        """Where each partition begins. aiokafka waits in vain for a topic that was taken away just now: then ask again which there are."""
        for _ in range(TRIES - 1):
            with suppress(TimeoutError, KafkaTimeoutError):
                return await self._begun_at_once(origin)
        return await self._begun_at_once(origin)

    async def _begun_at_once(self, origin: Origin) -> dict[TopicPartition, Step]:
        at = await self._broker.partitions(self._topics)
        async with self._broker.probe() as probe:
            return await begin(probe, at, origin, compacted=self._compacted)
