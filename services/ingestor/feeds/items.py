"""A feed's document as plain items: RSS and Atom by feedparser, of which only the reading is used; it fetches and opens nothing. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any, NamedTuple

import feedparser  # type: ignore[import-untyped]

from services.ingestor.pages.clean import clean
from services.ingestor.pages.decode import decode
from services.ingestor.pages.model import Capture, Limits, Refusal
from services.ingestor.pages.refuse import refuse
from services.ingestor.pages.sniff import opening

LINE = 1_000  # code points of a title, name or date
_ROOT = re.compile(r"<(?:rss|feed|(?:[A-Za-z]{1,10}:)?RDF)[\s>]")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
_PROLOG = (("<?", "?>"), ("<!--", "-->"))


class Item(NamedTuple):
    """One entry. `text` is its longest text, HTML unless `plain`; `key` tells it from the others of its feed."""

    key: str
    link: str
    title: str
    text: str
    plain: bool
    published: str
    updated: str
    moment: str  # the date as the library reads it, in UTC, ISO 8601; empty where it cannot
    author: str
    outlet: str
    language: str


class Feed(NamedTuple):
    """A feed's name and its items, in its order."""

    title: str
    language: str
    items: tuple[Item, ...]
    notes: tuple[str, ...] = ()


def looks_like_feed(capture: Capture) -> bool:
    """Whether a capture opens with the root element of RSS or Atom."""
    text = opening(capture).lstrip()
    while found := next((end for start, end in _PROLOG if text.startswith(start)), None):
        text = text.partition(found)[2].lstrip()
    if text[:9].upper() == "<!DOCTYPE":
        return _ROOT.search(text) is not None
    return _ROOT.match(text) is not None


def read_feed(capture: Capture, limits: Limits) -> Feed | Refusal:
    """The feed; or why it is none that we read. Entities of its own are refused, none is ever fetched."""
    decoded = decode(capture, limits)
    if isinstance(decoded, Refusal):
        return decoded
    if len(decoded.text) > limits.max_feed:
        return refuse(capture, "too_large", f"a feed of {len(decoded.text):,} characters, more than {limits.max_feed:,}")
    if "<!ENTITY" in decoded.text:
        return refuse(capture, "unsupported", "a feed that declares entities of its own")
    try:
        found = _parsed(_undeclared(decoded.text))
    except Exception as error:  # noqa: BLE001 - whatever the library stumbles over (KeyError and more): fuzzing finds it do so
        return refuse(capture, "unsupported", f"a feed so broken that it cannot be read ({type(error).__name__})")
    notes = (*decoded.notes, *(("the feed is not well-formed XML: read as far as it can be",) if found.get("bozo") else ()))
    return Feed(_line(found.feed.get("title")), _line(found.feed.get("language")), tuple(map(_item, found.entries)), notes)


def _parsed(text: str) -> Any:
    """By the library, from a stream: a string it takes for the name of a file or for an address."""
    headers = {"content-type": "application/xml; charset=utf-8"}
    return feedparser.parse(BytesIO(text.encode()), response_headers=headers, sanitize_html=False, resolve_relative_uris=False)


def _undeclared(text: str) -> str:
    """The document without its XML declaration, whose charset no longer holds."""
    text = text.lstrip("\ufeff \t\r\n")
    return text.partition("?>")[2] if text.startswith("<?xml") else text


def _item(entry: Mapping[str, Any]) -> Item:
    link = _line(entry.get("link"))[:LINE]
    text, plain = _longest(entry)
    told = dict(entry)  # plainly: the library's own mapping gives one date for the other
    dates = told.get("published_parsed") or told.get("updated_parsed")
    source = entry.get("source") or {}
    return Item(
        key=_line(entry.get("id")) or link or _line(entry.get("title")),
        link=link,
        title=_title(entry),
        text=text,
        plain=plain,
        published=_line(told.get("published")),
        updated=_line(told.get("updated")),
        moment=f"{dates[0]:04}-{dates[1]:02}-{dates[2]:02}T{dates[3]:02}:{dates[4]:02}:{dates[5]:02}Z" if dates else "",
        author=_line(entry.get("author")),
        outlet=_line(source.get("title")) if isinstance(source, Mapping) else "",
        language=_line((entry.get("title_detail") or {}).get("language")),
    )


def _title(entry: Mapping[str, Any]) -> str:
    """An entry's headline as it reads, where the feed gives it as HTML."""
    title, kind = _line(entry.get("title")), (entry.get("title_detail") or {}).get("type")
    return _line(html.unescape(_TAG.sub("", title))) if kind in ("text/html", "application/xhtml+xml") else title


def _longest(entry: Mapping[str, Any]) -> tuple[str, bool]:
    """The longest of an entry's texts: some feeds put the story into `content`, some into `summary`."""
    every = [*(entry.get("content") or ()), entry.get("summary_detail") or {}]
    best = max(every, key=lambda one: len(one.get("value") or ""))
    return str(best.get("value") or ""), best.get("type") == "text/plain"


def _line(value: object) -> str:
    return " ".join(clean(value[:LINE]).text.split()) if isinstance(value, str) else ""
