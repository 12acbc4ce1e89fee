"""Which web addresses are asked at all. Pure."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from services.chassis.reaching.bounds import Reach, UnreachedError

LONGEST = 4_000  # code points
_PORTS = {"http": 80, "https": 443}


class Target(NamedTuple):
    """An address that may be asked. `host` is lower case and ASCII; `site` is scheme, host and port, which share one robots.txt."""

    url: httpx.URL
    host: str
    site: str


def target(text: str, reach: Reach) -> Target:
    """A web address, if it is one that may be asked. Its fragment is left out, as browsers do.

    Raises:
        UnreachedError: it is no address, another scheme's, on a port that is not allowed, or holds a user's name.
    """
    if len(text) > LONGEST or not text.isprintable():
        raise UnreachedError("bad_url", f"longer than {LONGEST:,} characters" if len(text) > LONGEST else "characters that no address has")
    try:
        scheme = urlsplit(text.strip()).scheme.lower()
        url = httpx.URL(text.strip())
        nameless = not url.host  # read here, since a name that only looks like an encoded one (`xn--`) fails as it is read
    except (ValueError, httpx.InvalidURL) as error:
        raise UnreachedError("bad_url", f"no web address ({error})") from error
    if scheme not in _PORTS:
        raise UnreachedError("scheme", scheme or "an address without a scheme")
    if nameless or url.userinfo:
        raise UnreachedError("bad_url", "no host in it" if nameless else "a user's name or password in it")
    port = url.port or _PORTS[scheme]
    if not reach.may_use(port):
        raise UnreachedError("port", str(port))
    host = url.raw_host.decode("ascii").lower()
    return Target(url.copy_with(fragment=None), host, f"{scheme}://{url.netloc.decode('ascii').lower()}")
