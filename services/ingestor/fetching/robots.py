"""What sites ask of crawlers in robots.txt (RFC 9309), read by protego."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from protego import Protego

from services.ingestor.fetching.outcomes import RefusedError

Verdict = Literal["yes", "no", "away"]
MOST_SITES = 1_000
KEPT_SECONDS = 86_400.0  # RFC 9309, 2.4: not longer than a day
AWAY_SECONDS = 300.0  # what could not be had is asked for again sooner


@dataclass(frozen=True, slots=True)
class Rules:
    """One site's wishes. `verdict` is said without looking at rules where there are none to look at."""

    until: float
    text: Protego | None = None
    verdict: Verdict = "yes"

    def allows(self, url: str, agent: str) -> Verdict:
        """Whether we may fetch; `away`: nobody could tell."""
        if self.text is None:
            return self.verdict
        return "yes" if self.text.can_fetch(url, agent) else "no"

    def delay(self, agent: str) -> float:
        """Seconds that the site wants between two requests."""
        found = self.text.crawl_delay(agent) if self.text else None
        return float(found) if found is not None and found > 0 else 0.0  # what is no number is not above 0 either


Read = Callable[[str], Awaitable[tuple[int, bytes]]]


class Robots:
    """Remembers what sites said. `read` fetches a robots.txt, giving status and content, within the fetcher's own guards."""

    def __init__(self, read: Read, clock: Callable[[], float]) -> None:
        self._read, self._clock = read, clock
        self._known: dict[str, Rules] = {}

    async def rules(self, site: str) -> Rules:
        """The rules of a site, asked for at most once a day.

        Raises:
            RefusedError: the site leads where we must not go.
        """
        known = self._known.get(site)
        if known and known.until > self._clock():
            return known
        found = await self._ask(site)
        if len(self._known) >= MOST_SITES:
            self._known.pop(next(iter(self._known)))
        self._known[site] = found
        return found

    async def _ask(self, site: str) -> Rules:
        """None there (4xx): all is allowed; trouble (5xx, no answer): nothing is (RFC 9309, 2.3.1.3 and 2.3.1.4)."""
        try:
            status, content = await self._read(f"{site}/robots.txt")
        except RefusedError as error:
            if error.reason in {"address", "no_name", "port", "scheme", "bad_url"}:
                raise
            return Rules(self._clock() + AWAY_SECONDS, verdict="away")
        if status == 200:  # noqa: PLR2004 - OK
            return Rules(self._clock() + KEPT_SECONDS, Protego.parse(content.decode("utf-8", "replace")))
        there = 400 <= status < 500 and status != 429  # noqa: PLR2004 - the client's error, but for "too many requests"
        return Rules(self._clock() + (KEPT_SECONDS if there else AWAY_SECONDS), verdict="yes" if there else "away")
