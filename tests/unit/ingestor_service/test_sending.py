"""Pages are sent in order; a service that is away or behind is waited for; what became of all is counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import pytest
import stamina.instrumentation

from services.commands.ingest import found, send
from services.ingestor.client import IngestorAwayError, PageFile, Sending, send_pages
from services.ingestor.summary import Summary
from tests.unit.ingestor_service.scripted import problem, scripted, taken

CAPTURED = datetime(2025, 8, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    stamina.instrumentation.set_on_retry_hooks(())
    yield
    stamina.instrumentation.set_on_retry_hooks(None)


def page(name: str = "a.txt", content: bytes = b"news") -> PageFile:
    return PageFile(name, lambda: BytesIO(content), len(content), "text/plain")


def test_pages_are_sent_in_order_with_what_is_known_of_them() -> None:
    with scripted(taken("new")) as service:
        send_pages([page("a.txt", b"one"), page("b.txt", b"two")], Sending(service.address, CAPTURED, "https://news.example/1"))
    assert [asked.body for asked in service.asked] == [b"one", b"two"]
    assert service.asked[0].media_type == "text/plain"
    assert service.asked[0].query == {
        "name": ["a.txt"],
        "url": ["https://news.example/1"],
        "captured_at": ["2025-08-20T00:00:00+00:00"],
    }


def test_what_became_of_each_article_is_counted() -> None:
    with scripted(taken("new", "unchanged"), taken("corrected")) as service:
        summary = send_pages([page(), page()], Sending(service.address))
    assert (summary.pages, summary.articles, summary.new, summary.corrected, summary.unchanged) == (2, 3, 1, 1, 1)
    assert str(summary).startswith("2 pages, 3 articles (1 new, 1 corrected, 1 unchanged); ")


def test_a_refused_page_is_named_with_its_reason_and_the_next_is_sent() -> None:
    with scripted(problem(422, "a.txt: a PNG image, not text", "Save it as text."), taken("new")) as service:
        summary = send_pages([page(), page("b.txt")], Sending(service.address))
    assert summary.new == 1
    assert [(r.page, r.reason, r.advice) for r in summary.refused] == [("a.txt", "a PNG image, not text", "Save it as text.")]


def test_a_refused_line_of_a_page_that_was_taken_is_named_too() -> None:
    line = {"page": "a.jsonl", "line": 7, "what": "line 7: not JSON", "advice": "Mend that line."}
    with scripted(taken("new", refusals=(line,))) as service:
        summary = send_pages([page("a.jsonl")], Sending(service.address))
    assert [(r.page, r.reason) for r in summary.refused] == [("a.jsonl", "line 7: not JSON")]


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_is_behind_is_waited_for_as_it_asks(status: int) -> None:
    waits: list[str] = []
    with scripted(problem(status, "too much", retry_after="0"), taken("new")) as service:
        summary = send_pages([page()], Sending(service.address), on_wait=waits.append)
    assert summary.new == 1
    assert waits == [f"{status}: too much"]
    assert [asked.body for asked in service.asked] == [b"news", b"news"]


def test_patience_is_bounded() -> None:
    with scripted(problem(503, "Postgres does not answer", retry_after="0")) as service, pytest.raises(IngestorAwayError, match="Postgres"):
        send_pages([page()], Sending(service.address, patience=0.05))


def test_with_nobody_there_the_error_says_where_it_looked() -> None:
    with scripted(taken("new")) as service:
        address = service.address
    with pytest.raises(IngestorAwayError, match=address):
        send_pages([page()], Sending(address, patience=0))


def test_a_file_larger_than_the_limit_is_refused_without_being_opened() -> None:
    def never() -> IO[bytes]:
        raise AssertionError("it was opened")

    with scripted(taken("new")) as service:
        summary = send_pages([PageFile("big.txt", never, 50_000_000)], Sending(service.address, page_bytes=10_000_000))
    assert [r.page for r in summary.refused] == ["big.txt"]
    assert "50,000,000 bytes" in summary.refused[0].reason
    assert service.asked == []


def test_a_stream_without_end_is_read_no_further_than_the_limit() -> None:
    zero = Path("/dev/zero")
    zeros = PageFile("zeros", lambda: zero.open("rb"))
    with scripted(taken("new")) as service:
        summary = send_pages([zeros], Sending(service.address, page_bytes=1000))
    assert "more than 1,000 bytes" in summary.refused[0].reason


def test_a_file_that_has_gone_is_refused_and_the_others_are_sent(tmp_path: Path) -> None:
    gone, there = tmp_path / "gone.txt", tmp_path / "there.txt"
    there.write_text("news")
    pages = [PageFile("gone", lambda: gone.open("rb")), *found([there])]
    with scripted(taken("new")) as service:
        summary = send_pages(pages, Sending(service.address))
    assert summary.new == 1
    assert [r.page for r in summary.refused] == ["gone"]


def test_each_page_is_reported_with_its_answer_and_the_summary_so_far() -> None:
    reported: list[tuple[str, Any, int]] = []

    def on_page(sent: PageFile, answer: dict[str, Any] | None, so_far: Summary) -> None:
        reported.append((sent.name, answer and answer["page_id"], so_far.pages))

    with scripted(taken("new"), problem(422, "no")) as service:
        send_pages([page("a"), page("b")], Sending(service.address), on_page=on_page)
    assert reported == [("a", "p", 1), ("b", None, 2)]


def test_the_notes_kept_in_a_summary_are_bounded() -> None:
    with scripted(taken("new", notes=("it is so",) * 60)) as service:
        summary = send_pages([page("a"), page("b")], Sending(service.address))
    assert len(summary.notes) == 100
    assert summary.notes[0] == "a: it is so"


def test_a_folder_stands_for_its_files_by_name_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.html", "a.txt", ".hidden", "deep/c.jsonl", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("news")
    pages = found([tmp_path])
    assert [Path(p.name).name for p in pages] == ["a.txt", "b.html", "c.jsonl"]
    assert [p.media_type for p in pages] == ["text/plain", "text/html", "application/x-ndjson"]


def test_programs_send_files_as_the_command_does(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("news")
    with scripted(taken("new")) as service:
        assert send([tmp_path / "a.txt"], service.address, captured_at=CAPTURED).new == 1
