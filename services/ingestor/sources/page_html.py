"""Scraped pages saved as HTML."""

from __future__ import annotations

from services.ingestor.pages.decode import decode
from services.ingestor.pages.hypertext import render
from services.ingestor.pages.model import Capture, Cut, Limits, Refusal
from services.ingestor.pages.page import Page, cut, refused
from services.ingestor.pages.refuse import refuse
from services.ingestor.pages.sniff import looks_like_html, opening

NAME = "page_html"
VERSION = "2"


def accepts(capture: Capture) -> bool:
    """What opens as HTML, or is called so and opens with a tag."""
    return looks_like_html(opening(capture), capture.media_type)


def read(capture: Capture, limits: Limits) -> Cut:
    """The articles of a page's rendered text: spans count code points of that text, which the cut carries."""
    decoded = decode(capture, limits)
    if isinstance(decoded, Refusal):
        return refused(capture, decoded)
    rendered = render(capture, decoded.text, limits)
    if isinstance(rendered, Refusal):
        return refused(capture, rendered)
    if not rendered.text.strip():
        return refused(capture, refuse(capture, "empty"))
    cleaned = tuple(dict.fromkeys(decoded.cleaned + rendered.cleaned))
    return cut(
        Page(capture, rendered.text, f"{NAME}/{VERSION}", cleaned, decoded.notes, rendered.marks, rendered.hints, rendered.main), limits
    )
