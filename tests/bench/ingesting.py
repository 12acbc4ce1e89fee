"""Articles into Kafka by HTTP, beside a bare producer that sends the same records, and beside extraction alone on the same pages.

Extraction has two yardsticks: the libraries that render a page and judge its main text, and all that becomes of it here, to the last date.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import count
from threading import Lock

import asyncpg
import psutil
from aiokafka import AIOKafkaProducer
from inscriptis import get_text
from resiliparse.extract.html2text import extract_plain_text

from deploy.local.stack import Stack
from services.chassis.outbox import SQL
from services.ingestor.pages.model import Capture
from services.ingestor.sources import cut
from tests.bench.ratios import Ratio, median_ratio
from tests.support.service import ServiceProcess, service

TOPIC = "articles.raw.v1"
CAPTURED = datetime(2024, 3, 5, 12, tzinfo=UTC)
ROUNDS, SENDERS = 3, 16
LINES, PUSH = 4_000, 500
PAGES = 300
PARAGRAPHS = 12
PARAGRAPH = (
    "The harbour board of Torvik met on Tuesday to speak about the northern pier, whose pillars have cracks that divers found in January. "
    "Repairs may take until the middle of May, the board said, and ferries to the outer islands leave from the fish market until then."
)
Round = tuple[list[bytes], int]


async def measure(stack: Stack) -> list[Ratio]:
    """Articles a second, and how much memory four times as many articles take."""
    postgres = await asyncpg.connect(stack.dsn("ingestor"), server_settings={"search_path": "ingestor"})
    try:
        with service(stack, "ingestor", LOG_LEVEL="warning") as process:
            await asyncio.to_thread(process.wait_ready)
            bench = _Bench(stack, process, postgres)
            ratios = await bench.ratios("JSONL", "/v1/articles", _pushes) + await bench.ratios(
                "HTML", "/v1/pages", _pages, library=_rendered
            )
            return [*ratios, await bench.memory()]
    finally:
        await postgres.close()


class _Bench:
    """A running ingestor, what it is fed with, and how long that takes."""

    def __init__(self, stack: Stack, process: ServiceProcess, postgres: asyncpg.Connection) -> None:
        self.stack, self.process, self.postgres = stack, process, postgres
        self.rounds = count()

    async def ratios(
        self, name: str, path: str, made: Callable[[int], Round], library: Callable[[Sequence[bytes]], float] | None = None
    ) -> list[Ratio]:
        """Ours, extraction alone by library and by us, and a bare producer, in turn."""
        await self.pushed(path, made(next(self.rounds)))  # warms up
        ours, extracting, bare, rendering = list[float](), list[float](), list[float](), list[float]()
        for _ in range(ROUNDS):
            given = made(next(self.rounds))
            ours.append(given[1] / await self.pushed(path, given))
            spent, records = _extracted(given[0])
            extracting.append(given[1] / spent)
            bare.append(given[1] / await self.produced(records))
            rendering += [given[1] / library(given[0])] if library else []
        mine = f"{name} by HTTP, in Kafka"
        return [
            median_ratio(f"{name}, articles a second", (mine, ours), ("a bare producer, same records", bare)),
            median_ratio(f"{name}, articles a second", (mine, ours), ("all of our extraction alone, one process", extracting)),
            *([median_ratio(f"{name}, articles a second", (mine, ours), ("the extraction libraries alone", rendering))] if library else []),
        ]

    async def pushed(self, path: str, given: Round) -> float:
        """Seconds until all of it is in Kafka."""
        waiting, lock = iter(given[0]), Lock()
        began = time.perf_counter()
        await asyncio.gather(*(asyncio.to_thread(_send, self.process.port, path, waiting, lock) for _ in range(SENDERS)))
        while await self.postgres.fetchval(SQL["pending"]):
            await asyncio.sleep(0.002)
        return time.perf_counter() - began

    async def produced(self, records: Sequence[bytes]) -> float:
        """Seconds that a producer takes for the same records."""
        producer = AIOKafkaProducer(bootstrap_servers=self.stack.kafka, acks="all", enable_idempotence=True, linger_ms=5)
        await producer.start()
        try:
            began = time.perf_counter()
            await asyncio.gather(*[await producer.send(TOPIC, record, b"%d" % number) for number, record in enumerate(records)])
            return time.perf_counter() - began
        finally:
            await producer.stop()

    async def memory(self) -> Ratio:
        """The memory of all its processes after four times as many articles, to that after one time."""
        root = psutil.Process(self.process.process.pid)
        held = []
        for times in (1, 3):
            for _ in range(times):
                await self.pushed("/v1/articles", _pushes(next(self.rounds)))
            held.append(sum(process.memory_info().rss for process in [root, *root.children()]))
        sizes = [f"{size / 1e6:,.0f} MB" for size in held]
        few, many = f"after {LINES:,} more ({sizes[0]})", f"the ingestor's memory after {4 * LINES:,} more articles ({sizes[1]})"
        return Ratio("memory, with the number of articles", round(held[1] / held[0], 3), many, few, 1)


def _send(port: int, path: str, waiting: Iterator[bytes], lock: Lock) -> None:
    """By the plainest client that there is: on a small machine what sends takes from what is measured."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    where = f"{path}?captured_at={CAPTURED:%Y-%m-%dT%H:%M:%SZ}"
    while True:
        with lock:
            content = next(waiting, None)
        if content is None:
            return connection.close()
        while not _accepted(connection, where, content):
            time.sleep(0.05)  # it is behind, and says so


def _accepted(connection: HTTPConnection, where: str, content: bytes) -> bool:
    connection.request("POST", where, content)
    response = connection.getresponse()
    response.read()
    return response.status == HTTPStatus.ACCEPTED


def _extracted(contents: Sequence[bytes]) -> tuple[float, list[bytes]]:
    """Seconds of taking the same pages apart and nothing else, and the records that come of them."""
    began = time.perf_counter()
    found = [cut(Capture(content, None, CAPTURED)) for content in contents]
    spent = time.perf_counter() - began
    return spent, [article.model_dump_json().encode() for one in found for article in one.articles]


def _rendered(contents: Sequence[bytes]) -> float:
    """Seconds that the libraries take for the same pages: inscriptis renders each, resiliparse finds its main text."""
    began = time.perf_counter()
    for content in contents:
        text = content.decode()
        get_text(text)
        extract_plain_text(text, main_content=True, comments=False)
    return time.perf_counter() - began


def _pushes(number: int) -> Round:
    """JSON Lines of one round: texts of the usual length, each with a number of its own."""
    rows = [json.dumps(_row(f"{number}-{at}")) + "\n" for at in range(LINES)]
    return ["".join(rows[at : at + PUSH]).encode() for at in range(0, LINES, PUSH)], LINES


def _row(name: str) -> dict[str, str]:
    url, body = f"https://post.example/{name}", "\n".join([f"TORVIK - Report {name}.", *[PARAGRAPH] * PARAGRAPHS])
    return {"url": url, "outlet": "The Torvik Post", "published": "2024-03-05T09:00:00Z", "title": f"Pier report {name}", "body": body}


def _pages(number: int) -> Round:
    """Saved pages of one round: a story each, with the menus and boxes around it that pages have."""
    return [_page(f"{number}-{at}").encode() for at in range(PAGES)], PAGES


def _page(name: str) -> str:
    text = "".join(f"<p>{PARAGRAPH}</p>" for _ in range(PARAGRAPHS))
    menu = "".join(f'<li><a href="/section/{n}">Section {n}</a></li>' for n in range(30))
    head = f'<title>Pier report {name}</title><meta property="og:type" content="article"><link rel="canonical" href="https://post.example/{name}">'
    story = f"<article><h1>Pier report {name}</h1><time>5 March 2024, 09:00 GMT</time><p>TORVIK - Report {name}.</p>{text}</article>"
    return f"<!doctype html><html><head>{head}</head><body><nav><ul>{menu}</ul></nav>{story}<footer>About us</footer></body></html>"
