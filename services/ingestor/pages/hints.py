"""What a page's head says of its story: Open Graph and other meta elements, schema.org's JSON-LD, canonical address, language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from services.ingestor.pages.clean import clean
from services.ingestor.pages.resources import resource
from services.ingestor.pages.sieve import Sifted

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


class Hints(NamedTuple):
    """Empty where the page says nothing. They are believed only as far as the text bears them out."""

    title: str = ""
    outlet: str = ""
    published: str = ""
    byline: str = ""
    url: str = ""
    language: str = ""
    single: bool = False  # the page says that it is one story's
    live: bool = False  # and that the story is told in posts, one above the other


def read_hints(sifted: Sifted) -> Hints:
    """The hints of a page; its JSON-LD goes before its meta elements."""
    stories = {_text(story.get("headline")): story for story in _stories(sifted.data)}
    story = next(iter(stories.values()), {}) if len(stories) == 1 else {}
    meta = resource("markup")["meta"]
    return Hints(
        title=_text(story.get("headline")) or _first(sifted.meta, meta["title"]) or _line(sifted.meta.get("<title>", "")),
        outlet=_name(story.get("publisher")) or _first(sifted.meta, meta["outlet"]),
        published=_text(story.get("datePublished")) or _first(sifted.meta, meta["published"]),
        byline=_name(story.get("author")) or _first(sifted.meta, meta["byline"]),
        url=_line(sifted.meta.get("canonical", "") or sifted.meta.get("og:url", "")),
        language=_language(_text(story.get("inLanguage")) or sifted.meta.get("lang", "")),
        live="LiveBlogPosting" in _kinds(story),
        single=bool(story) or sifted.meta.get("og:type", "").lower().startswith("article"),
    )


def _stories(data: list[object]) -> Iterator[dict[str, Any]]:
    """JSON-LD objects that describe an article, at the top, in a list or in a graph."""
    for thing in data:
        if isinstance(thing, list):
            yield from _stories(thing[:50])
        elif isinstance(thing, dict):
            if _kinds(thing) & set(resource("markup")["articles"]):
                yield thing
            if isinstance(thing.get("@graph"), list):
                yield from _stories(thing["@graph"][:50])


def _kinds(thing: dict[str, Any]) -> set[str]:
    kinds = thing.get("@type")
    return {kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)}


def _name(value: object) -> str:
    """The name of a person or an organisation; of several, all."""
    if isinstance(value, list):
        return ", ".join(filter(None, (_name(one) for one in value[:10])))
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _text(value: object) -> str:
    return _line(value) if isinstance(value, str) else ""


def _line(text: str) -> str:
    return " ".join(clean(text[:1000]).text.split())


def _first(meta: dict[str, str], keys: list[str]) -> str:
    return next((_line(meta[key]) for key in keys if meta.get(key, "").strip()), "")


def _language(text: str) -> str:
    return text if LANGUAGE.fullmatch(text) else ""
