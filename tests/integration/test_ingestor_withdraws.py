"""A story is withdrawn by request, by a notice, or because its page has gone; a later text brings it back. By real HTTP, Kafka and Postgres."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deploy.local.stack import Stack
from tests.integration.ingestor_pages import BODY, Ingestor, line, lines, page, prepared
from tests.support.service import service

NINE, TEN, ELEVEN, NOON = (f"2024-03-05T{hour:02}:00Z" for hour in (9, 10, 11, 12))


@pytest.fixture(scope="module")
def ingestor(stack: Stack) -> Iterator[Ingestor]:
    """One ingestor on an empty log; each test uses stories of its own."""
    asyncio.run(prepared(stack))
    with service(stack, "ingestor") as process:
        process.wait_ready()
        yield Ingestor(stack, process)


def push(ingestor: Ingestor, *articles: dict[str, Any], **query: str) -> list[tuple[str, int, str]]:
    """What became of each article: id, revision, outcome."""
    response = ingestor.post("/v1/articles", lines(*articles), **query)
    assert response.status_code == 202, response.text
    return outcomes(response)


def outcomes(response: httpx.Response) -> list[tuple[str, int, str]]:
    return [(a["article_id"], a["revision"], a["outcome"]) for a in response.json()["articles"]]


def gone(ingestor: Ingestor, url: str, status: int = 404, **query: str) -> httpx.Response:
    return ingestor.post("/v1/pages", b"<html><body>Not here.</body></html>", url=url, status=str(status), **query)


def kill(name: str, **more: str) -> dict[str, Any]:
    """The notice that withdraws `line(name)`."""
    return (
        line(name, "Kindly kill this story: the board says that the pier was never closed.")
        | {"title": f"KILL: Pier closed: {name}"}
        | more
    )


async def test_a_deleted_article_is_withdrawn_once_and_its_text_is_not_sent_on(ingestor: Ingestor) -> None:
    # given
    [(identity, _, _)] = push(ingestor, line("deleted"))
    # when
    first, again = ingestor.delete(identity), ingestor.delete(identity)
    # then
    assert (first.status_code, again.status_code) == (202, 202)
    assert [(a["revision"], a["outcome"]) for a in (first.json(), again.json())] == [(2, "withdrawn"), (2, "unchanged")]
    await ingestor.settled()
    assert await ingestor.revisions(identity) == [(1, "usable"), (2, "withdrawn")]
    [text, withdrawal] = [it for it in await ingestor.log() if it.key == identity]
    assert withdrawal.envelope.type == "daybook.article.withdrawn.v1"
    assert (withdrawal.article.body, withdrawal.article.page.span) == ("", (0, 0))
    assert (withdrawal.article.title, withdrawal.article.published) == (text.article.title, text.article.published)


def test_an_article_that_nobody_knows_cannot_be_deleted(ingestor: Ingestor) -> None:
    response = ingestor.delete("no-such-article")
    assert (response.status_code, response.json()["type"]) == (404, "urn:daybook:problem:unknown_article")


def test_a_text_captured_after_the_withdrawal_brings_the_article_back(ingestor: Ingestor) -> None:
    # given
    story, url = line("back"), "https://post.example/back"
    [(identity, _, _)] = push(ingestor, story, captured_at=NINE)
    assert outcomes(gone(ingestor, url, captured_at=TEN)) == [(identity, 2, "withdrawn")]
    # when, then
    assert push(ingestor, story) == [(identity, 2, "unchanged")], "a retry brings nothing back"
    assert push(ingestor, line("back", BODY + " Older."), captured_at=NINE) == [(identity, 2, "unchanged")]
    assert push(ingestor, story, captured_at=ELEVEN) == [(identity, 3, "corrected")]
    assert outcomes(gone(ingestor, url, captured_at=TEN)) == [(identity, 3, "unchanged")], "the folder of captures is read again"
    assert outcomes(gone(ingestor, url, 410, captured_at=NOON)) == [(identity, 4, "withdrawn")]


def test_a_new_text_of_no_known_time_brings_a_deleted_article_back(ingestor: Ingestor) -> None:
    [(identity, _, _)] = push(ingestor, line("rewritten"))
    ingestor.delete(identity)
    assert push(ingestor, line("rewritten", BODY + " The pier was rebuilt.")) == [(identity, 3, "corrected")]


@pytest.mark.parametrize(("name", "more"), [("by-address", {}), ("by-headline", {"url": "https://post.example/notices/7"})])
async def test_a_notice_withdraws_the_story_that_it_names(ingestor: Ingestor, name: str, more: dict[str, str]) -> None:
    # given
    [(identity, _, _)] = push(ingestor, line(name), captured_at=TEN)
    # when
    first, again = (push(ingestor, kill(name, **more), captured_at=at) for at in (ELEVEN, NOON))
    # then
    assert (first, again) == ([(identity, 2, "withdrawn")], [(identity, 2, "unchanged")])
    await ingestor.settled()
    assert await ingestor.revisions(identity) == [(1, "usable"), (2, "withdrawn")]


def test_a_notice_older_than_the_text_is_no_news(ingestor: Ingestor) -> None:
    [(identity, _, _)] = push(ingestor, line("older"), captured_at=NOON)
    assert push(ingestor, kill("older"), captured_at=TEN) == [(identity, 1, "unchanged")]


def test_a_notice_of_a_story_that_nobody_knows_is_kept_against_an_older_text_and_says_so(ingestor: Ingestor) -> None:
    # when
    response = ingestor.post("/v1/articles", lines(kill("unseen")), captured_at=ELEVEN)
    # then
    [(identity, revision, outcome)] = outcomes(response)
    assert (revision, outcome) == (1, "withdrawn")
    assert "withdraws no article that is known" in " ".join(response.json()["notes"])
    assert push(ingestor, line("unseen"), captured_at=TEN) == [(identity, 1, "unchanged")]
    assert push(ingestor, line("unseen"), captured_at=NOON) == [(identity, 2, "corrected")]


def test_a_page_that_has_gone_takes_back_the_stories_that_were_known_by_it_alone(ingestor: Ingestor) -> None:
    # given
    url = "https://hub.example/torvik?utm_source=mail"
    told = ingestor.post("/v1/pages", page("Net repair hall burns"), url="https://hub.example/torvik", captured_at=TEN).json()["articles"]
    # when
    response = gone(ingestor, url)
    # then
    assert response.status_code == 202
    assert [(a["article_id"], a["outcome"]) for a in response.json()["articles"]] == [(a["article_id"], "withdrawn") for a in told]


def test_a_page_that_has_gone_and_was_never_seen_withdraws_nothing(ingestor: Ingestor) -> None:
    response = gone(ingestor, "https://hub.example/never-seen")
    assert (response.status_code, response.json()["articles"]) == (202, [])
    assert "nothing to withdraw" in response.json()["notes"][0]


@pytest.mark.parametrize("query", [{"status": "404"}, {"status": "500", "url": "https://post.example/1"}, {"status": "gone"}])
def test_a_status_that_says_nothing_of_the_page_is_refused(ingestor: Ingestor, query: dict[str, str]) -> None:
    response = ingestor.post("/v1/pages", page("Never taken"), **query)
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")
    assert "status" in response.json()["detail"]
