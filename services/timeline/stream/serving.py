"""One stream from its beginning: what was missed is read first, then the hub tells what is new; nothing between is lost or repeated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from math import inf

from services.chassis.bell import within
from services.chassis.passing import is_passing
from services.timeline.parameters import StreamQuery
from services.timeline.reader import BusyError, Reader
from services.timeline.settings import TimelineSettings
from services.timeline.stream.beginning import beginning, other_logs
from services.timeline.stream.hub import PAGE, Hub
from services.timeline.stream.ids import WORDS
from services.timeline.stream.listener import Listener
from services.timeline.stream.matching import wants
from services.timeline.stream.messages import HEARTBEAT, cut_over, opening, place
from services.timeline.stream.reading import Stretch, stretch
from services.timeline.stream.standing import Standing, as_now, common, distance

SOON = 1.0  # seconds
READING = 2  # at a time: each holds one of the connections that questions are asked by


@dataclass(slots=True)
class Stream:
    """What one listener asked for, and how far it has been told."""

    query: StreamQuery
    standing: Standing
    listener: Listener | None = None


class Streams:
    """The open streams of this process."""

    def __init__(self, reader: Reader, settings: TimelineSettings) -> None:
        self._reader, self._settings = reader, settings
        self.hub = Hub(reader)
        self._reading = asyncio.Semaphore(READING)
        self._open = 0

    @property
    def write_seconds(self) -> float:
        """How long a connection may take nothing."""
        return self._settings.stream_write_seconds

    def begin(self, query: StreamQuery, last: str | None) -> Stream:
        """A stream from where the listener stands.

        Raises:
            BusyError: as many are open as may be, or the service has only just started, or is about to stop.
            UnknownPlaceError, AnotherLogError: what the listener sends is not of the logs that are followed.
        """
        if self._open >= self._settings.stream_listeners:
            raise BusyError(f"{self._open:,} streams are open, which is as many as may be")
        now, after = self._reader.present.now, query.after if last is None else last
        if not now.generation or self.hub.over or (after not in WORDS and not now.reached):
            raise BusyError("the timeline has only just started, or is about to stop")
        return Stream(query, beginning(after, now))

    async def pieces(self, stream: Stream) -> AsyncIterator[bytes]:
        """What is sent, piece by piece; it ends when the listener is too slow, Postgres is away, or the process stops."""
        self._open += 1
        try:
            yield opening(stream.standing)
            async for text in self._missed(stream):
                yield text
            async for text in self._new(stream):
                yield text
        except Exception as error:
            if not is_passing(error):
                raise
            self._reader.present.away.waits(error, path="/v1/stream")
        finally:
            self._open -= 1
            self._part(stream)

    async def _new(self, stream: Stream) -> AsyncIterator[bytes]:
        while stream.listener and not self.hub.over:
            text = await stream.listener.take(self._settings.stream_heartbeat_seconds)
            if stream.listener.let_go:
                return
            yield text or HEARTBEAT + place(self.hub.standing)

    async def _missed(self, stream: Stream) -> AsyncIterator[bytes]:
        """Read on up to where the hub stands, and from the last page on also listen there."""
        while not self.hub.over and not other_logs(stream.standing.logs, self._reader.present.now):
            coming, before, there = self._reader.present.bell.coming, stream.standing, self.hub.standing
            if before.has_heard_late(there):
                stream.standing = await self._corrected(before)
            elif not before.is_ahead_of(there):
                async for text in self._up_to(stream, there):
                    yield text
            if stream.listener:
                return
            # The hub rests, or Postgres was put back to an older state.
            if stream.standing == before and not await within(coming, self._patience(before, there)):
                yield HEARTBEAT

    def _patience(self, before: Standing, there: Standing) -> float:
        """A hub that another process has overtaken hears of it within a second."""
        return min(self._settings.stream_heartbeat_seconds, SOON if before.has_heard_late(there) else inf)

    async def _corrected(self, standing: Standing) -> Standing:
        """What was told late elsewhere is not to be told again; unless it waits again, as in a Postgres that was put back."""
        async with self._reading, self._reader.snapshot() as moment:
            return standing.passing_by(moment.now.waiting)

    async def _up_to(self, stream: Stream, there: Standing) -> AsyncIterator[bytes]:
        """One step. Whoever joins the hub does so where it stands now: nothing is awaited or told since `there` was taken."""
        if stream.standing.generation not in {0, there.generation}:
            before, stream.standing = stream.standing, replace(stream.standing, generation=there.generation)
            yield cut_over(before.generation, stream.standing)
            return  # while that was sent, the hub may have gone on by more than a page
        if distance(stream.standing, as_now(there)) <= PAGE:
            stream.listener = self.hub.join(stream.query, self._settings.stream_buffer_bytes)
        if distance(stream.standing, as_now(there)):
            new = await self._read(stream.standing, there)
            stream.standing = new.then
            yield self._wanted(stream.query, new)
        if stream.listener and (stream.listener.let_go or distance(stream.standing, as_now(there))):
            self._part(stream)

    async def _read(self, standing: Standing, there: Standing) -> Stretch:
        """A page up to where the hub stood. Postgres may know more by now, which the hub will tell; or less, if it was put back."""
        async with self._reading, self._reader.snapshot() as moment:
            return await stretch(moment, standing, common(as_now(there), moment.now), PAGE)

    def _wanted(self, query: StreamQuery, new: Stretch) -> bytes:
        """What is wanted of a stretch; its end is said too, so that nobody reads it twice."""
        wanted = wants(query)
        return b"".join([message.text for message in new.messages if wanted(message.change, message.glances)]) + place(new.then)

    def _part(self, stream: Stream) -> None:
        if stream.listener:
            self.hub.leave(stream.listener)
            stream.listener = None
