"""Runs a consumer that kills itself: `python -m tests.faults.dying STATEMENT PROGRAM ARGUMENT…`, at its nth SQL statement (0: never).

A poll gives it a few records only, so that there are many transactions to be killed in. With DAYBOOK_TEST_DOUBLES set, repeats are taken for news.
"""

from __future__ import annotations

import os
import runpy
import signal
import sqlite3
import sys
from typing import Any

from aiokafka import ConsumerRecord

from subscribing import subscription
from subscribing.following import Step, followed

CONNECT = sqlite3.connect
DIES_AT = int(sys.argv[1])


def connect(*arguments: Any) -> sqlite3.Connection:
    """A connection that counts what it is told."""
    db: sqlite3.Connection = CONNECT(*arguments)
    left = DIES_AT

    def count(_: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    db.set_trace_callback(count)
    return db


def doubling(step: Step, raw: ConsumerRecord) -> tuple[Step, bool]:
    """The negative control of dropping repeats."""
    after, _ = followed(step, raw)
    return after, raw.key != b"genesis"


if __name__ == "__main__":
    sqlite3.connect = connect  # type: ignore[assignment]
    subscription.POLL_RECORDS = 7
    if "DAYBOOK_TEST_DOUBLES" in os.environ:
        setattr(subscription, "followed", doubling)  # noqa: B010 - mypy does not let what is imported be set
    program = sys.argv[2]
    sys.argv = sys.argv[2:]
    runpy.run_path(program, run_name="__main__")
