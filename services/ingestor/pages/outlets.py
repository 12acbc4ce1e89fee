"""Which outlet a story is of, and which site carried it."""

from __future__ import annotations

from typing import NamedTuple

from services.ingestor.pages.heads import Head
from services.ingestor.pages.labels import Label
from services.ingestor.pages.lines import fold
from services.ingestor.pages.names import aggregator_at, host_of, is_known_outlet

UNKNOWN = "unknown"


class Site(NamedTuple):
    """What is known of the site that a page is from.

    Attributes:
        named: as its markup names it.
        promoted: as it names itself where it praises its own app or service.
        signed: as it signs at the page's foot.
        host: of its address.
        carries: the aggregator that its address belongs to.
    """

    named: str = ""
    promoted: str = ""
    signed: str = ""
    host: str = ""
    carries: str = ""


def read_site(labels: list[Label], *, named: str, url: str | None) -> Site:
    """The site, from its markup, its own phrases and its address."""
    sites = [(one.name, one.site) for one in labels if one.site]
    promoted = next((site for name, site in sites if name == "promotion"), "")
    signed = next((site for name, site in sites if name in ("legal", "footer")), "")
    return Site(named, promoted, signed, host_of(url), aggregator_at(url) or "")


def outlet_of(head: Head, site: Site, *, several: bool, writers: str = "") -> str:
    """The name of the outlet.

    On a page of several stories, and on an aggregator's, the lines at the story's head say it. On any other page the site does: a
    name beside the time is more likely a writer or a section there. `unknown` where nothing says it. `writers` are never an outlet.
    """
    names = [(name, is_sure) for name, is_sure in head.outlets if fold(name) not in fold(writers) or is_known_outlet(name)]
    sure, unsure = [name for name, is_sure in names if is_sure], [name for name, is_sure in names if not is_sure]
    known = [name for name in sure if is_known_outlet(name)] if site.promoted else []
    if several or site.carries or (site.promoted and not site.named):
        order = [*sure, *unsure, site.named, site.signed, site.host]
    else:
        order = [*known, site.named, *sure, site.signed, site.host, *unsure]
    return next((name for name in order if name and not _same(name, site.carries)), UNKNOWN)


def aggregator_of(outlet: str, outlets: set[str], site: Site) -> str | None:
    """The site that carries the story for its outlet, where it is known to be another one."""
    carrier = site.carries or site.promoted or (site.named or site.signed if len(outlets) > 1 else "")
    return carrier if carrier and not _same(carrier, outlet) else None


def _same(one: str, other: str) -> bool:
    a, b = fold(one).removeprefix("the "), fold(other).removeprefix("the ")
    return a == b
