"""Whatever is acknowledged is in the log, once; a changed text is a revision; what is refused says why. By real HTTP, Kafka and Postgres."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest

from deploy.local.stack import Stack
from tests.integration.ingestor_pages import BODY, CAPTURED, Ingestor, line, lines, page, prepared
from tests.support.service import eventually, service

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def ingestor(stack: Stack) -> Iterator[Ingestor]:
    """One ingestor on an empty log; each test uses stories of its own."""
    asyncio.run(prepared(stack))
    with service(stack, "ingestor", PAGE_BYTES=str(10 * MEGABYTE), BODY_SECONDS="1") as process:
        process.wait_ready()
        yield Ingestor(stack, process)


async def test_an_acknowledged_page_is_in_the_log_with_its_envelope(ingestor: Ingestor) -> None:
    # given
    before = datetime.now(UTC)
    # when
    response = ingestor.post("/v1/pages", page("Torvik closes its northern pier"), captured_at=CAPTURED, url="https://hub.example/torvik")
    # then
    assert response.status_code == 202, response.text
    told = response.json()
    assert [(a["title"], a["outlet"], a["revision"], a["outcome"]) for a in told["articles"]] == [
        ("Torvik closes its northern pier", "The Torvik Post", 1, "new")
    ]
    assert told["articles"][0]["published"]["basis"] == "relative_to_capture"
    assert told["boilerplate"] > 0
    identity = told["articles"][0]["article_id"]
    await eventually(lambda: _has(ingestor, identity, [(1, "usable")]))
    [logged] = [it for it in await ingestor.log() if it.key == identity]
    assert logged.envelope.type == "daybook.article.published.v1"
    assert logged.envelope.subject == logged.envelope.correlation_id == identity
    assert before <= logged.envelope.time <= datetime.now(UTC)
    assert logged.timestamp_ms == int(logged.envelope.time.timestamp() * 1000)
    assert logged.article.page.page_id == told["page_id"]


def test_a_real_page_is_its_articles(ingestor: Ingestor) -> None:
    # given
    real = Path(__file__).resolve().parents[2] / "../shared/pages/daily8-ukraine-summit.txt"
    if not real.exists():
        pytest.skip("the shared pages are not beside this checkout")
    # when
    answers = [ingestor.post("/v1/pages", real.read_bytes(), captured_at="2025-08-20T00:00Z").json() for _ in range(2)]
    # then
    assert [a["outlet"] for a in answers[0]["articles"]] == ["The Star", "Malaysia Sun", "Free Malaysia Today", "Free Malaysia Today"]
    assert [[a["outcome"] for a in answer["articles"]] for answer in answers] == [["new"] * 4, ["unchanged"] * 4]


async def test_the_same_page_again_publishes_nothing(ingestor: Ingestor) -> None:
    # given
    story = page("Lighthouse keeper retires")
    first = ingestor.post("/v1/pages", story, captured_at=CAPTURED).json()
    # when
    again = [ingestor.post("/v1/pages", story, captured_at=CAPTURED).json() for _ in range(3)]
    # then
    [identity] = {a["article_id"] for answer in (first, *again) for a in answer["articles"]}
    assert [answer["articles"][0]["outcome"] for answer in again] == ["unchanged"] * 3
    await ingestor.settled()
    assert await ingestor.revisions(identity) == [(1, "usable")]


async def test_the_same_page_again_without_a_capture_time_publishes_nothing_either(ingestor: Ingestor) -> None:
    # given
    story = page("Kelp farm opens")
    # when
    first, again = (ingestor.post("/v1/pages", story).json() for _ in range(2))
    # then
    assert "is assumed" in first["notes"][0]
    assert first["articles"][0]["published"]["basis"] == "inferred"
    assert [(a["article_id"], a["outcome"]) for a in again["articles"]] == [(first["articles"][0]["article_id"], "unchanged")]


async def test_a_page_that_comes_again_with_its_capture_time_is_dated_more_surely_and_only_once(ingestor: Ingestor) -> None:
    # given
    story = page("Eider ducks return")
    first = ingestor.post("/v1/pages", story).json()["articles"][0]
    # when
    timed, again, untimed = (
        ingestor.post("/v1/pages", story, **said).json()["articles"][0]
        for said in ({"captured_at": CAPTURED}, {"captured_at": CAPTURED}, {})
    )
    # then
    assert [(a["revision"], a["outcome"]) for a in (first, timed, again, untimed)] == [
        (1, "new"),
        (2, "redated"),
        (2, "unchanged"),
        (2, "unchanged"),
    ]
    assert (first["published"]["basis"], timed["published"]["basis"]) == ("inferred", "relative_to_capture")
    assert timed["published"]["latest"] == "2024-03-05T09:00:00Z"
    await ingestor.settled()
    assert await ingestor.revisions(first["article_id"]) == [(1, "usable"), (2, "usable")], "its text was not corrected"
    last = [it.article for it in await ingestor.log() if it.key == first["article_id"]][-1]
    assert (last.page.captured_at, last.published.basis) == (datetime(2024, 3, 5, 12, tzinfo=UTC), "relative_to_capture")


async def test_a_surer_date_of_an_old_text_or_a_withdrawn_one_is_no_news(ingestor: Ingestor) -> None:
    # given
    ingestor.post("/v1/pages", page("Terns return", BODY + " One."))
    ingestor.post("/v1/pages", page("Terns return", BODY + " Two."), captured_at="2024-03-05T13:00Z")
    withdrawn = ingestor.post("/v1/pages", page("Puffins return")).json()["articles"][0]
    ingestor.delete(withdrawn["article_id"])
    # when
    answers = [
        ingestor.post("/v1/pages", page("Terns return", BODY + " One."), captured_at=CAPTURED),
        ingestor.post("/v1/pages", page("Puffins return"), captured_at=CAPTURED),
    ]
    # then
    assert [answer.json()["articles"][0]["outcome"] for answer in answers] == ["unchanged"] * 2


async def test_a_changed_text_is_the_next_revision_and_corrected(ingestor: Ingestor) -> None:
    # given
    first = ingestor.post("/v1/articles", lines(line("changed"))).json()
    # when
    second = ingestor.post("/v1/articles", lines(line("changed", BODY + " On Wednesday the board spoke of three pillars."))).json()
    # then
    identity = first["articles"][0]["article_id"]
    assert [(a["article_id"], a["revision"], a["outcome"]) for a in second["articles"]] == [(identity, 2, "corrected")]
    await eventually(lambda: _has(ingestor, identity, [(1, "usable"), (2, "corrected")]))
    types = [it.envelope.type for it in await ingestor.log() if it.key == identity]
    assert types == ["daybook.article.published.v1", "daybook.article.corrected.v1"]


async def test_an_old_text_sent_again_after_its_correction_is_no_news(ingestor: Ingestor) -> None:
    # given
    archive = lines(line("archive", BODY + " First."), line("archive", BODY + " Second."))
    first = ingestor.post("/v1/articles", archive).json()
    assert [(a["revision"], a["outcome"]) for a in first["articles"]] == [(1, "new"), (2, "corrected")]
    # when
    again = ingestor.post("/v1/articles", archive).json()
    # then
    assert {a["outcome"] for a in again["articles"]} == {"unchanged"}


async def test_a_text_that_was_changed_back_is_a_revision_if_it_was_captured_later(ingestor: Ingestor) -> None:
    # given
    one, two = lines(line("back", BODY + " One.")), lines(line("back", BODY + " Two."))
    ingestor.post("/v1/articles", one, captured_at="2024-03-05T10:00Z")
    ingestor.post("/v1/articles", two, captured_at="2024-03-05T11:00Z")
    # when
    earlier = ingestor.post("/v1/articles", one, captured_at="2024-03-05T10:30Z").json()
    later = ingestor.post("/v1/articles", one, captured_at="2024-03-05T12:00Z").json()
    # then
    assert [a["outcome"] for a in earlier["articles"]] == ["unchanged"]
    assert [(a["revision"], a["outcome"]) for a in later["articles"]] == [(3, "corrected")]


async def test_thirty_senders_of_one_page_at_a_time_make_one_revision(ingestor: Ingestor) -> None:
    # given
    story = page("Seal found in car park")
    async with httpx.AsyncClient(base_url=ingestor.process.address, timeout=60) as client:
        # when
        posts = [client.post("/v1/pages", params={"captured_at": CAPTURED}, content=story) for _ in range(30)]
        answers = await asyncio.gather(*posts)
    # then
    assert {answer.status_code for answer in answers} == {202}
    articles = [article for answer in answers for article in answer.json()["articles"]]
    assert Counter(a["outcome"] for a in articles) == {"new": 1, "unchanged": 29}
    [identity] = {a["article_id"] for a in articles}
    await ingestor.settled()
    assert await ingestor.revisions(identity) == [(1, "usable")]


async def test_many_senders_of_overlapping_pushes_neither_deadlock_nor_double(ingestor: Ingestor) -> None:
    # given
    stories = [line(f"overlap-{n}") for n in range(12)]
    pushes = [lines(*stories[at:], *stories[:at]) for at in range(12)]
    async with httpx.AsyncClient(base_url=ingestor.process.address, timeout=60) as client:
        # when
        answers = await asyncio.gather(*(client.post("/v1/articles", content=push) for push in pushes))
    # then
    assert {answer.status_code for answer in answers} == {202}
    outcomes = Counter(a["outcome"] for answer in answers for a in answer.json()["articles"])
    assert outcomes == {"new": 12, "unchanged": 132}


async def test_one_article_may_be_sent_as_a_single_object(ingestor: Ingestor) -> None:
    response = ingestor.post("/v1/articles", lines(line("single")).rstrip())
    assert response.status_code == 202, response.text
    assert [a["outlet"] for a in response.json()["articles"]] == ["The Torvik Post"]


async def test_a_bad_line_is_refused_by_its_number_and_its_neighbours_are_taken(ingestor: Ingestor) -> None:
    # when
    response = ingestor.post("/v1/articles", lines(line("left")) + b"{not json\n" + lines(line("right")), name="batch.jsonl")
    # then
    assert response.status_code == 202, response.text
    assert [a["outcome"] for a in response.json()["articles"]] == ["new", "new"]
    assert [(r["page"], r["line"]) for r in response.json()["refusals"]] == [("batch.jsonl", 2)]


async def test_invalid_utf8_is_mended_and_taken(ingestor: Ingestor) -> None:
    # when
    response = ingestor.post("/v1/pages", page("Blåbær season begins – early").encode() + "Smørbrød på kaia".encode()[:-1] + b"\xff\xfe\n")
    # then
    assert response.status_code == 202, response.text
    assert [a["title"] for a in response.json()["articles"]] == ["Blåbær season begins – early"]


@pytest.mark.parametrize(
    ("content", "reason", "status"),
    [
        (b"", "empty", 422),
        (b" \n\t\n ", "empty", 422),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "binary", 422),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07" * 500, "binary", 422),
        (b"Menu\nHome\nNews\nSign in\n", "no_article", 422),
        (b"x" * (10 * MEGABYTE + 1), "too_large", 413),
    ],
)
def test_a_page_that_gives_no_article_is_refused_with_reason_and_advice(
    ingestor: Ingestor, content: bytes, reason: str, status: int
) -> None:
    # when
    response = ingestor.post("/v1/pages", content, name="saved.txt", captured_at=CAPTURED)
    # then
    told = response.json()
    assert response.status_code == told["status"] == status
    assert response.headers["content-type"] == "application/problem+json"
    assert told["type"] == f"urn:daybook:problem:{reason}"
    assert told["page"] == "saved.txt"
    assert told["detail"].startswith("saved.txt: ")
    assert told["advice"]


@pytest.mark.parametrize("captured_at", ["2024-03-05T12:00", "noon"])
def test_an_ill_formed_capture_time_is_refused_with_an_example(ingestor: Ingestor, captured_at: str) -> None:
    response = ingestor.post("/v1/pages", page("Never taken"), captured_at=captured_at)
    assert response.status_code == 422
    assert response.json()["detail"].startswith("captured_at: ")
    assert "2025-08-20T00:00Z" in response.json()["advice"]


def test_fifty_megabytes_are_refused_with_bounded_memory(ingestor: Ingestor) -> None:
    # given
    process = psutil.Process(ingestor.process.process.pid)
    before = process.memory_info().rss

    def endless() -> Iterator[bytes]:  # chunked: nothing says beforehand how large it is
        for _ in range(50):
            yield b"word " * (MEGABYTE // 5)

    # when
    stated = ingestor.post("/v1/pages", b"word " * (10 * MEGABYTE))
    streamed = httpx.post(f"{ingestor.process.address}/v1/pages", content=endless(), timeout=60)
    # then
    assert (stated.status_code, streamed.status_code) == (413, 413)
    assert process.memory_info().rss - before < 30 * MEGABYTE


async def test_a_body_that_drips_is_refused_after_the_deadline_and_others_are_served(ingestor: Ingestor) -> None:
    # given
    reader, writer = await asyncio.open_connection("127.0.0.1", ingestor.process.port)
    writer.write(b"POST /v1/pages HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nlogo")
    await writer.drain()
    # when
    meanwhile = await asyncio.to_thread(ingestor.post, "/v1/articles", lines(line("meanwhile")))
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    # then
    assert meanwhile.status_code == 202
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"too_slow" in answer


def test_what_can_be_sent_and_what_can_go_wrong_is_described(ingestor: Ingestor) -> None:
    described = httpx.get(f"{ingestor.process.address}/openapi.json").json()["paths"]
    for path in ("/v1/pages", "/v1/articles"):
        assert {"202", "408", "413", "422", "429", "503"} <= set(described[path]["post"]["responses"])


async def _has(ingestor: Ingestor, article_id: str, revisions: list[tuple[int, str]]) -> bool:
    return await ingestor.revisions(article_id) == revisions
