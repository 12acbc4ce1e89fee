"""From the web and from a watched folder into the log, with a real ingestor, Kafka and Postgres: each article once, through kills."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from deploy.local.stack import Stack
from schemas.articles import RawArticle
from tests.integration.ingestor_pages import Ingestor, page, prepared, query
from tests.support.service import eventually, service
from tests.unit.ingestor_fetching.feeds import item, rss
from tests.unit.ingestor_fetching.web import ok, status, web_beside

PAGES = 40
HERE = {"ALLOW_NETWORKS": "127.0.0.0/8", "PORTS": "any", "ROBOTS": "0", "DELAY_SECONDS": "0", "SETTLE_SECONDS": "0"}


@pytest.fixture(scope="module")
def ingestor(stack: Stack) -> Iterator[Ingestor]:
    """One for all tests here, which keep apart by their articles' addresses."""
    asyncio.run(prepared(stack))
    with service(stack, "ingestor") as process:
        process.wait_ready()
        yield Ingestor(stack, process)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def start(inbox: Path, ingestor: Ingestor, *command: str) -> subprocess.Popen[str]:
    """`daybook …` as a process of its own, with its memory beside the folder."""
    settings = {f"DAYBOOK_FETCH_{name}": value for name, value in HERE.items()} | {
        "DAYBOOK_FETCH_STATE": str(inbox.parent / "state.sqlite")
    }
    arguments = [sys.executable, "-c", "from services.cli import main; main()", *command, "--to", ingestor.process.address]
    return subprocess.Popen(arguments, env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    return [json.loads(line) for line in out.splitlines()] if out.startswith('{"') else [json.loads(out)] if out else []


def crawl(numbers: range) -> bytes:
    """An archive of one story a page."""
    return b"".join(gzip.compress(_record(number)) for number in numbers)


def _record(number: int) -> bytes:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + page(f"Pier {number} closed").encode()
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number}>\r\nWARC-Target-URI: https://crawl.example/{number}\r\n"
    dated = f"{head}WARC-Date: 2025-08-20T12:00:00Z\r\nContent-Type: application/http\r\nContent-Length: {len(http)}\r\n\r\n"
    return dated.encode() + http + b"\r\n\r\n"


async def test_a_watcher_that_is_killed_again_and_again_takes_every_page_of_every_archive_once(inbox: Path, ingestor: Ingestor) -> None:
    # given two archives
    (inbox / "a.warc.gz").write_bytes(crawl(range(PAGES)))
    (inbox / "b.warc.gz").write_bytes(crawl(range(PAGES, 2 * PAGES)))
    # when the watcher is killed each time some more pages have come
    for enough in (5, 30, PAGES + 5):
        process = start(inbox, ingestor, "watch", str(inbox))
        await eventually(partial(_many, ingestor, enough))
        process.kill()
        process.communicate()
    last = told(start(inbox, ingestor, "watch", str(inbox), "--once"))
    # then each is in the log once, and nothing is left to do
    revisions = Counter((one.url, one.revision) for one in await logged(ingestor, "https://crawl.example/"))
    assert revisions == {(f"https://crawl.example/{number}", 1): 1 for number in range(2 * PAGES)}
    assert sum(one["refused"] != [] for one in last) == 0
    assert told(start(inbox, ingestor, "watch", str(inbox), "--once")) == []


async def _many(ingestor: Ingestor, enough: int) -> bool:
    return bool(await query(ingestor.stack, f"SELECT count(*) >= {enough} FROM ingestor.articles"))


async def logged(ingestor: Ingestor, home: str) -> list[RawArticle]:
    """What the log holds of a site."""
    await ingestor.settled()
    return [one.article for one in await ingestor.log() if (one.article.url or "").startswith(home)]


async def test_a_followed_feed_and_its_pages_are_one_article_each_and_a_page_that_goes_is_withdrawn(
    inbox: Path, ingestor: Ingestor
) -> None:
    with web_beside() as site:
        home = site.at("", "127.0.0.1")
        site.answers["/feed"] = [ok(rss(item("pier", site=home), item("ferry", site=home)).encode(), 'etag: "7"'), status(304)]
        for name in ("pier", "ferry"):
            site.answers[f"/{name}?utm_source=rss"] = [ok(page(f"{name} closed").encode(), media_type="text/plain")]
        site.answers["/pier"] = [status(410)]
        # when the feed is followed twice, and then one of its pages is asked for again without the tracking parameter
        first = told(start(inbox, ingestor, "ingest", "--feed", f"{home}/feed", "--follow"))
        again = told(start(inbox, ingestor, "ingest", "--feed", f"{home}/feed", "--follow"))
        gone = told(start(inbox, ingestor, "ingest", f"{home}/pier"))
    # then
    assert [(one[0]["new"], one[0]["withdrawn"], one[0]["pages"]) for one in (first, again, gone)] == [(2, 0, 2), (0, 0, 0), (0, 1, 1)]
    assert sorted((one.title, one.pubstatus) for one in await logged(ingestor, home)) == [
        ("ferry closed", "usable"),
        ("pier closed", "usable"),
        ("pier closed", "withdrawn"),
    ]


async def test_a_saved_feed_pushed_whole_becomes_its_entries(ingestor: Ingestor) -> None:
    answer = ingestor.post("/v1/pages", rss(item("pier")), url="https://post.example/feed.xml", captured_at="2025-08-20T12:00:00Z")
    assert [one["title"] for one in answer.json()["articles"]] == ["pier"]
    assert [one.extractor for one in await logged(ingestor, "https://post.example/")] == ["feed/1"]
