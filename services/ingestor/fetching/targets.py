"""Which web addresses are fetched at all, and where a redirect leads. Pure."""

from __future__ import annotations

from urllib.parse import urljoin

from services.chassis.reaching import targets
from services.chassis.reaching.bounds import UnreachedError
from services.chassis.reaching.targets import Target
from services.ingestor.fetching.outcomes import RefusedError
from services.ingestor.fetching.settings import FetchSettings


def target(text: str, settings: FetchSettings) -> Target:
    """A web address, if it is one that may be fetched. Its fragment is left out, as browsers do.

    Raises:
        RefusedError: it is no address, another scheme's, on a port that is not allowed, or holds a user's name.
    """
    try:
        return targets.target(text, settings)
    except UnreachedError as error:
        raise RefusedError(error.reason, error.detail) from error


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
