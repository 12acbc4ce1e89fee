"""Names of outlets: what looks like one, and what is one by its words."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urlsplit

from services.ingestor.pages.resources import resource

WORDS = 6  # of an outlet's name, at most
_CLOCK = re.compile(r"\d[:.]\d|\b(?:19|20)\d\d\b")
_TOKEN = re.compile(r"[^\s/,-]+")


def looks_like_outlet(text: str) -> bool:
    """A short run of capitalised words with no sentence in it, such as "Free Malaysia Today" or "France 24"."""
    words = _TOKEN.findall(text)
    if not words or len(words) > WORDS or len(text) > 60 or _CLOCK.search(text) or text[-1] in ".?!:;,\"'”’" or text.isdigit():  # noqa: PLR2004 - a name, no sentence
        return False
    return any(word[0].isalpha() for word in words) and all(_name_word(word, first=place == 0) for place, word in enumerate(words))


def is_known_outlet(text: str) -> bool:
    """Whether a name holds one of the words that outlets are named with."""
    return any(word.casefold().strip(".'’") in _words() for word in _TOKEN.findall(text))


def aggregator_at(url: str | None) -> str | None:
    """The aggregator whose host an address is on, if we know it."""
    host = host_of(url)
    known: dict[str, str] = resource("outlets")["aggregators"]
    return next((name for site, name in known.items() if host == site or host.endswith("." + site)), None)


def host_of(url: str | None) -> str:
    """The host of an address, lower case, without what dresses it for a device; empty where there is none."""
    try:
        host = (urlsplit(url or "").hostname or "").rstrip(".")
    except ValueError:
        return ""
    labels = _ascii(host).split(".")
    while len(labels) > 2 and labels[0] in resource("urls")["host_labels"]:  # noqa: PLR2004 - a name and its domain stay
        labels = labels[1:]
    return ".".join(labels)


def _ascii(host: str) -> str:
    """A host in the form that the domain name system knows, where it has one."""
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _name_word(word: str, *, first: bool) -> bool:
    if not first and word in _small():
        return True
    return word[0].isupper() or word[0].isdigit() or word == "&" or (first and word[:1].isalpha() and any(c.isupper() for c in word))


@cache
def _words() -> frozenset[str]:
    return frozenset(resource("outlets")["words"])


@cache
def _small() -> frozenset[str]:
    return frozenset(resource("outlets")["small"])
