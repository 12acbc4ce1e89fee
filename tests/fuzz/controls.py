"""Targets that fail on purpose: what the fuzzer must find if it is to be believed when it finds nothing."""

from __future__ import annotations

import time

LATER = 600.0


def crash(data: bytes) -> None:
    """Raises at what opens like a page."""
    if data.startswith(b"<"):
        raise ValueError("it has crashed")


def hang(data: bytes) -> None:
    """Never ends."""
    end = time.monotonic() + LATER
    while len(data) > 2 and time.monotonic() < end:
        pass


def hoard(data: bytes) -> None:
    """Holds more than it may, for as long as it takes to be seen."""
    held = b"x" * (700_000_000 if len(data) > 2 else 0)
    end = time.monotonic() + (LATER if held else 0)
    while time.monotonic() < end:
        pass
