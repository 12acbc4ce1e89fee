"""While a process fills a generation, garbage is looked for by hand: what a batch is made of has no cycles, and goes with it. To look for
some again and again took a seventh of the time.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.timeline.generations.hands import Offsets

COLLECT_EVERY = 50  # batches


@contextmanager
def collected_by_hand(hear: Callable[[Offsets], None]) -> Iterator[Callable[[Offsets], None]]:
    """No collection within the block, but for those that whoever is given back makes now and then; it tells `hear` what it is told."""
    batches = 0

    def heard(reached: Offsets) -> None:
        nonlocal batches
        hear(reached)
        batches += 1
        if batches % COLLECT_EVERY == 0:
            gc.collect()

    gc.freeze()
    gc.disable()
    try:
        yield heard
    finally:
        gc.enable()
        gc.unfreeze()
