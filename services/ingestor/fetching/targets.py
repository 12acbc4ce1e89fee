"""Which web addresses are fetched at all, and where a redirect leads. Pure."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import httpx

from services.ingestor.fetching.outcomes import RefusedError
from services.ingestor.fetching.settings import FetchSettings

LONGEST = 4_000  # code points
_PORTS = {"http": 80, "https": 443}


class Target(NamedTuple):
    """An address that may be asked. `host` is lower case and ASCII; `site` is scheme, host and port, which share one robots.txt."""

    url: httpx.URL
    host: str
    site: str


def target(text: str, settings: FetchSettings) -> Target:
    """A web address, if it is one that may be fetched. Its fragment is left out, as browsers do.

    Raises:
        RefusedError: it is no address, another scheme's, on a port that is not allowed, or holds a user's name.
    """
    if len(text) > LONGEST or not text.isprintable():
        raise RefusedError("bad_url", f"longer than {LONGEST:,} characters" if len(text) > LONGEST else "characters that no address has")
    try:
        scheme = urlsplit(text.strip()).scheme.lower()
        url = httpx.URL(text.strip())
        nameless = not url.host  # read here, since a name that only looks like an encoded one (`xn--`) fails as it is read
    except (ValueError, httpx.InvalidURL) as error:
        raise RefusedError("bad_url", f"no web address ({error})") from error
    if scheme not in _PORTS:
        raise RefusedError("scheme", scheme or "an address without a scheme")
    if nameless or url.userinfo:
        raise RefusedError("bad_url", "no host in it" if nameless else "a user's name or password in it")
    port = url.port or _PORTS[scheme]
    if not settings.may_use(port):
        raise RefusedError("port", str(port))
    host = url.raw_host.decode("ascii").lower()
    return Target(url.copy_with(fragment=None), host, f"{scheme}://{url.netloc.decode('ascii').lower()}")


def redirected(at: Target, location: str, settings: FetchSettings) -> Target:
    """Where a redirect leads, judged like any address.

    Raises:
        RefusedError: as `target`; and from https to http, which anyone on the way could have answered.
    """
    try:
        there = target(urljoin(str(at.url), location.strip()), settings)
    except ValueError as error:
        raise RefusedError("redirects", f"a redirect leads to no address ({location[:80]!a})") from error
    if at.url.scheme == "https" and there.url.scheme == "http":
        raise RefusedError("redirects", f"a redirect leads from https to http ({there.url})")
    return there
