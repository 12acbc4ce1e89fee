"""Work for a process apart: what a test asks for, it does."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable


def open_work() -> Callable[[str], str]:
    return _work


def refuse() -> Callable[[str], str]:
    raise RuntimeError("the shelves are empty")


def _work(task: str) -> str:
    if task == "spin":
        while True:
            pass
    if task == "sleep":
        time.sleep(0.6)
    if task == "stumble":
        raise ValueError(task)
    if task == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "pid":
        return str(os.getpid())
    return task.upper()
