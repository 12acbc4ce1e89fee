"""Which lines of an HTML page are its main text, in the judgement of a library (resiliparse). The text itself is never its.

It tells banners, sign-ups, teasers and notices by how elements are called and how much of them is links. It is given a copy of the page
that holds just that, bounded: it takes quadratic time over an element's attributes (20,000: 1 s) and over nesting (5,000 deep: 0.6 s).
"""

from __future__ import annotations

from html import escape

from resiliparse.extract.html2text import extract_plain_text

MOST_TAGS = 20_000  # a page of more is not judged
MOST_NESTING = 200  # what is deeper is judged by what stands around it
TOLD = ("class", "id", "role", "itemprop")  # attributes by which elements are told apart
LONGEST = 200  # code points of each of them


class Copy:
    """A copy of a page for the judge, fed by the events of the parser that reads the page."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: list[str] = []  # elements; empty for one that is too deep
        self._tags = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._tags += 1
        shown = tag.isalnum() and len(self._open) < MOST_NESTING
        self._open.append(tag if shown else "")
        if shown:
            said = (f' {name}="{escape(attributes[name][:LONGEST])}"' for name in TOLD if name in attributes)
            self._parts.append(f"<{tag}{''.join(said)}>")

    def end(self) -> None:
        """The last element that began ends."""
        tag = self._open.pop() if self._open else ""
        if tag:
            self._parts.append(f"</{tag}>")

    def data(self, text: str) -> None:
        """Text."""
        self._parts.append(escape(text, quote=False))

    def main_lines(self) -> frozenset[str]:
        """The lines of the main text, squeezed; empty where there is none to be told."""
        if self._tags > MOST_TAGS:
            return frozenset()
        text: str = extract_plain_text("".join(self._parts), main_content=True, alt_texts=False, list_bullets=False, comments=False)
        return frozenset(map(squeezed, text.splitlines())) - {""}


def squeezed(line: str) -> str:
    """A line as two renderings of one page can be compared: without space."""
    return "".join(line.split())
