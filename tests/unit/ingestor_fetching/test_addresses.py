"""Only addresses of the public web are connected to, in whatever form they are written."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.reaching.addresses import refusal_of
from services.ingestor.fetching.settings import FetchSettings

PLAIN = FetchSettings()


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"])
def test_public_addresses_are_no_refusal(address: str) -> None:
    assert refusal_of(address, PLAIN) is None


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.1.2", "loopback"),
        ("0.0.0.0", "this network"),
        ("10.1.2.3", "private"),
        ("172.31.0.1", "private"),
        ("192.168.1.1", "private"),
        ("100.100.100.200", "shared by a carrier"),
        ("169.254.169.254", "link-local, where clouds keep their credentials"),
        ("168.63.129.16", "a cloud's own services"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("192.0.2.1", "documentation"),
        ("::1", "loopback"),
        ("::", "unspecified"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fc00::1", "unique local"),
        ("fd00:ec2::254", "unique local"),
        ("fec0::1", "site-local"),
        ("ff02::1", "multicast"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:169.254.169.254", "link-local, where clouds keep their credentials"),
        ("::127.0.0.1", "IPv4-compatible"),
        ("64:ff9b::127.0.0.1", "loopback"),
        ("64:ff9b::a9fe:a9fe", "link-local, where clouds keep their credentials"),
        ("64:ff9b:1::1", "a network's own NAT64"),
        ("2002:7f00:1::", "6to4"),
        ("2001:0:1:2::3", "protocol assignments, Teredo with them"),
        ("2606:2800::5efe:7f00:1", "loopback"),
        ("2606:2800::200:5efe:10.0.0.1", "private"),
        ("4000::1", "not public"),
        ("localhost", "no IP address"),
    ],
)
def test_all_others_are_refused_and_it_is_said_what_they_are(address: str, why: str) -> None:
    assert refusal_of(address, PLAIN) == why


@given(st.ip_addresses(v=4))
def test_what_python_holds_private_is_never_allowed_mapped_or_not(address: IPv4Address) -> None:
    if not address.is_global or address.is_multicast:
        low = int(address)
        written = (address, IPv6Address(0xFFFF << 32 | low), IPv6Address((0x64FF9B << 96) | low))
        assert all(refusal_of(str(one), PLAIN) for one in written)


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_outside_the_public_block_is_allowed(address: IPv6Address) -> None:
    if refusal_of(str(address), PLAIN) is None:
        assert str(address.exploded)[0] in "23" or address.ipv4_mapped or str(address).startswith("64:ff9b::")


def test_a_network_of_ones_own_can_be_named_and_no_other_comes_with_it() -> None:
    intranet = FetchSettings(allow_networks="10.1.0.0/16, fd00:1::/32")
    assert [refusal_of(one, intranet) for one in ("10.1.2.3", "fd00:1::5", "::ffff:10.1.0.9")] == [None, None, None]
    assert refusal_of("10.2.0.1", intranet) == "private"


def test_all_of_them_can_be_allowed_at_once_and_this_is_off_unless_it_is_said() -> None:
    assert refusal_of("127.0.0.1", FetchSettings(allow_private=True)) is None
    assert not PLAIN.allow_private


@pytest.mark.parametrize(("name", "value"), [("allow_networks", "10.0.0.0/99"), ("ports", "http"), ("ports", "70000")])
def test_settings_that_make_no_sense_are_refused_at_the_start(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        FetchSettings.model_validate({name: value})
