"""Scraped pages saved as text. The last resort: it takes whatever no other source knows, unless that is plainly not a page."""

from __future__ import annotations

from services.ingestor.pages.decode import decode
from services.ingestor.pages.model import Capture, Cut, Limits, Refusal
from services.ingestor.pages.page import Page, cut, refused
from services.ingestor.pages.refuse import refuse
from services.ingestor.pages.sniff import looks_like_xml

NAME = "page_text"
VERSION = "1"
LAST = True


def accepts(capture: Capture) -> bool:  # noqa: ARG001 - every source is asked in the same way
    """Anything."""
    return True


def read(capture: Capture, limits: Limits) -> Cut:
    """The articles of a page's text."""
    decoded = decode(capture, limits)
    if isinstance(decoded, Refusal):
        return refused(capture, decoded)
    if looks_like_xml(decoded.text):
        return refused(capture, refuse(capture, "unsupported", "XML"))
    return cut(Page(capture, decoded.text, f"{NAME}/{VERSION}", decoded.cleaned, decoded.notes), limits)
