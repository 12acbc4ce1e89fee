"""Which IP addresses may be connected to. Pure; the lists are in `networks.yaml`."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

import yaml

from services.chassis.reaching.bounds import Network, Reach

_PUBLIC = ip_network("2000::/3")  # the only IPv6 block from which public addresses are given out
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address that is meant
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: the interface's first half; the second is an IPv4 address
_LOW = 0xFFFFFFFF
_LISTS = Path(__file__).with_name("networks.yaml")

Address = IPv4Address | IPv6Address


def refusal_of(address: str, reach: Reach) -> str | None:
    """Why an address, as the resolver gives it, may not be connected to; None if it may.

    An IPv6 address that stands for an IPv4 address is judged as that address too.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return "no IP address"
    if reach.allow_private:
        return None
    allowed = reach.networks
    return next((why for one in meanings(found) if not _within(one, allowed) and (why := _why(one))), None)


def meanings(address: Address) -> list[Address]:
    """The address, or what it stands for: mapped, translated (NAT64), or tunnelled (ISATAP, with the address itself)."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    low = IPv4Address(int(address) & _LOW)
    if address in _NAT64:
        return [low]
    return [address, low] if int(address) >> 32 & _LOW in _ISATAP else [address]


def _why(address: Address) -> str | None:
    listed = next((what for network, what in _listed() if address in network), None)
    if listed:
        return listed
    public = address.is_global if address.version == 4 else address in _PUBLIC  # noqa: PLR2004 - IPv4
    return None if public else "not public"


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


@cache
def _listed() -> tuple[tuple[Network, str], ...]:
    return tuple((ip_network(network), what) for network, what in yaml.safe_load(_LISTS.read_text(encoding="utf-8")).items())
