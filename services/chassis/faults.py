"""Named points at which a test may kill or freeze the process: `before_commit:3:kill` is the third time it gets there, and
`before_commit@normalizer-merger:3:kill` the third time that this follower does; of the relay one can name the topic.

An empty plan, the default, does nothing. The points are part of the checkpoint protocol's documentation.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from typing import Literal, get_args

FollowerPoint = Literal["before_compare_and_swap", "after_compare_and_swap", "before_commit", "after_commit"]
RelayPoint = Literal["before_send", "after_send", "after_relayed"]
SenderPoint = Literal["before_post", "after_post", "before_recorded", "after_recorded"]
Point = FollowerPoint | RelayPoint | SenderPoint
POINTS = get_args(FollowerPoint) + get_args(RelayPoint) + get_args(SenderPoint)
_SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


class Faults:
    """A plan of signals that this process sends to itself.

    Raises:
        ValueError: the plan names no such point or deed.
    """

    def __init__(self, plan: str = "") -> None:
        self._plan = dict(_parse(step) for step in plan.split(",") if step)
        self._seen: Counter[str] = Counter()

    def reached(self, point: Point, who: str = "") -> None:
        """Send the planned signal, if this visit is the planned one. `who` got there: a follower, a topic, or an address."""
        for name in (point, f"{point}@{who}") if self._plan else ():
            self._seen[name] += 1
            deed = self._plan.get((name, self._seen[name]))
            if deed:
                os.kill(os.getpid(), _SIGNALS[deed])


def _parse(step: str) -> tuple[tuple[str, int], str]:
    point, _, rest = step.partition(":")
    visit, _, deed = rest.partition(":")
    if point.partition("@")[0] not in POINTS or deed not in _SIGNALS or not visit.isdigit():
        raise ValueError(f"{step!r}: a fault is POINT[@WHO]:VISIT:DEED, with POINT one of {POINTS} and DEED one of {tuple(_SIGNALS)}")
    return (point, int(visit)), deed
