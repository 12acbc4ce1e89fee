"""A delivery goes to the address that was judged, costs no more than its limits, and whatever the other side does comes back as a value."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.chassis.reaching.addresses import refusal_of
from services.chassis.reaching.bounds import Reach, UnreachedError
from services.chassis.reaching.network import Judge
from services.webhooks.posting import Poster, refusal
from services.webhooks.settings import WebhookSettings
from tests.unit.ingestor_fetching.web import PUBLIC, endless, names, redirect, status, web

TAKEN = status(204)
BODY = b'{"specversion": "1.0"}'


@asynccontextmanager
async def poster(judge: Judge = refusal_of, zone: dict[str, str | list[str]] | None = None, **more: object) -> AsyncIterator[Poster]:
    """One that may go to the address that stands for the public web, and nowhere else on this machine."""
    plain: dict[str, object] = {"allow_networks": f"{PUBLIC}/32", "ports": "any", "allow_http": True, "answer_seconds": 5}
    settings = WebhookSettings.model_validate(plain | more)
    made = Poster(settings, resolve=names(**({"news_example": PUBLIC} | (zone or {}))), judge=judge)
    try:
        yield made
    finally:
        await made.close()


async def test_a_post_that_is_taken_carries_its_headers_and_the_name_of_the_host() -> None:
    async with web(hook=TAKEN) as site, poster() as sender:
        answer = await sender.post(site.at("/hook"), {"webhook-id": "e-1"}, BODY)
    assert answer.taken
    assert site.asked[0][1]["host"] == f"news.example:{site.port}"
    assert site.asked[0][1]["webhook-id"] == "e-1"
    assert site.asked[0][1]["content-type"].startswith("application/cloudevents+json")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "inside.example"]
)
async def test_this_machine_is_not_posted_to_however_it_is_written(host: str) -> None:
    plain = WebhookSettings(ports="any", allow_http=True)
    async with web(keys=TAKEN) as site:
        own = Poster(plain) if host != "inside.example" else Poster(plain, resolve=names(inside_example="127.0.0.1"))
        answer = await own.post(site.at("/keys", host), {}, BODY)
        with pytest.raises(UnreachedError):
            await own.look(site.at("/keys", host))
        await own.close()
    assert not answer.taken
    assert answer.status is None
    assert site.asked == []


async def test_without_the_guard_the_same_name_reaches_this_machine() -> None:
    """The negative control of the guard."""
    async with web(keys=TAKEN) as site, poster(lambda *_: None, {"inside_example": "127.0.0.1"}) as sender:
        assert (await sender.post(site.at("/keys", "inside.example"), {}, BODY)).taken
    assert site.paths == ["/keys"]


async def test_a_name_that_leads_elsewhere_after_registration_is_judged_again() -> None:
    """DNS rebinding: good when it was looked at, this machine when it is to be delivered to."""
    async with web(keys=TAKEN) as site, poster(zone={"turncoat_example": [PUBLIC, "127.0.0.1"]}) as sender:
        url = site.at("/keys", "turncoat.example")
        await sender.look(url)
        answer = await sender.post(url, {}, BODY)
    assert answer.said == "turncoat.example leads to 127.0.0.1, which may not be connected to (loopback)"
    assert site.asked == []


async def test_a_name_server_that_is_silent_holds_nobody_up_who_registers() -> None:
    async def silent(*_: object) -> list[str]:
        await asyncio.Event().wait()
        return []

    patient = Poster(WebhookSettings(answer_seconds=0.05), resolve=silent)
    with pytest.raises(UnreachedError) as refused:
        async with asyncio.timeout(10):
            await patient.look("https://news.example/hook")
    assert refusal(refused.value) == "the name news.example leads to no address"


async def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    judged: list[str] = []

    def judge(address: str, _: Reach) -> str | None:
        judged.append(address)
        return None if address == PUBLIC else "elsewhere"

    async with web(hook=TAKEN) as site, poster(judge, {"turncoat_example": [PUBLIC, "127.0.0.1"]}) as sender:
        assert (await sender.post(site.at("/hook", "turncoat.example"), {}, BODY)).taken
    assert judged == [PUBLIC]


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async with web(hook=redirect("/keys", 307), keys=TAKEN) as site, poster() as sender:
        answer = await sender.post(site.at("/hook"), {}, BODY)
    assert (answer.taken, answer.said) == (False, "answered 307")
    assert site.paths == ["/hook"]


async def test_when_to_come_back_is_heard() -> None:
    async with web(hook=status(429, "retry-after: 7")) as site, poster() as sender:
        assert (await sender.post(site.at("/hook"), {}, BODY)).retry_after == 7


@pytest.mark.parametrize("answer", [b"\xff\x00 no HTTP at all\r\n\r\n", b"HTTP/1.1 200", b"", b"HTTP/1.1 nine so\r\n\r\n"])
async def test_what_is_no_answer_is_a_failure(answer: bytes) -> None:
    async with web(hook=answer) as site, poster(answer_seconds=1) as sender:
        found = await sender.post(site.at("/hook"), {}, BODY)
    assert (found.taken, found.status) == (False, None)
    assert found.said


async def test_a_silent_address_costs_no_more_than_its_time() -> None:
    async def silent(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with web(hook=silent) as site, poster(answer_seconds=0.3) as sender:
        assert (await sender.post(site.at("/hook"), {}, BODY)).said == "no answer within 0.3 s"


async def test_an_endless_head_is_cut_off() -> None:
    async with web(hook=endless(b"HTTP/1.1 200 so\r\n", b"x: y\r\n")) as site, poster(head_bytes=2048) as sender:
        assert not (await sender.post(site.at("/hook"), {}, BODY)).taken


async def test_an_endless_body_does_not_keep_what_was_taken_from_being_so() -> None:
    talker = endless(b"HTTP/1.1 200 so\r\ntransfer-encoding: chunked\r\n\r\n", b"400\r\n" + b"a" * 1024 + b"\r\n")
    async with web(hook=talker) as site, poster(answer_bytes=4096) as sender:
        assert (await sender.post(site.at("/hook"), {}, BODY)).taken


async def test_nobody_who_listens_is_a_failure_that_says_so() -> None:
    async with web() as site:
        url = site.at("/hook")
    async with poster() as sender:
        assert "connection failed" in (await sender.post(url, {}, BODY)).said


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://news.example/hook", "only https is delivered to, not http"),
        ("ftp://news.example/hook", "only https is delivered to, not ftp"),
        ("https://news.example:25/hook", "port 25 is not allowed"),
        ("https://user:word@news.example/hook", "a user's name or password in it"),
        ("news", "only https is delivered to, not an address without a scheme"),
    ],
)
async def test_what_may_not_be_an_address_is_refused_in_words(url: str, said: str) -> None:
    plain = Poster(WebhookSettings(), resolve=names(news_example=PUBLIC))
    assert (await plain.post(url, {}, BODY)).said == said
    await plain.close()
