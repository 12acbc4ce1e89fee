"""structlog for every service: readable on a terminal, one JSON object a line otherwise; ids bound by context."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Callable

import structlog

from services.chassis.away import Pauses
from services.chassis.settings import Settings

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
OURS = ("services", "daybook", "__main__")
MOST_KINDS = 1000  # of what libraries say; some put what changes into what they say
MOST_ALIKE = 20  # kinds that differ in their arguments alone, as by the broker; more of them, as numbers of requests, are one kind
Kind = tuple[str, str, int | None]
"""Logger, words, and which arguments; no arguments for all beyond `MOST_ALIKE`."""


def configure(service: str, settings: Settings) -> None:
    """Set up structlog, and send what libraries log through it too. Call once, first thing in a process."""
    on_terminal = settings.log_format == "console" or (settings.log_format == "auto" and sys.stderr.isatty())
    level = _LEVELS[settings.log_level]
    final: list[structlog.typing.Processor] = [structlog.processors.format_exc_info, _renderer(on_terminal=on_terminal)]
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Damped())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_shared(), processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final]
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("aiokafka", "faststream", "uvicorn", "httpx"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
    logging.getLogger("daybook.client").setLevel(logging.ERROR)  # FastStream warns that it makes no topics, which is as it should be
    structlog.contextvars.bind_contextvars(service=service)


class Damped(logging.Filter):
    """What a library says again and again is passed on after pauses that grow: while Kafka is away its client says so a hundred times a
    second. What Daybook says itself, and every error with a traceback, always comes through.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._pauses: dict[Kind, Pauses] = {}
        self._alike: Counter[tuple[str, str]] = Counter()
        self._left_out: Counter[Kind] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is passed on. What can't be made sense of is: a library that logs must not fail by it."""
        try:
            return self._passes(record)
        except Exception:  # noqa: BLE001 - whatever a library put into its record
            return True

    def _passes(self, record: logging.LogRecord) -> bool:
        is_bug = record.exc_info and record.levelno >= logging.ERROR
        if is_bug or record.name.partition(".")[0] in OURS:
            return True
        kind = self._kind(record)
        if not self._due(kind):
            self._left_out[kind] += 1
            return False
        if (left_out := self._left_out.pop(kind, 0)) and isinstance(record.msg, str):
            record.msg, record.args = f"{record.getMessage()} (and {left_out} more of the kind, left out)", ()
        return True

    def _kind(self, record: logging.LogRecord) -> Kind:
        words = str(record.msg.get("event", record.msg) if isinstance(record.msg, dict) else record.msg)
        kind = record.name, words, hash(record.getMessage() if record.args else words)
        if kind in self._pauses or self._alike[kind[:2]] < MOST_ALIKE:
            return kind
        return record.name, words, None

    def _due(self, kind: Kind) -> bool:
        if len(self._pauses) >= MOST_KINDS:
            for kept in (self._pauses, self._alike, self._left_out):
                kept.clear()
        if kind not in self._pauses:
            self._alike[kind[:2]] += 1
        return self._pauses.setdefault(kind, Pauses(self._clock)).due()


def _shared() -> list[structlog.typing.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _renderer(*, on_terminal: bool) -> structlog.typing.Processor:
    if on_terminal:
        return structlog.dev.ConsoleRenderer(colors="NO_COLOR" not in os.environ)
    return structlog.processors.JSONRenderer()
