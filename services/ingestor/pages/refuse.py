"""Refusals, in the words of the data file."""

from __future__ import annotations

from services.ingestor.pages.clean import clean
from services.ingestor.pages.model import Capture, Reason, Refusal
from services.ingestor.pages.resources import resource


def refuse(capture: Capture, reason: Reason, detail: str = "", *, line: int | None = None) -> Refusal:
    """The refusal of a page, or of one line of it, for one of the known reasons."""
    words = resource("refusals")[reason]
    what = words["what"].replace("{detail}", clean(detail).text)
    return Refusal(page=clean(capture.label).text, reason=reason, what=what, advice=words["do"], line=line)
