"""JSON Lines of any length are sent in pieces; no line is torn, lost or sent twice."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.commands.ingest import found, send
from services.ingestor.client import PageFile
from services.ingestor.feeds.archived import expanded
from services.ingestor.feeds.lines import pieces_of
from services.ingestor.summary import Refused
from tests.unit.ingestor_service.scripted import scripted, taken

LINES = st.lists(st.binary(min_size=0, max_size=30).map(lambda text: text.replace(b"\n", b"") + b"\n"), max_size=30)


def pieces(content: bytes, most: int) -> tuple[list[bytes], list[Refused]]:
    every = list(pieces_of(PageFile("a.jsonl", lambda: BytesIO(content), len(content), "application/x-ndjson"), most))
    return [one.open().read() for one in every if isinstance(one, PageFile)], [one for one in every if isinstance(one, Refused)]


@given(LINES, st.integers(1, 60))
def test_together_the_pieces_are_the_lines_that_fit_each_whole_and_in_order(lines: list[bytes], most: int) -> None:
    sent, refused = pieces(b"".join(lines), most)
    assert b"".join(sent) == b"".join(line for line in lines if len(line) <= most)
    assert all(0 < len(piece) <= most and piece.endswith(b"\n") for piece in sent)
    assert len(refused) == sum(len(line) > most for line in lines)


def test_a_line_that_is_too_long_is_refused_by_its_number_and_its_neighbours_are_sent() -> None:
    sent, (refused,) = pieces(b"one\n" + b"x" * 100 + b"\ntwo\n", 20)
    assert sent == [b"one\n", b"two\n"]
    assert refused.page == "a.jsonl line 2"


def test_pieces_are_named_by_their_first_line() -> None:
    every = pieces_of(PageFile("a.jsonl", lambda: BytesIO(b"a\nb\nc\n"), 6, "application/x-ndjson"), 4)
    assert [one.name for one in every if isinstance(one, PageFile)] == ["a.jsonl from line 1", "a.jsonl from line 3"]


def test_only_long_files_of_json_lines_are_cut(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.txt"):
        (tmp_path / name).write_bytes(b"12345\n" * 10)
    names = [one.name for one in expanded(found([tmp_path]), 40) if isinstance(one, PageFile)]
    assert [Path(name).name for name in names] == ["a.jsonl from line 1", "a.jsonl from line 7", "b.txt"]


def test_a_long_file_is_taken_in_by_the_command(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes((b"x" * 999_999 + b"\n") * 12)
    with scripted(taken("new")) as service:
        summary = send([tmp_path / "a.jsonl"], service.address)
    assert [len(asked.body) for asked in service.asked] == [10_000_000, 2_000_000]
    assert summary.refused == []
