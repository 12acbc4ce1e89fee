"""structlog for every service: readable on a terminal, one JSON object a line otherwise; ids bound by context."""

from __future__ import annotations

import logging
import os
import sys

import structlog

from services.chassis.settings import Settings

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


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
