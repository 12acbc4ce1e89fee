"""Every event that is logged."""

from __future__ import annotations

from deploy.reference._markdown import code, table
from services.chassis.log_events import LOG_EVENTS

TITLE = "Log events"
ABOUT = "What a line of the log is called, what it means, and what an operator may do about it."


def body() -> str:
    return table(("event", "meaning"), ((code(name), meaning) for name, meaning in sorted(LOG_EVENTS.items())))
