"""One reader for all listeners: reads what is new once, writes each change once, and hands it to those whom it concerns.

It shares its loop with whoever projects, and gives way to it: after each round it rests for a multiple of what the round has cost, so that
a thousand listeners take a small, fixed share of the processor's time. What comes meanwhile is told in the next round.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import structlog

from services.chassis.bell import within
from services.chassis.passing import is_passing
from services.timeline.parameters import StreamQuery
from services.timeline.reader import Reader
from services.timeline.stream.beginning import other_logs
from services.timeline.stream.listener import Listener
from services.timeline.stream.matching import Switchboard
from services.timeline.stream.messages import cut_over
from services.timeline.stream.reading import Stretch, stretch
from services.timeline.stream.standing import Standing, is_news, standing_at

PAGE = 200  # offsets in one round
REST = 19  # times as long as a round has cost: a twentieth of the time
SECONDS_A_ROW = 50e-6  # of reading; measured, as are those below, and rounded up
SECONDS_A_MESSAGE = 50e-6  # to one listener: waking, framing, a system call
SECONDS_A_BYTE = 1e-9
LOOK_SECONDS = 1.0
log = structlog.get_logger()


class Hub:
    """`standing`: what everybody who listens has been told, or has waiting."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self._present = reader, reader.present
        self._listeners: Switchboard[Listener] = Switchboard()
        self._standing = Standing()
        self.over = False

    def __len__(self) -> int:
        return len(self._listeners)

    @property
    def standing(self) -> Standing:
        """With nobody to tell, everything is told."""
        return self._standing if self._listeners else standing_at(self._present.now)

    def join(self, query: StreamQuery, most_bytes: int) -> Listener:
        """Be told what follows `standing`, as it is now."""
        self._standing = self.standing
        one = Listener(most_bytes)
        self._listeners.add(one, query)
        return one

    def leave(self, one: Listener) -> None:
        """Be told no more."""
        if one in self._listeners:
            self._listeners.remove(one)

    def end(self) -> None:
        """The process stops: let everybody go, so that nobody holds it up. They ask again where another answers."""
        self.over = True
        for one in self._listeners.listeners():
            one.end()

    async def run(self) -> None:
        """Tell what is new whenever a commit rings, until cancelled."""
        while True:
            coming = self._present.bell.coming
            try:
                rest = await self._round() if self._listeners else 0.0
            except Exception as error:
                if not is_passing(error):
                    raise
                self._present.away.waits(error, path="/v1/stream")
                rest = LOOK_SECONDS
            if rest:
                await asyncio.sleep(rest)
            else:
                await within(coming, LOOK_SECONDS)

    async def _round(self) -> float:
        """Tell the next stretch. Gives how long to rest; nothing, if nothing was new.

        Most rounds follow one that has told all there is: they ask Postgres nothing, as `present` has looked just now. What was read is
        told before the snapshot is closed, which is a question of its own.
        """
        began = self._standing
        if not is_news(self._present.now, began):
            return 0.0
        async with self._reader.snapshot() as moment:
            now = moment.now
            if made_anew := other_logs(began.logs, now):
                return self._let_all_go(made_anew)
            new = await stretch(moment, began, now, PAGE)
            if new.then == began or self._standing is not began:
                return 0.0
            return self._tell(began, new)

    def _let_all_go(self, made_anew: list[str]) -> float:
        """They ask again, and are told that what they have heard is of other logs."""
        log.warning("logs_made_anew", topics=made_anew, path="/v1/stream")
        for one in self._listeners.listeners():
            one.let_go = True
            one.end()
            self.leave(one)
        return 0.0

    def _tell(self, began: Standing, new: Stretch) -> float:
        started, cost = time.perf_counter(), len(new.messages) * SECONDS_A_ROW
        self._standing = new.then
        if began.generation != new.then.generation:
            text = cut_over(began.generation, replace(began, generation=new.then.generation))
            cost += sum(self._hand(one, text) for one in self._listeners.listeners())
        wanted: dict[Listener, list[bytes]] = {}
        for message in new.messages:
            for one in self._listeners.for_whom(message.change, message.glances):
                wanted.setdefault(one, []).append(message.text)
        for one, texts in wanted.items():
            cost += self._hand(one, b"".join(texts))
        return REST * (cost + time.perf_counter() - started)

    def _hand(self, one: Listener, text: bytes) -> float:
        """Gives what it will cost to send."""
        if not one.hear(text):
            self.leave(one)
        return SECONDS_A_MESSAGE + SECONDS_A_BYTE * len(text)
