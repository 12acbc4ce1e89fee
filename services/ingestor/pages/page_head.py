"""What stands in a page's head, gathered while the page is parsed: meta elements, title, canonical address, JSON-LD."""

from __future__ import annotations

import json

from services.ingestor.pages.json_guard import is_deep

LONGEST = 20_000  # code points of a meta element or title that are kept
ADDRESS = 2_000  # and of an address
SCRIPTS = 20  # JSON-LD scripts that are read


class HeadReader:
    """Fed with the parser's events; `meta` by lower-case name, with `<title>`, `canonical` and `lang` among them; `data` the JSON-LD."""

    def __init__(self, max_json_depth: int) -> None:
        self.max_json_depth = max_json_depth
        self.meta: dict[str, str] = {}
        self.data: list[object] = []
        self._inside: str | None = None
        self._pieces: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if tag == "meta":
            key = (attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or "").lower()
            self._say(key, attributes.get("content", "")[:LONGEST])
        elif tag == "link" and "canonical" in attributes.get("rel", "").lower().split():
            self._say("canonical", attributes.get("href", "")[:ADDRESS])
        elif tag == "html":
            self._say("lang", attributes.get("lang", "")[:LONGEST])
        elif (tag == "title" and "<title>" not in self.meta) or (tag == "script" and self._is_data(attributes)):
            self._inside, self._pieces = tag, []

    def text(self, text: str) -> bool:
        """Text; whether it belongs to the head."""
        if self._inside is None:
            return False
        self._pieces.append(text)
        return True

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag != self._inside:
            return
        text, self._inside = "".join(self._pieces), None
        if tag == "title":
            self._say("<title>", text[:LONGEST])
        elif not is_deep(text, self.max_json_depth):
            self._parse(text)

    def _say(self, key: str, value: str) -> None:
        if key and value.strip():
            self.meta.setdefault(key, value)

    def _is_data(self, attributes: dict[str, str]) -> bool:
        return "ld+json" in attributes.get("type", "").lower() and len(self.data) < SCRIPTS

    def _parse(self, text: str) -> None:
        try:
            self.data.append(json.loads(text))
        except (ValueError, RecursionError):
            return
