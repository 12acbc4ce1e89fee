"""What a capture looks like from its opening, before it is decoded: names and headers may lie."""

from __future__ import annotations

import re

from services.ingestor.pages.model import Capture

OPENING = 4_096  # bytes or code points
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,1000}?-->\s*){0,3}<(?:!doctype\s+html|html|head|body|article|main|section|div|h[1-6]|p|meta|title|table)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<(?:html|head|body|div|p|h[1-6]|article|span|a|br|table|meta)\b[^<>]{0,500}>", re.IGNORECASE)
_XML = re.compile(r"\s*<(?:\?xml|rss|feed|rdf)\b", re.IGNORECASE)


def opening(capture: Capture) -> str:
    """The first words of a capture, by the one charset in which all others that matter write ASCII; UTF-16's zero bytes left out."""
    head = capture.content[:OPENING]
    text = head if isinstance(head, str) else head.decode("latin-1").replace("\x00", "")
    return text.removeprefix("ï»¿").removeprefix("\ufeff").removeprefix("ÿþ").removeprefix("þÿ")


def looks_like_html(text: str, media_type: str | None) -> bool:
    """Whether a text opens as HTML; tags further on are enough where it is called HTML."""
    if _HTML.match(text):
        return True
    return "html" in (media_type or "").lower() and _TAG.search(text) is not None


def looks_like_xml(text: str) -> bool:
    """Whether a text opens as XML, such as a feed."""
    return _XML.match(text[:OPENING]) is not None
