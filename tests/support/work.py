"""Work for `tests/unit/chassis/test_workers.py`: processes find it by its name."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path


def add(one: int, other: int) -> int:
    return one + other


def size(text: bytes) -> int:
    return len(text)


def pid() -> int:
    return os.getpid()


def environment() -> dict[str, str]:
    return dict(os.environ)


def hang_in_a_library() -> bool:
    """A match that takes for ever, in C, where no Python code is asked."""
    return re.match(r"(a|a)*b", "a" * 200) is not None


def wait() -> None:
    time.sleep(600)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(mark: str) -> str:
    """Whoever is first dies."""
    if not Path(mark).exists():
        Path(mark).touch()
        die()
    return "alive"


def fill() -> int:
    return len(bytearray(4_000_000_000))


def stumble() -> None:
    raise ValueError("a bug")


def say() -> str:
    print("libraries chatter")
    return "said"
