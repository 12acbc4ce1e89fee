"""Each source has its page in the docs, and what the page tells people to type brings articles of that source into the log."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from aiokafka.admin import NewTopic

from deploy.local.stack import Stack
from services.chassis.topics import admin
from services.ingestor.sources import sources
from tests.integration.ingestor_pages import Ingestor, prepared, query
from tests.support.service import eventually, service

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(page for page in (ROOT / "docs/sources").glob("*.md") if page.name != "README.md")
BLOCK = re.compile(r"```(sh|python)\n(.*?)```", re.DOTALL)
WAYS_IN = {"url", "folder", "push", "crawl-topic"}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The golden pages, served: what stands for the web of the examples."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(ROOT / "tests/pages")))
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def ingestor(stack: Stack) -> Iterator[Ingestor]:
    asyncio.run(prepared(stack))
    asyncio.run(_create(stack, "crawler.pages"))
    with service(stack, "ingestor", CRAWL_TOPIC="crawler.pages") as process:
        process.wait_ready()
        yield Ingestor(stack, process)


async def _create(stack: Stack, topic: str) -> None:
    async with admin(stack.kafka) as client:
        await client.create_topics([NewTopic(topic, 1, 1)])


def test_every_source_has_its_page_and_every_page_its_source() -> None:
    assert {page.stem for page in PAGES} == {source.NAME for source in sources()} | WAYS_IN
    contents = (ROOT / "docs/sources/README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if f"({page.name})" not in contents] == []


def blocks(page: Path) -> list[tuple[str, str]]:
    """What a page tells people to type, in order: by a shell, or by Python."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
async def test_what_a_page_tells_people_to_type_brings_its_articles_into_the_log(
    page: Path, ingestor: Ingestor, site: str, tmp_path: Path
) -> None:
    # given
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    replaced = {"http://127.0.0.1:8801": ingestor.process.address, "127.0.0.1:19092": ingestor.stack.kafka, "https://news.example": site}
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "DAYBOOK_INGESTOR": ingestor.process.address,
        "DAYBOOK_FETCH_STATE": str(tmp_path / "state.sqlite"),
        "DAYBOOK_FETCH_ALLOW_NETWORKS": "127.0.0.0/8",
        "DAYBOOK_FETCH_PORTS": "any",
        "DAYBOOK_FETCH_DELAY_SECONDS": "0",
    }
    # when
    for kind, block in blocks(page):
        typed = block
        for told, real in replaced.items():
            typed = typed.replace(told, real)
        command = ["bash", "-eo", "pipefail", "-c", typed] if kind == "sh" else [sys.executable, "-c", typed]
        ran = await asyncio.to_thread(
            subprocess.run, command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert ran.returncode == 0, f"{typed}\n{ran.stdout}\n{ran.stderr}"
    # then
    await eventually(lambda: _some(ingestor))
    await ingestor.settled()
    extractors = {it.article.extractor.partition("/")[0] for it in await ingestor.log()}
    expected = {"archive_warc": "page_html"}.get(page.stem, page.stem)  # an archive's pages are read as what they are
    assert extractors if page.stem in WAYS_IN else expected in extractors


async def _some(ingestor: Ingestor) -> bool:
    return bool(await query(ingestor.stack, "SELECT count(*) FROM ingestor.articles"))
