"""`python -m services.timeline.generations.hand`: one process of those that fill a generation.

It is given a job, tells how far it has come, and ends. It ends at once when its input does: whoever started it is gone, and the next
rebuild goes on where this one was.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from typing import Any

from services.chassis.errors import Halt
from services.chassis.logs import configure
from services.timeline.generations.filling import filler
from services.timeline.generations.garbage import collected_by_hand
from services.timeline.generations.hands import Job, Offsets, listed
from services.timeline.generations.names import SERVICE
from services.timeline.projections import discover


def main() -> None:
    """Do one job."""
    job = Job.heard(sys.stdin.buffer.readline())
    configure(SERVICE, job.settings.model_copy(update={"log_level": "warning"}))
    threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        asyncio.run(_read(job))
    except Halt as halt:
        _tell({"halt": str(halt)})
    os._exit(0)  # what is told is flushed: to take all apart piece by piece would keep whoever waits for half a second


async def _read(job: Job) -> None:
    topics = sorted({at.topic for at in job.until})
    async with filler(job.settings, job.generation, discover(), topics) as filling:
        with collected_by_hand(_hear) as heard:
            await filling.read(job.until, heard)


def _hear(reached: Offsets) -> None:
    _tell({"reached": listed(reached)})


def _tell(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _end_with_input() -> None:
    while os.read(0, 1):  # by its number: a buffered reader would still be locked when Python ends
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
