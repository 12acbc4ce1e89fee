"""The settings of fetching. Each is a variable `DAYBOOK_FETCH_<NAME>`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.chassis.reaching.bounds import Network, Networks, Ports, is_among, networks_of

Seconds = Annotated[float, Field(gt=0)]


class FetchSettings(BaseSettings):
    """What one fetch may cost, where it may go, and how patient it is with a site."""

    model_config = SettingsConfigDict(env_prefix="DAYBOOK_FETCH_", frozen=True, extra="ignore")

    allow_private: Annotated[bool, Field(description="also connect to addresses that are not public: for intranets and tests")] = False
    allow_networks: Annotated[Networks, Field(description="networks that are allowed though not public, such as 10.1.0.0/16,fd00::/8")] = ""
    ports: Annotated[Ports, Field(description="ports that addresses may name, comma-separated; `any` for every one")] = "80,443"
    agent: Annotated[str, Field(min_length=1, description="who we say we are; its first word is matched in robots.txt")] = "Daybook/0.1"
    robots: Annotated[bool, Field(description="obey robots.txt")] = True
    redirects: Annotated[int, Field(ge=0, description="most redirects of one fetch")] = 5
    head_bytes: Annotated[int, Field(ge=1024, description="most bytes of a response's head, interim responses with it")] = 65_536
    body_bytes: Annotated[int, Field(ge=1, description="most bytes of a body, as it comes and again unpacked")] = 10_000_000
    robots_bytes: Annotated[int, Field(ge=1, description="most bytes of a robots.txt that are read (RFC 9309, 2.5)")] = 512_000
    total_seconds: Annotated[Seconds, Field(description="longest time for one address, redirects included, waits for politeness apart")] = (
        60.0
    )
    idle_seconds: Annotated[Seconds, Field(description="longest silence of a server; also the longest wait for a connection")] = 15.0
    delay_seconds: Annotated[float, Field(ge=0, description="pause between two requests to one host; its Crawl-delay goes before")] = 1.0
    longest_delay_seconds: Annotated[float, Field(ge=0, description="longest Crawl-delay that is obeyed")] = 30.0
    attempts: Annotated[int, Field(ge=1, description="how often a server that is away or says 429 or 503 is asked")] = 3
    longest_wait_seconds: Annotated[float, Field(ge=0, description="a Retry-After above this is told, not waited for")] = 30.0
    poll_seconds: Annotated[Seconds, Field(description="pause between two polls of one feed")] = 900.0
    longest_poll_seconds: Annotated[Seconds, Field(description="longest pause after failures: each one doubles the pause")] = 86_400.0
    settle_seconds: Annotated[float, Field(ge=0, description="a watched file is taken once it has not changed for so long")] = 2.0
    state: Annotated[Path, Field(description="file that remembers feeds and watched files")] = Path(".daybook/fetching.sqlite")

    @property
    def networks(self) -> tuple[Network, ...]:
        """`allow_networks`, read."""
        return networks_of(self.allow_networks)

    def may_use(self, port: int) -> bool:
        """Whether addresses may name this port."""
        return is_among(port, self.ports)
