"""Neither an address, nor a redirect, nor a name server leads the fetcher where it must not go."""

from __future__ import annotations

import asyncio

import pytest

from services.chassis.reaching.bounds import Reach
from services.ingestor.fetching.fetcher import Fetcher
from services.ingestor.fetching.outcomes import Fetched, NotFetched, Outcome, RefusedError
from services.ingestor.fetching.settings import FetchSettings
from services.ingestor.fetching.targets import redirected, target
from tests.unit.ingestor_fetching.web import PAGE, PUBLIC, fetcher, ok, redirect, settings, web

SECRET = ok(b"the keys of the house")


def refused(found: Outcome) -> NotFetched:
    assert isinstance(found, NotFetched), found
    assert found.what
    assert found.advice
    return found


async def test_a_page_is_fetched_with_its_type_and_time_and_the_name_in_the_host_header() -> None:
    async with web(story=ok()) as site:
        found = await fetcher().fetch(site.at("/story"))
    assert isinstance(found, Fetched)
    assert (found.content, found.media_type) == (PAGE, "text/html; charset=utf-8")
    assert found.fetched_at.tzinfo is not None
    assert site.asked[0][1]["host"] == f"news.example:{site.port}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]"])
async def test_this_machine_is_not_fetched_from_however_it_is_written(host: str) -> None:
    async with web(keys=SECRET) as site:
        found = refused(await Fetcher(FetchSettings(ports="any", robots=False)).fetch(site.at("/keys", host)))
    assert found.reason in {"address", "no_name", "bad_url"}
    assert site.asked == []


async def test_a_name_that_leads_to_this_machine_is_refused_by_address_and_what_to_do() -> None:
    async with web(keys=SECRET) as site:
        found = refused(await fetcher(zone={"inside_example": "127.0.0.1"}).fetch(site.at("/keys", "inside.example")))
    assert found.what == "inside.example leads to 127.0.0.1, which may not be connected to (loopback)"
    assert "DAYBOOK_FETCH_ALLOW_NETWORKS" in found.advice
    assert site.asked == []


async def test_a_name_with_one_bad_address_among_good_ones_is_refused_whole() -> None:
    async with web(keys=SECRET) as site:
        zone: dict[str, str | list[str]] = {"mixed_example": f"{PUBLIC},10.0.0.1"}
        assert refused(await fetcher(zone=zone).fetch(site.at("/keys", "mixed.example"))).reason == "address"


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:%PORT%/keys",
        "http://inside.example:%PORT%/keys",
        "//inside.example:%PORT%/keys",
        "http://[::1]:%PORT%/keys",
    ],
)
async def test_redirects_to_what_is_not_public_are_refused(location: str) -> None:
    async with web(story=redirect(location), keys=SECRET) as site:
        found = refused(await fetcher(zone={"inside_example": "127.0.0.1"}).fetch(site.at("/story")))
    assert found.reason == "address"
    assert site.paths == ["/story"]


async def test_without_the_check_the_same_redirect_reaches_this_machine() -> None:
    async with web(story=redirect("http://inside.example:%PORT%/keys"), keys=SECRET) as site:
        found = await fetcher(lambda *_: None, zone={"inside_example": "127.0.0.1"}).fetch(site.at("/story"))
    assert isinstance(found, Fetched)
    assert found.content == b"the keys of the house"


async def test_a_name_that_changes_its_mind_between_two_requests_is_judged_each_time() -> None:
    async with web(story=redirect("/keys"), keys=SECRET) as site:
        found = refused(await fetcher(zone={"turncoat_example": [PUBLIC, "127.0.0.1"]}).fetch(site.at("/story", "turncoat.example")))
    assert found.reason == "address"
    assert site.paths == ["/story"]


async def test_the_connection_goes_to_the_address_that_was_judged_though_the_name_leads_elsewhere_by_then() -> None:
    judged: list[str] = []

    def judge(address: str, _: Reach) -> str | None:
        judged.append(address)
        return None if address == PUBLIC else "elsewhere"

    async with web(story=ok()) as site:
        found = await fetcher(judge, zone={"turncoat_example": [PUBLIC, "127.0.0.1"]}).fetch(site.at("/story", "turncoat.example"))
    assert isinstance(found, Fetched)
    assert judged == [PUBLIC]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "scheme"),
        ("gopher://news.example/", "scheme"),
        ("news.example/story", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("http://", "bad_url"),
        ("http://user:word@news.example/", "bad_url"),
        ("http://news.example/\r\nX: y", "bad_url"),
        ("http://news.example:notaport/", "bad_url"),
        ("http://" + "a" * 5_000, "bad_url"),
        ("http://[::1", "bad_url"),
    ],
)
async def test_what_is_no_web_address_is_refused_without_a_connection(url: str, reason: str) -> None:
    assert refused(await fetcher().fetch(url)).reason == reason


async def test_only_the_webs_own_ports_are_asked_unless_others_are_allowed() -> None:
    found = refused(await fetcher(ports="80,443").fetch("http://news.example:6379/"))
    assert found.what == "port 6379 is not allowed"
    assert "DAYBOOK_FETCH_PORTS" in found.advice


async def test_a_redirect_to_a_file_is_refused() -> None:
    async with web(story=redirect("file:///etc/passwd")) as site:
        assert refused(await fetcher().fetch(site.at("/story"))).reason == "scheme"


async def test_redirects_are_followed_to_their_end_and_the_end_is_told() -> None:
    async with web(a=redirect("/b", 301), b=redirect("http://other.example:%PORT%/c", 308), c=ok()) as site:
        found = await fetcher().fetch(site.at("/a"))
    assert isinstance(found, Fetched)
    assert (found.url, found.final_url) == (site.at("/a"), site.at("/c", "other.example"))


async def test_redirects_that_go_round_in_a_circle_end() -> None:
    async with web(a=redirect("/b"), b=redirect("/a")) as site:
        found = refused(await fetcher().fetch(site.at("/a")))
    assert found.what == "redirects go round in a circle"
    assert site.paths == ["/a", "/b"]


async def test_redirects_without_end_end_at_the_limit() -> None:
    async with web(**{f"r{n}": redirect(f"/r{n + 1}") for n in range(20)}) as site:
        found = refused(await fetcher(redirects=3).fetch(site.at("/r0")))
    assert found.what == "more than 3 redirects"
    assert len(site.asked) == 4


async def test_over_tls_the_name_goes_with_the_connection_to_the_judged_address() -> None:
    hello: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello.append(await reader.read(4096))
        writer.close()

    server = await asyncio.start_server(listen, PUBLIC, 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        found = refused(await fetcher(attempts=1).fetch(f"https://news.example:{port}/story"))
    assert found.reason in {"unreachable", "broken"}
    assert b"news.example" in hello[0]


async def test_a_redirect_from_https_to_http_is_refused() -> None:
    at = target("https://news.example/story", settings())
    with pytest.raises(RefusedError, match="from https to http"):
        redirected(at, "http://news.example/story", settings())
