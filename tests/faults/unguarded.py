"""The negative controls: a service with guards taken out. `python -m tests.faults.unguarded fence normalizer`, or `checks,numbers`."""

from __future__ import annotations

import asyncio
import re
import runpy
import sys
from collections.abc import Callable
from typing import Any

from services.chassis import checkpoints, follower, kafka, plan
from services.chassis.errors import Permanent
from services.chassis.follower import Follower
from services.chassis.records import seq_of
from services.chassis.watching_logs import LogWatch
from services.timeline.following import Generations
from services.timeline.generations.names import Generation
from services.timeline.generations.registry import all_of


def fence() -> None:
    """Positions are set whatever the row holds, as they would be without the protocol."""
    sql = checkpoints.SQL["advance"]
    without = re.sub(r"AND held\.owner_epoch = .*?\n", "", re.sub(r"\s+AND held\.owner_epoch.*", "\n", sql, flags=re.DOTALL))
    checkpoints.SQL["advance"] = without + "RETURNING held.topic, held.partition"
    assert "owner_epoch =" not in checkpoints.SQL["advance"].split("WHERE")[1]


def one_transaction() -> None:
    """The position is committed by itself, before the effects."""
    advance = checkpoints.advance

    async def apart(_: Any, name: str, moves: Any) -> None:
        async with one.pool.acquire() as tx, tx.transaction():
            await advance(tx, name, moves)

    made = Follower.__init__

    def making(self: Follower, *arguments: Any) -> None:
        made(self, *arguments)
        one.pool = self.pool

    one = _One()
    put(Follower, "__init__", making)
    put(checkpoints, "advance", apart)


class _One:
    """The pool of the follower that there is."""

    pool: Any = None


def retries() -> None:
    """Nothing passes."""
    put(follower, "is_passing", lambda _: False)


def checks() -> None:
    """Whatever the log is, it is taken for the one that was followed."""

    async def unseen(*_: object) -> dict[Any, Any]:
        return {}

    put(follower, "verify", unseen)


def numbers() -> None:
    """A number that is missing is not missed."""
    put(plan, "_is_repeat", lambda believed, raw: (seq := seq_of(raw)) is not None and seq < believed.next_seq)


def position() -> None:
    """Reading goes on where Kafka's own offsets of the group say."""

    def resumed(self: Follower, partitions: Any) -> None:
        self._consumer().resume(*(set(partitions) & self._consumer().assignment()))
        self._standing.waits(None)

    put(Follower, "_go_on", resumed)


def watch() -> None:
    """Nobody looks while nothing comes."""

    async def asleep(_: LogWatch) -> None:
        await asyncio.Event().wait()

    put(LogWatch, "run", asleep)


def parser() -> None:
    """Records are parsed as the library would."""
    put(kafka, "_parser", lambda *_: None)


def quarantine() -> None:
    """What can't be applied is nobody's in particular."""

    def unnamed(error: Permanent, *_: object) -> None:
        raise error

    put(follower, "_remember", unnamed)


def shape() -> None:
    """Whatever made a generation, it is written."""

    async def all_of_them(self: Generations) -> list[Generation]:
        return await all_of(self._service.pool)

    put(Generations, "_wanted", all_of_them)


def disk() -> None:
    """What no position tells is committed as carelessly as the rest."""
    sql = checkpoints.SQL["durable"]
    checkpoints.SQL["durable"] = sql.replace("= 'off'", "= 'never so'")
    assert checkpoints.SQL["durable"] != sql


def put(where: object, name: str, instead: object) -> None:
    """Something else in place of a guard, which must be there."""
    assert hasattr(where, name), f"there is no guard {name}"
    setattr(where, name, instead)


GUARDS: dict[str, Callable[[], None]] = {
    guard.__name__: guard for guard in (fence, one_transaction, retries, checks, numbers, position, watch, parser, quarantine, shape, disk)
}

if __name__ == "__main__":
    for name in sys.argv[1].split(","):
        GUARDS[name]()
    runpy.run_module(f"services.{sys.argv[2]}", run_name="__main__")
