"""`python -m tests.bench [NAME…]`: every benchmark, or those named, a table of ratios, and `build/bench.json`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from rich.console import Console
from rich.table import Table

from deploy.local.options import Options
from deploy.local.stack import start, stop
from deploy.pipeline.prepare import prepare
from deploy.pipeline.services import NAMES, service_cards
from tests.bench import (
    asking,
    ingesting,
    merging,
    merging_growth,
    projecting,
    reading,
    relaying,
    streaming,
    subscribing,
    visible,
    webhooks,
    whole_path,
)
from tests.bench.ratios import Ratio, write
from tests.support.stack import empty

OUTPUT = Path("build/bench.json")
ON_A_STACK = (whole_path, visible, streaming, relaying, subscribing, merging, merging_growth, ingesting, asking, webhooks, projecting)


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main(*only: str) -> None:
    """Run them all, or those named, on a stack of their own."""
    ratios = reading.measure() if not only or "reading" in only else []
    wanted = [one for one in ON_A_STACK if not only or one.__name__.rpartition(".")[2] in only]
    with tempfile.TemporaryDirectory(prefix="daybook-bench-") as folder:
        state = Path(folder) / "state"
        try:
            ratios += asyncio.run(_on_a_stack(state, wanted))
        finally:
            stop(state)
    write(ratios, OUTPUT)
    Console(width=150).print(_table(ratios))
    say(f"written to {OUTPUT}")


async def _on_a_stack(state: Path, measurements: Sequence[ModuleType]) -> list[Ratio]:
    """Each measurement finds the servers empty: what another left in a topic would be work in this one."""
    stack = await asyncio.to_thread(start, Options(state=state, kafka_port=0, controller_port=0, postgres_port=0), say)
    ratios: list[Ratio] = []
    for measurement in measurements:
        await empty(stack, NAMES, topics_of=None)
        await prepare(stack.kafka, stack.dsn("admin"), service_cards(), lambda _: None)
        say(f"measuring: {(measurement.__doc__ or '').partition(',')[0].partition('.')[0]}")
        ratios += await measurement.measure(stack)
    return ratios


def _table(ratios: list[Ratio]) -> Table:
    table = Table("what", "ratio", "of", "to", "samples")
    for ratio in ratios:
        table.add_row(ratio.name, f"{ratio.ratio:.3g}", ratio.of, ratio.to, str(ratio.samples))
    return table


if __name__ == "__main__":
    main(*sys.argv[1:])
