"""A real web server that misbehaves in each of the ways there are: every refusal names page, reason and what to do, the bytes that there
were are in quarantine, and the pages before and after are taken in. `daybook ingest URL…`, a real ingestor, Kafka and Postgres.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from aiokafka import ConsumerRecord
from typer.testing import CliRunner

from deploy.local.stack import Stack
from services.cli import app
from tests.integration.ingestor_pages import BODY, Ingestor, prepared
from tests.support.logs import read_topic
from tests.support.service import service
from tests.unit.ingestor_fetching.web import PUBLIC, Answer, Web, bomb, endless, ok, redirect, web_beside

MB = 1_000_000
QUARANTINE = "pages.refused.v1.quarantine"
HTML = "text/html; charset=utf-8"
GOOD = f"<html><body><h1>Torvik closes its pier</h1><p>{BODY}</p></body></html>"
ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
RSS = b"<rss><channel><title>x</title><item><title>&c;</title><description>&c;</description></item></channel></rss>"
OUTSIDE = b'<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/passwd">]>'


def titled(title: str) -> str:
    return GOOD.replace("Torvik closes its pier", title)


# What the server answers at a path; the reason that is told; whether its bytes reach the ingestor, and so its quarantine.
HOSTILE: dict[str, tuple[Answer, str, bool]] = {
    "bomb_gzip": (ok(bomb(100 * MB), "content-encoding: gzip"), "more than 10,000,000 bytes once unpacked", False),
    "bomb_brotli": (ok(bomb(100 * MB, "br"), "content-encoding: br"), "more than 10,000,000 bytes once unpacked", False),
    "bomb_zstd": (ok(bomb(100 * MB, "zstd"), "content-encoding: zstd"), "more than 10,000,000 bytes once unpacked", False),
    "entities": (ok(b"<?xml version='1.0'?>" + ENTITIES + RSS, media_type="application/rss+xml"), "declares entities of its own", True),
    "outside": (ok(b"<?xml version='1.0'?>" + OUTSIDE + RSS, media_type="application/rss+xml"), "declares entities of its own", True),
    "fifty": (ok(b"<p>" + b"word " * (10 * MB)), "50,000,003 bytes, more than 10,000,000", False),
    "unstated": (endless(b"HTTP/1.1 200 so\r\ncontent-type: text/html\r\n\r\n", b"word " * 20_000), "more than 10,000,000 bytes", False),
    "deep": (ok(b"<div>" * 100_000 + b"bottom"), "nested more than 200 deep", True),
    "links": (ok(b"<a href=/x>x</a>" * 600_000), "more than 300,000 elements", True),
    "drip": (endless(b"HTTP/1.1 200 so\r\ncontent-type: text/html\r\n\r\n", b"x", pause=0.2), "it had not come in after 2 s", False),
    "private": (redirect("http://10.0.0.1/"), "10.0.0.1, which may not be connected to (private)", False),
    "cloud": (redirect("http://169.254.169.254/latest/meta-data/"), "169.254.169.254, which may not be connected to (link-local", False),
    "named": (redirect("http://localhost:%PORT%/good"), "localhost leads to", False),
    "file": (redirect("file:///etc/passwd"), "only http and https are fetched, not file", False),
    "picture": (ok(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40), "a PNG image, not text", True),
    "short": (ok(GOOD.encode(), "content-length: 99999"), "the answer broke off", False),
    "not_packed": (ok(GOOD.encode(), "content-encoding: gzip"), "the body is not gzip", False),
    "headless": (endless(b"HTTP/1.1 200 so\r\n", b"x-more: and more\r\n" * 500), "the answer's head is above 65,536 bytes", False),
}

# What is odd and taken in all the same, with words of what becomes of it.
ODD: dict[str, tuple[bytes, str, str]] = {
    "charset": (titled("Fähre läuft aus im Sund, öfter als früher").encode("cp1252"), HTML, "Fähre läuft aus im Sund"),
    "declared": (titled("Fähre läuft ein im Sund").encode(), "text/html; charset=windows-1251", "Fähre läuft ein im Sund"),
    "nul": (titled("Pier\0 closed for good").encode(), HTML, "Pier\ufffd closed for good"),
    "surrogate": (titled("Pier # open for once").encode().replace(b"#", b"\xed\xa0\x80"), HTML, "Pier \ufffd"),
    "override": (titled("Pier \u202edesolc for once").encode(), HTML, "Pier \u202edesolc for once"),
    "mislabelled": (titled("Pier called an archive").encode(), "application/octet-stream", "Pier called an archive"),
}


@pytest.fixture
def ingestor(stack: Stack) -> Iterator[Ingestor]:
    asyncio.run(prepared(stack))
    with service(stack, "ingestor", QUARANTINE_BYTES="1000") as process:
        process.wait_ready()
        yield Ingestor(stack, process)


@pytest.fixture
def sender(ingestor: Ingestor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ingestor:
    """The command's settings: one address stands for the web, and a drip is given up soon."""
    told = {
        "STATE": str(tmp_path / "state.sqlite"),
        "ALLOW_NETWORKS": f"{PUBLIC}/32",
        "PORTS": "any",
        "DELAY_SECONDS": "0",
        "TOTAL_SECONDS": "2",
        "ATTEMPTS": "1",
        "ROBOTS": "0",
    }
    for name, value in told.items():
        monkeypatch.setenv(f"DAYBOOK_FETCH_{name}", value)
    return ingestor


def ingest(to: str, *addresses: str) -> dict[str, object]:
    result = CliRunner().invoke(app, ["ingest", *addresses, "--to", to])
    assert result.exit_code in {0, 1}, result.output
    told: dict[str, object] = json.loads(result.stdout)
    return told


def at(site: Web, path: str) -> str:
    return site.at(f"/{path.replace('_', '/')}", PUBLIC)


async def test_every_way_to_misbehave_is_refused_in_words_and_costs_its_neighbours_nothing(sender: Ingestor) -> None:
    # given
    process = psutil.Process(sender.process.process.pid)
    before = _memory(process)
    answers = {path: answer for path, (answer, _, _) in HOSTILE.items()} | {
        "good": ok(GOOD.encode()),
        "last": ok(titled("Torvik opens its pier").encode()),
    }
    with web_beside(**answers) as site:
        # when
        paths = ["good", *HOSTILE, "last"]
        told = await asyncio.to_thread(ingest, sender.process.address, *(at(site, path) for path in paths), "file:///etc/passwd")
        await sender.settled()
    # then
    assert told["new"] == 2
    refused = {row["page"]: row for row in told["refused"]}  # type: ignore[attr-defined] # a list of them
    assert {
        path: refused.get(at(site, path), {}).get("reason")
        for path, (_, words, _) in HOSTILE.items()
        if words not in str(refused.get(at(site, path)))
    } == {}
    assert "only http and https" in refused["file:///etc/passwd"]["reason"]
    assert [row["page"] for row in refused.values() if not row["advice"]] == []
    kept = {_header(record, "page") for record in await read_topic(sender.stack.kafka, QUARANTINE)}
    assert kept == {at(site, path) for path, (_, _, has_bytes) in HOSTILE.items() if has_bytes}
    assert _memory(process) - before < 300 * MB
    log = await sender.log()
    assert {it.article.title for it in log} == {"Torvik closes its pier", "Torvik opens its pier"}
    assert not [it for it in log if "root:" in it.article.body]


async def test_what_is_odd_is_read_all_the_same_and_can_be_stored(sender: Ingestor) -> None:
    with web_beside(**{path: ok(body, media_type=kind) for path, (body, kind, _) in ODD.items()}) as site:
        told = await asyncio.to_thread(ingest, sender.process.address, *(at(site, path) for path in ODD))
        await sender.settled()
    assert (told["new"], told["refused"]) == (len(ODD), [])
    titles = {it.article.url: it.article.title for it in await sender.log()}
    assert {path: titles[at(site, path)] for path, (_, _, words) in ODD.items() if not titles[at(site, path)].startswith(words)} == {}
    notes = " ".join(str(note) for note in told["notes"])  # type: ignore[attr-defined] # a list of them
    assert "direction" in notes


def _memory(process: psutil.Process) -> int:
    """Bytes, with the processes that cut."""
    return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)])


def _header(record: ConsumerRecord, name: str) -> str:
    value: bytes = dict(record.headers)[name]
    return value.decode()
