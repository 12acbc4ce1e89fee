"""A parser's target that keeps of a page only what its text needs, with bounds: no attribute, script or style gets past it.

lxml's event interface is used on purpose: building libxml2's own tree takes quadratic time for an element with very many
attributes (200,000 of them: 159 s; by events 0.06 s), and CSS in a page can ask the renderer for millions of empty lines.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from lxml import etree

from services.ingestor.pages.judge import Copy
from services.ingestor.pages.model import Limits, Reason
from services.ingestor.pages.page_head import ADDRESS, HeadReader
from services.ingestor.pages.resources import resource

NUMBERED = 1_000  # headings and articles that are told apart
TIMES = 200  # <time> elements that are told apart; the renderer is quadratic in the inline elements of one line
_BREAKS = ("br", "hr")


class TooMuchError(Exception):
    """A page is beyond a limit."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


class Sifted(NamedTuple):
    """A page's body as a small tree, and what its head says.

    Elements that must be found again are numbered in the tree: `times` holds the `datetime` of each <time> by its name there
    (`time-0` …), `links` the address inside a heading (`h2-7` …). `data` are the JSON-LD objects.
    `main` are the lines of the main text, as `judge.py` has them.
    """

    root: etree._Element
    meta: dict[str, str]
    data: list[object]
    times: dict[str, str]
    links: dict[str, str]
    main: frozenset[str] = frozenset()


class Sieve:
    """The target; `close` gives a `Sifted`. lxml ends every element that it started, in order."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.head = HeadReader(limits.max_json_depth)
        self.builder = etree.TreeBuilder()
        self.builder.start("div", {})
        self.open: list[tuple[str, str]] = []  # kept elements that are open: name in the page, name in the tree
        self.numbered = 0
        self.hidden = 0  # open elements, from the outermost hidden one inwards
        self.tags = 0
        self.times: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.copy = Copy()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.tags += 1
        if self.tags > self.limits.max_tags:
            raise TooMuchError("too_many_tags", f"more than {self.limits.max_tags:,} elements")
        self.head.start(tag, attributes)
        if self.hidden or tag in _markup("hidden") or _is_hidden(attributes):
            self.hidden += 1
        else:
            self.copy.start(tag, attributes)
            self._show(tag, attributes)

    def _show(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _BREAKS:
            self.builder.start("br", {})
            self.builder.end("br")
        elif tag == "a":
            self._link(attributes)
        elif tag == "q":
            self.builder.data("“")
        elif tag in _markup("blocks") or tag in _markup("kept") or (tag == "time" and len(self.times) < TIMES):
            self._keep(tag, attributes)

    def _keep(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= self.limits.max_depth:
            raise TooMuchError("too_deep", f"elements nested more than {self.limits.max_depth} deep")
        name = self._name(tag)
        if tag == "time":
            self.times[name] = attributes.get("datetime", "")[:ADDRESS]
        self.open.append((tag, name))
        self.builder.start(name, {})

    def _name(self, tag: str) -> str:
        if tag in ("time", "article") or tag in _markup("headings"):
            self.numbered += tag != "time"
            return f"{tag}-{self.tags}" if self.numbered <= NUMBERED or tag == "time" else tag
        return tag if any(tag in _markup(kind) for kind in ("spaced", "kept", "regions")) else "div"

    def _link(self, attributes: dict[str, str]) -> None:
        heading = next((name for tag, name in reversed(self.open) if tag in _markup("headings")), None)
        if heading:
            self.links.setdefault(heading, attributes.get("href", "")[:ADDRESS])

    def end(self, tag: str) -> None:
        """An element ends."""
        self.head.end(tag)
        if self.hidden:
            self.hidden -= 1
            return
        self.copy.end()
        if tag == "q":
            self.builder.data("”")
        elif self.open and tag == self.open[-1][0]:
            self.builder.end(self.open.pop()[1])

    def data(self, text: str) -> None:
        """Text. The renderer reads character references a second time, so that ampersands are escaped for it."""
        if not self.head.text(text) and not self.hidden:
            self.copy.data(text)
            self.builder.data(text.replace("&", "&amp;"))

    def close(self) -> Sifted:
        """The page is read."""
        while self.open:
            self.builder.end(self.open.pop()[1])
        self.builder.end("div")
        return Sifted(self.builder.close(), self.head.meta, self.head.data, self.times, self.links, self.copy.main_lines())


@cache
def _markup(name: str) -> frozenset[str]:
    return frozenset(resource("markup")[name])


def _is_hidden(attributes: dict[str, str]) -> bool:
    if "hidden" in attributes or attributes.get("aria-hidden", "").lower() == "true":
        return True
    style = attributes.get("style", "")[:1000].replace(" ", "").lower()
    return "display:none" in style or "visibility:hidden" in style
