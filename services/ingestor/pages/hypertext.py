"""HTML as text: rendered by inscriptis from a sifted tree, with marks that say where headings, articles, times and menus are."""

from __future__ import annotations

from typing import NamedTuple

from inscriptis.html_engine import Inscriptis
from inscriptis.html_properties import Display, WhiteSpace
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement
from lxml import etree

from services.ingestor.pages.clean import clean
from services.ingestor.pages.hints import Hints, read_hints
from services.ingestor.pages.lines import Mark
from services.ingestor.pages.model import Capture, Limits, Refusal
from services.ingestor.pages.refuse import refuse
from services.ingestor.pages.resources import resource
from services.ingestor.pages.sieve import Sieve, Sifted, TooMuchError


class Rendered(NamedTuple):
    """A page's text, its marks in order, what its head says, what had to be replaced, and which of its lines are judged main text."""

    text: str
    marks: tuple[Mark, ...]
    hints: Hints
    cleaned: tuple[str, ...]
    main: frozenset[str] = frozenset()


def render(capture: Capture, html: str, limits: Limits) -> Rendered | Refusal:
    """The text of an HTML page, to the letter but for space, which is as a browser would set it.

    No entity is expanded beyond HTML's own, nothing is fetched, and libxml2's own bounds stay on.
    """
    parser = etree.HTMLParser(
        target=Sieve(limits), encoding="utf-8", huge_tree=False, no_network=True, remove_comments=True, remove_pis=True, recover=True
    )
    try:
        sifted: Sifted = etree.fromstring(html.encode(), parser=parser)
    except TooMuchError as error:
        return refuse(capture, error.reason, error.detail)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        return refuse(capture, "unsupported", f"HTML that cannot be parsed ({type(error).__name__})")
    return _rendered(sifted)


def _rendered(sifted: Sifted) -> Rendered:
    page = Inscriptis(sifted.root, _config(sifted))
    text, cleaned = clean(page.get_text())
    marks = (Mark(a.start, a.end, a.metadata) for a in page.get_annotations() if a.start < a.end)
    return Rendered(text, tuple(sorted(marks)), read_hints(sifted), cleaned, sifted.main)


def _config(sifted: Sifted) -> ParserConfig:
    names = sorted({str(element.tag) for element in sifted.root.iter()})
    css = {"body": HtmlElement(whitespace=WhiteSpace.normal)} | {name: _element(name, sifted) for name in names}  # "body" is open around it
    return ParserConfig(css=css)


def _element(name: str, sifted: Sifted) -> HtmlElement:
    """An element's layout and marks. (Rules of annotation would do the latter too, by a deep copy of all elements.)"""
    plain, marks = name.partition("-")[0], tuple(_marks(name, sifted))
    if plain in ("time", "br"):
        return HtmlElement(display=Display.inline, annotation=marks)
    margin = 1 if plain in resource("markup")["spaced"] else 0
    white = WhiteSpace.pre if plain in resource("markup")["kept"] else WhiteSpace.normal
    return HtmlElement(display=Display.block, margin_before=margin, margin_after=margin, whitespace=white, annotation=marks)


def _marks(name: str, sifted: Sifted) -> list[str]:
    plain, _, number = name.partition("-")
    level, region = resource("markup")["headings"].get(plain), resource("markup")["regions"].get(plain)
    link = sifted.links.get(name)
    said = (
        (plain == "article", f"article:{number}"),
        (plain == "time", f"time:{sifted.times.get(name, '')}"),
        (level, f"heading{level}"),
        (link, f"link:{link}"),
        (region, f"region:{region}"),
    )
    return [mark for true, mark in said if true]
