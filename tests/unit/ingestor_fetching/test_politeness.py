"""Sites are asked no more than they like: robots.txt, pauses, Retry-After, and what has not changed is not sent again."""

from __future__ import annotations

from datetime import UTC, datetime

import anyio
import pytest

from services.chassis.reaching.retrying import retry_after
from services.ingestor.fetching.outcomes import Fetched, Unchanged, Validators
from services.ingestor.fetching.politeness import Politeness
from tests.unit.ingestor_fetching.test_where_it_goes import refused
from tests.unit.ingestor_fetching.web import fetcher, ok, redirect, status, web

NOW = datetime(2025, 8, 20, 12, tzinfo=UTC)


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


def rules(*lines: str) -> bytes:
    return ok("\n".join(lines).encode(), media_type="text/plain")


async def test_robots_txt_is_asked_for_once_and_obeyed() -> None:
    async with web(robots=rules("User-agent: *", "Disallow: /private"), private=ok(), story=ok()) as site:
        one = fetcher(robots=True)
        found = refused(await one.fetch(site.at("/private")))
        assert isinstance(await one.fetch(site.at("/story")), Fetched)
    assert found.what == "robots.txt of news.example asks us to stay away"
    assert site.paths == ["/robots.txt", "/story"]


async def test_rules_for_us_by_name_go_before_those_for_all() -> None:
    text = rules("User-agent: *", "Disallow: /", "", "User-agent: daybook", "Disallow:")
    async with web(robots=text, story=ok()) as site:
        assert isinstance(await fetcher(robots=True).fetch(site.at("/story")), Fetched)


async def test_a_redirect_needs_the_leave_of_the_site_it_leads_to() -> None:
    async with web(
        robots=[status(404), rules("User-agent: *", "Disallow: /b")], a=redirect("http://other.example:%PORT%/b"), b=ok()
    ) as site:
        assert refused(await fetcher(robots=True).fetch(site.at("/a"))).reason == "robots"
    assert site.paths == ["/robots.txt", "/a", "/robots.txt"]


async def test_no_robots_txt_is_leave_and_one_that_cannot_be_had_is_none() -> None:
    async with web(robots=status(404), story=ok()) as site:
        assert isinstance(await fetcher(robots=True).fetch(site.at("/story")), Fetched)
    async with web(robots=status(503), story=ok()) as site:
        assert refused(await fetcher(robots=True).fetch(site.at("/story"))).reason == "robots_away"


async def test_a_robots_txt_that_leads_to_this_machine_is_refused_as_a_page_would_be() -> None:
    async with web(robots=redirect("http://127.0.0.1:%PORT%/keys"), keys=ok(), story=ok()) as site:
        assert refused(await fetcher(robots=True).fetch(site.at("/story"))).reason == "address"
    assert site.paths == ["/robots.txt"]


async def test_robots_txt_can_be_left_aside_by_a_setting() -> None:
    async with web(robots=rules("User-agent: *", "Disallow: /"), story=ok()) as site:
        assert isinstance(await fetcher(robots=False).fetch(site.at("/story")), Fetched)
    assert site.paths == ["/story"]


async def test_two_requests_to_one_host_have_a_pause_between_them_and_other_hosts_do_not_wait() -> None:
    clock = Clock()
    async with web(a=ok(), b=ok()) as site:
        one = fetcher(politeness=Politeness(clock, clock.sleep), delay_seconds=1.5)
        for url in (site.at("/a"), site.at("/a", "other.example"), site.at("/b")):
            assert isinstance(await one.fetch(url), Fetched)
    assert clock.sleeps == [1.5]


@pytest.mark.parametrize(("said", "pause"), [("7", 7.0), ("86400", 30.0), ("0.1", 1.0), ("nan", 1.0), ("inf", 1.0)])
async def test_the_pause_that_a_site_asks_for_is_kept_within_bounds(said: str, pause: float) -> None:
    clock = Clock()
    async with web(robots=rules("User-agent: *", f"Crawl-delay: {said}"), a=ok()) as site:
        one = fetcher(robots=True, politeness=Politeness(clock, clock.sleep), delay_seconds=1.0)
        await one.fetch(site.at("/a"))
        await one.fetch(site.at("/a"))
    assert clock.sleeps == [1.0, pause]


async def test_one_host_is_asked_one_thing_at_a_time() -> None:
    clock, inside, most = Clock(), 0, 0
    turns = Politeness(clock, clock.sleep)

    async def ask() -> None:
        nonlocal inside, most
        async with turns.turn("news.example", 1.0):
            inside += 1
            most = max(most, inside)
            await anyio.lowlevel.checkpoint()
            inside -= 1

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(ask)
    assert most == 1
    assert clock.sleeps == [1.0] * 4


@pytest.mark.parametrize("code", [429, 503])
async def test_a_busy_server_is_asked_again_when_it_says(code: int) -> None:
    clock = Clock()
    async with web(story=[status(code, "retry-after: 9"), ok()]) as site:
        found = await fetcher(politeness=Politeness(clock, clock.sleep)).fetch(site.at("/story"))
    assert isinstance(found, Fetched)
    assert clock.sleeps == [9.0]


async def test_a_server_that_wants_a_long_pause_is_left_alone_and_the_pause_is_told() -> None:
    async with web(story=status(429, "retry-after: 3600")) as site:
        found = refused(await fetcher().fetch(site.at("/story")))
    assert (found.reason, found.retry_after, len(site.asked)) == ("busy", 3600.0, 1)


async def test_a_server_in_trouble_is_asked_so_often_and_no_more() -> None:
    async with web(story=status(502)) as site:
        assert refused(await fetcher(attempts=3).fetch(site.at("/story"))).what == "the server says 502 Bad Gateway"
    assert len(site.asked) == 3


@pytest.mark.parametrize(
    ("code", "reason"), [(404, "gone"), (410, "gone"), (403, "status"), (451, "status"), (204, "status"), (304, "status")]
)
async def test_other_answers_are_refusals_that_are_told_at_once(code: int, reason: str) -> None:
    async with web(story=status(code)) as site:
        found = refused(await fetcher().fetch(site.at("/story")))
    assert (found.reason, found.status, len(site.asked)) == (reason, code, 1)


async def test_what_has_not_changed_is_not_sent_again() -> None:
    async with web(feed=[ok(b"news", 'etag: W/"7"', "last-modified: Wed, 20 Aug 2025 12:00:00 GMT"), status(304)]) as site:
        first = await fetcher().fetch(site.at("/feed"))
        assert isinstance(first, Fetched)
        assert first.validators == Validators('W/"7"', "Wed, 20 Aug 2025 12:00:00 GMT")
        assert isinstance(await fetcher().fetch(site.at("/feed"), first.validators), Unchanged)
    assert site.asked[1][1]["if-none-match"] == 'W/"7"'
    assert site.asked[1][1]["if-modified-since"] == "Wed, 20 Aug 2025 12:00:00 GMT"


@pytest.mark.parametrize("code", [200, 500])
async def test_a_name_that_leads_nowhere_is_said_to_lead_nowhere(code: int) -> None:
    assert refused(await fetcher(attempts=1).fetch(f"http://nowhere{code}.example/")).what.endswith("leads to no address")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0),
        ("Wed, 20 Aug 2025 12:01:30 GMT", 90.0),
        ("Wed, 20 Aug 2025 11:00:00 GMT", 0.0),
        ("99999999999999", 2_678_400.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(said: str | None, seconds: float | None) -> None:
    assert retry_after(said, NOW) == seconds
