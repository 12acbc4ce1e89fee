"""`daybook ingest` with addresses and feeds: what is fetched is sent, and remembered as done once it was answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.cli import app
from services.commands import ingest
from services.ingestor.feeds.memory import Memory
from services.ingestor.feeds.poll import Poller
from services.ingestor.fetching.outcomes import Validators
from tests.unit.ingestor_fetching.feeds import item, rss
from tests.unit.ingestor_fetching.web import PAGE, ok, redirect, status, web_beside
from tests.unit.ingestor_service.scripted import problem, scripted, taken


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine may be fetched from, and what is remembered lies in the test's own folder."""
    for name, value in {"ALLOW_NETWORKS": "127.0.0.0/8", "PORTS": "any", "DELAY_SECONDS": "0", "ROBOTS": "0", "POLL_SECONDS": "1"}.items():
        monkeypatch.setenv(f"DAYBOOK_FETCH_{name}", value)
    monkeypatch.chdir(tmp_path)


def daybook(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["ingest", *map(str, arguments)])


def summary(result: Result) -> Any:
    return json.loads(result.stdout)


def test_a_page_is_sent_with_its_address_the_time_it_was_caught_and_its_type() -> None:
    with web_beside(a=redirect("/story"), story=ok()) as site, scripted(taken("new")) as service:
        result = daybook(site.at("/a", "127.0.0.1"), "--to", service.address)
    (asked,) = service.asked
    assert result.exit_code == 0, result.output
    assert (asked.body, asked.media_type) == (PAGE, "text/html; charset=utf-8")
    assert asked.query["url"] == [site.at("/story", "127.0.0.1")]
    assert asked.query["captured_at"][0].endswith("+00:00")
    assert "status" not in asked.query


def test_files_and_addresses_are_sent_in_the_order_given() -> None:
    Path("page.txt").write_text("saved")
    with web_beside(one=ok(b"first"), two=ok(b"last")) as site, scripted(taken("new")) as service:
        daybook(site.at("/one", "127.0.0.1"), "page.txt", site.at("/two", "127.0.0.1"), "--to", service.address)
    assert [asked.body for asked in service.asked] == [b"first", b"saved", b"last"]


@pytest.mark.parametrize(
    ("address", "reason"),
    [("file:///etc/passwd", "only http and https"), ("http://169.254.169.254/latest/", "link-local"), ("ftp://news.example/", "only http")],
)
def test_an_address_that_may_not_be_fetched_is_a_refusal_and_the_next_is_sent(address: str, reason: str) -> None:
    with web_beside(story=ok()) as site, scripted(taken("new")) as service:
        result = daybook(address, site.at("/story", "127.0.0.1"), "--to", service.address)
    assert result.exit_code == 1
    assert (summary(result)["new"], len(summary(result)["refused"])) == (1, 1)
    assert reason in result.stderr
    assert len(service.asked) == 1


def test_a_page_that_is_gone_is_told_so_that_what_was_taken_of_it_is_withdrawn() -> None:
    with web_beside(story=status(410)) as site, scripted(taken("withdrawn")) as service:
        result = daybook(site.at("/story", "127.0.0.1"), "--to", service.address)
    assert (service.asked[0].query["status"], service.asked[0].query["url"]) == (["410"], [site.at("/story", "127.0.0.1")])
    assert (result.exit_code, summary(result)["withdrawn"]) == (0, 1)


def test_a_page_that_never_was_is_a_refusal() -> None:
    with web_beside() as site, scripted(taken()) as service:
        result = daybook(site.at("/story", "127.0.0.1"), "--to", service.address)
    assert result.exit_code == 1
    assert "its server says 404, and nothing of it was taken in before" in result.stderr


def test_a_feed_is_sent_once_and_asked_for_by_what_it_gave() -> None:
    with web_beside(feed=[ok(rss(item("pier")).encode(), 'etag: "7"'), status(304)]) as site, scripted(taken("new")) as service:
        first, second = (daybook("--feed", site.at("/feed", "127.0.0.1"), "--to", service.address) for _ in range(2))
    assert (summary(first)["new"], summary(second)["pages"]) == (1, 0)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert site.asked[1][1]["if-none-match"] == '"7"'


def test_a_feed_is_not_done_before_it_was_answered() -> None:
    away = [problem(503, "away", retry_after="0")] * 10  # as often as it is tried here
    with web_beside(feed=ok(rss(item("pier")).encode(), 'etag: "7"')) as site, scripted(*away, taken("new")) as service:
        rounds = [daybook("--feed", site.at("/feed", "127.0.0.1"), "--to", service.address) for _ in range(2)]
    assert [one.exit_code for one in rounds] == [69, 0]
    assert "if-none-match" not in site.asked[1][1]


def test_followed_links_are_fetched_once_each_and_again_when_their_entry_changes() -> None:
    def feed(*items: str) -> bytes:
        return ok(rss(*items).encode())

    with web_beside(pier=ok(b"pier"), ferry=ok(b"ferry")) as site, scripted(taken("new")) as service:
        home = site.at("", "127.0.0.1")
        pier, ferry, changed = item("pier", site=home), item("ferry", site=home), item("pier", "Open again.", site=home)
        site.answers["/pier?utm_source=rss"], site.answers["/ferry?utm_source=rss"] = site.answers["/pier"], site.answers["/ferry"]
        site.answers["/feed"] = [feed(pier), feed(ferry, pier), feed(ferry, changed)]
        rounds = [daybook("--feed", f"{home}/feed", "--follow", "--to", service.address) for _ in range(3)]
    assert [one.exit_code for one in rounds] == [0, 0, 0]
    assert [asked.body for asked in service.asked] == [b"pier", b"ferry", b"pier"]


def test_a_link_that_could_not_be_had_is_tried_again_and_its_neighbours_are_not() -> None:
    with web_beside() as site, scripted(taken("new")) as service:
        home = site.at("", "127.0.0.1")
        site.answers["/feed"] = [ok(rss(item("pier", site=home), item("ferry", site=home)).encode(), 'etag: "7"')]
        site.answers["/pier?utm_source=rss"] = [status(502), status(502), status(502), ok(b"pier")]
        site.answers["/ferry?utm_source=rss"] = [ok(b"ferry")]
        rounds = [daybook("--feed", f"{home}/feed", "--follow", "--to", service.address) for _ in range(2)]
    assert [one.exit_code for one in rounds] == [1, 0]
    assert [asked.body for asked in service.asked] == [b"ferry", b"pier"]


def test_a_link_into_this_machine_is_refused_though_the_feed_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBOOK_FETCH_ALLOW_NETWORKS", "127.0.0.2/32")
    with web_beside() as site, scripted(taken("new")) as service:
        site.answers["/feed"] = [ok(rss(item("keys", site=site.at("", "127.0.0.1"))).encode())]
        result = daybook("--feed", site.at("/feed", "127.0.0.2"), "--follow", "--to", service.address)
    assert result.exit_code == 1
    assert site.paths == ["/feed"]


def test_a_feed_that_failed_is_left_alone_for_longer_each_time(tmp_path: Path) -> None:
    from services.ingestor.fetching.outcomes import NotFetched, Outcome, not_fetched
    from services.ingestor.fetching.settings import FetchSettings

    asks: list[float | None] = [None, None, 7200.0]

    def get(url: str, _: Validators) -> Outcome:
        found: NotFetched = not_fetched(url, "busy", "429", retry_after=asks.pop(0))
        return found

    with Memory(tmp_path / "state.sqlite") as memory:
        poller = Poller(get, memory, FetchSettings(poll_seconds=60), lambda: 1000.0)
        pauses = []
        for _ in range(3):
            assert list(poller.poll("http://news.example/feed"))
            pauses.append(poller.due_in("http://news.example/feed"))
        assert pauses == [120.0, 240.0, 7200.0]
        assert "not asked again for 7,200 s" in str(list(poller.polls(["http://news.example/feed"])))


def test_polling_goes_on_and_sums_up_each_round(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = iter([None, None])

    def wait(*_: object) -> None:
        if next(rounds, KeyboardInterrupt) is KeyboardInterrupt:
            raise KeyboardInterrupt

    monkeypatch.setattr(Poller, "wait", wait)
    monkeypatch.setattr(Poller, "due_in", lambda *_: 0.0)
    with web_beside(feed=ok(rss(item("pier")).encode())) as site, scripted(taken("new"), taken("unchanged")) as service:
        result = daybook("--feed", site.at("/feed", "127.0.0.1"), "--poll", "--to", service.address)
    assert [json.loads(line)["new"] for line in result.stdout.splitlines()] == [1, 0, 0]
    assert result.exit_code in {1, 130}


def test_what_one_ingestor_was_sent_another_was_not(tmp_path: Path) -> None:
    with Memory(tmp_path / "s.sqlite", "http://a") as one, Memory(tmp_path / "s.sqlite", "http://b") as other:
        one.remember_file("page.txt", "1")
        assert (one.has_file("page.txt", "1"), one.has_file("page.txt", "2"), other.has_file("page.txt", "1")) == (True, False, False)


@pytest.mark.parametrize(
    "arguments",
    [
        ["https://news.example/1", "--url", "https://news.example/1"],
        ["page.txt", "--follow"],
        ["--poll"],
        ["--feed", "https://a.example/", "--url", "x"],
    ],
)
def test_wrong_usage_ends_with_2_and_asks_nobody(arguments: list[str]) -> None:
    Path("page.txt").write_text("saved")
    assert daybook(*arguments).exit_code == 2


def test_programs_find_pages_as_the_command_does() -> None:
    Path("page.txt").write_text("saved")
    assert [one.name for one in ingest.found([Path("page.txt")])] == ["page.txt"]
