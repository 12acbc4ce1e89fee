"""Addresses: one form for all the ways in which one article is linked."""

from __future__ import annotations

import re
from functools import cache
from ipaddress import IPv6Address
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from services.ingestor.pages.names import host_of
from services.ingestor.pages.resources import resource

LONGEST = 2_000  # code points; longer addresses are no one's
SAFE = "%!$&'()*+,;=:@~"  # what a path holds unescaped (RFC 3986, 3.3), and escapes that are there
_CACHE = re.compile(r"/(?:c|v|i)/(?:s/)?(?P<rest>[^/]+\.[^/]+/.*)")
_GOOGLE = re.compile(r"/amp/(?:s/)?(?P<rest>[^/]+\.[^/]+/.*)")
_NAME = re.compile(r"[a-z0-9._-]+")  # what is left of a host's name once it is ASCII and in lower case
_HEX = re.compile(r"%[0-9A-Fa-f]{2}")
_KEPT = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def canonical_url(url: str | None) -> str | None:
    """The address by which an article is known; None for what cannot be one article's: no web address, or a site's front page.

    Scheme and case of the host do not count, nor do user, default port, fragment, tracking parameters and their order,
    mobile and AMP forms, index files and slashes at the end. The case of path and query does.
    """
    parts = _split(url)
    if parts is None:
        return None
    host, path = _host(host_of(parts.geturl())), _path(parts.path)
    query = _query(parts.query)
    if not host or (path == "" and not query):
        return None
    return f"https://{host}{_port(parts)}{path}{'?' + query if query else ''}"


def absolute_url(base: str | None, link: str) -> str | None:
    """The web address that a link on a page leads to, if it stays on the page's own host; else None.

    A page may not speak for another site's article: that would let it put out a "corrected" text of it.
    """
    try:
        found = urljoin(base or "", link.strip())
    except ValueError:
        return None
    same = base is None or host_of(found) == host_of(base)
    return found if same and canonical_url(found) else None


def _split(url: str | None) -> SplitResult | None:
    if not url or len(url) > LONGEST:
        return None
    try:
        parts = urlsplit(url.strip())
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname or parts.port == 0:
            return None
        inside = _wrapped(parts)
        return _split(inside) if inside else parts
    except ValueError:
        return None


def _host(host: str) -> str:
    """A host as an address has it; empty for what is neither a name nor an IP address."""
    if _NAME.fullmatch(host):
        return host
    try:
        return f"[{IPv6Address(host)}]"
    except ValueError:
        return ""


def _wrapped(parts: SplitResult) -> str | None:
    """The publisher's own address inside of one on an AMP cache, which may hold one of another cache."""
    host = host_of(parts.geturl())
    cached = host.endswith(".cdn.ampproject.org")
    form = _CACHE if cached else _GOOGLE if host == "google.com" else None
    if form is None:
        return None
    path = "/".join(("", *_segments(parts.path, amp=not cached))) + ("/" if parts.path.endswith("/") else "")
    match = form.fullmatch(path)
    return f"https://{match['rest']}" + (f"?{parts.query}" if parts.query else "") if match else None


def _port(parts: SplitResult) -> str:
    try:
        port = parts.port
    except ValueError:
        return ""
    return "" if port is None or port in resource("urls")["ports"].values() else f":{port}"


def _path(path: str) -> str:
    resolved = _segments(path)
    if resolved and resolved[-1].lower() in resource("urls")["index_files"]:
        resolved.pop()
    return "".join(f"/{quote(segment, safe=SAFE, errors='replace')}" for segment in [*resolved[:-1], *map(_plain, resolved[-1:])])


def _segments(path: str, *, amp: bool = False) -> list[str]:
    """What stands between the slashes, `..` resolved; those that only say that it is the AMP form if `amp`."""
    resolved: list[str] = []
    for segment in _unescaped(path).split("/"):
        if segment == "..":
            resolved = resolved[:-1]
        elif segment not in ("", ".") and (amp or segment.lower() not in resource("urls")["amp_segments"]):
            resolved.append(segment)
    return resolved


def _plain(segment: str) -> str:
    """A page's name without the ending that says it is the AMP form."""
    return re.sub(r"\.amp(?=\.html?$|$)", "", segment) or segment


def _unescaped(path: str) -> str:
    """Escapes of characters that need none undone, the others in capitals (RFC 3986, 6.2.2)."""

    def one(match: re.Match[str]) -> str:
        character = unquote(match[0])
        return character if character in _KEPT else match[0].upper()

    return _HEX.sub(one, path)


def _query(query: str) -> str:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=200, errors="surrogateescape")
    except ValueError:
        return ""
    kept = sorted((key, value) for key, value in pairs if not _is_tracking(key.lower()))
    return urlencode(kept, errors="surrogateescape")


def _is_tracking(key: str) -> bool:
    return key in _exact() or key.startswith(tuple(resource("urls")["parameters"]["prefixes"]))


@cache
def _exact() -> frozenset[str]:
    return frozenset(resource("urls")["parameters"]["exact"])
