"""What the tests of the ingestor's core start from."""

from __future__ import annotations

from datetime import UTC, datetime

from services.ingestor.pages.model import Capture, Cut, Limits
from services.ingestor.sources import cut

NOON = datetime(2025, 8, 20, 12, tzinfo=UTC)  # a Wednesday
BODY = "Envoys of both countries met for two hours on Tuesday, officials said. They agreed to meet again. " * 4


def page(
    text: str | bytes,
    *,
    captured_at: datetime | None = NOON,
    url: str | None = None,
    media_type: str | None = None,
    limits: Limits | None = None,
) -> Cut:
    """The cut of a page captured at noon."""
    return cut(Capture(text, url, captured_at, media_type, "page.txt"), limits)


def story(title: str, stamp: str, body: str = BODY) -> str:
    """A story as pages show it: headline, time line, text."""
    return f"{title}\n{stamp}\n{body.strip()}\n\n"


def reasons(made: Cut) -> list[str]:
    """Why things were refused."""
    return [refusal.reason for refusal in made.refusals]
