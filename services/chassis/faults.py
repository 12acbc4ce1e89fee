"""Named points at which a test may kill or freeze the process: `before_commit:3:kill` is the third time it gets there.

An empty plan, the default, does nothing. The points are part of the checkpoint protocol's documentation.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from typing import Literal, get_args

Point = Literal["before_compare_and_swap", "before_commit", "after_commit", "before_send", "after_send"]
_SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


class Faults:
    """A plan of signals that this process sends to itself.

    Raises:
        ValueError: the plan names no such point or deed.
    """

    def __init__(self, plan: str = "") -> None:
        self._plan = dict(_parse(step) for step in plan.split(",") if step)
        self._seen: Counter[str] = Counter()

    def reached(self, point: Point) -> None:
        """Send the planned signal, if this visit is the planned one."""
        if not self._plan:
            return
        self._seen[point] += 1
        deed = self._plan.get((point, self._seen[point]))
        if deed:
            os.kill(os.getpid(), _SIGNALS[deed])


def _parse(step: str) -> tuple[tuple[str, int], str]:
    point, _, rest = step.partition(":")
    visit, _, deed = rest.partition(":")
    if point not in get_args(Point) or deed not in _SIGNALS or not visit.isdigit():
        raise ValueError(f"{step!r}: a fault is POINT:VISIT:DEED, with POINT one of {get_args(Point)} and DEED one of {tuple(_SIGNALS)}")
    return (point, int(visit)), deed
