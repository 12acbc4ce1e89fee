"""A generation filled from the log and indexed, in a process of its own, as `daybook rebuild` does before it compares.

`python -m tests.bench.refilling POSITIONS`, with DAYBOOK_KAFKA, DAYBOOK_DSN and ADMIN_DSN in the environment; POSITIONS is a list of topic, partition and
offset in JSON. Prints how many seconds it took, and how many megabytes at most, as JSON. The generation is dropped again.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import time
from pathlib import Path

from services.chassis.settings import Settings
from services.timeline.generations.filling import HANDS, filler
from services.timeline.generations.indexing import index, missing
from services.timeline.generations.registry import SQL, Positions, administer, forget, found
from services.timeline.projections import discover
from services.timeline.service import followed_topics


async def main(until: Positions) -> None:
    """Fill, and tell."""
    admin = await administer(os.environ["ADMIN_DSN"])
    async with admin.transaction():
        await admin.execute(SQL["lock"])
        generation = await found(admin, discover(), indexed=False)
    started = time.perf_counter()
    async with filler(Settings(), generation, discover(), followed_topics()) as filling:
        await filling.fill(until, lambda _done, _total: None)
        await index(os.environ["ADMIN_DSN"], generation, discover(), await missing(admin, generation, discover()))
    spent = time.perf_counter() - started
    async with admin.transaction():
        await admin.execute(SQL["lock"])
        await forget(admin, generation)
    await admin.close()
    sys.stdout.write(json.dumps({"seconds": spent, "megabytes": _megabytes()}) + "\n")


def _megabytes() -> float:
    """Of this process and those that it started, each taken for as large as the largest; kilobytes on Linux.

    `getrusage` would say of this one how large the benchmark is that started it, which holds all that it has laid out.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    return (own + (HANDS - 1) * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


if __name__ == "__main__":
    asyncio.run(main({(topic, partition): offset for topic, partition, offset in json.loads(sys.argv[1])}))
