"""The ingestor is ready once the processes that cut are: the first page does not wait for them to start."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from services.chassis.health import Health
from services.chassis.workers import Workers
from services.ingestor.service import CUTTING, keep
from tests.support.service import eventually


def is_read(gate: Path, writers: list[int]) -> bool:
    """Whether somebody waits for what is written there; that stays open until then."""
    try:
        writers.append(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


async def test_readiness_waits_for_the_processes_that_cut(tmp_path: Path) -> None:
    # given processes that first read what nobody has written yet
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    health = Health(CUTTING)
    workers = Workers(1, 5.0, 1_000_000_000, (Path.read_text, gate))
    keeping = asyncio.create_task(keep(workers, health))
    # when
    writers: list[int] = []
    await eventually(lambda: is_read(gate, writers))
    assert not health.ready().ready
    os.close(writers[0])
    # then
    await eventually(lambda: health.ready().ready)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
