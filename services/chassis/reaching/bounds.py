"""How far one may reach, as whoever reaches out was told by its settings; and the refusal of what lies beyond."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Literal, Protocol

from pydantic import AfterValidator

Network = IPv4Network | IPv6Network
Reason = Literal["bad_url", "scheme", "port", "address", "no_name", "head_too_large"]
ANY_PORT = "any"


class Reach(Protocol):
    """What may be reached. `networks` are no refusal although they are not public; `head_bytes` bounds the head of an answer."""

    @property
    def allow_private(self) -> bool: ...
    @property
    def networks(self) -> tuple[Network, ...]: ...
    @property
    def head_bytes(self) -> int: ...
    def may_use(self, port: int) -> bool: ...


class UnreachedError(Exception):
    """An address was not reached: `reason` for programs, `detail` for people. What to do about it is the asker's to say."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail


def networks_of(text: str) -> tuple[Network, ...]:
    """Networks as a setting lists them, comma-separated.

    Raises:
        ValueError: one of them is none.
    """
    return tuple(ip_network(one) for one in _items(text))


def ports_of(text: str) -> str:
    """The setting itself, if it lists ports, comma-separated, or says `any`.

    Raises:
        ValueError: it does neither.
    """
    if text != ANY_PORT and not all(one.isascii() and one.isdigit() and 0 < int(one) < 65_536 for one in _items(text)):  # noqa: PLR2004 - ports
        raise ValueError("give port numbers separated by commas, or `any`")
    return text


def is_among(port: int, ports: str) -> bool:
    """Whether a setting lists a port."""
    return ports == ANY_PORT or str(port) in _items(ports)


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _of_networks(text: str) -> str:
    networks_of(text)
    return text


Networks = Annotated[str, AfterValidator(_of_networks)]
"""A setting that lists networks."""
Ports = Annotated[str, AfterValidator(ports_of)]
"""A setting that lists ports."""
