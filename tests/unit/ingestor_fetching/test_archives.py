"""WARC archives, plain and gzip: each response is a page with its own address and date; a broken record costs its neighbours nothing."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from services.commands.ingest import found, send
from services.ingestor.feeds.archive import framed, opens_archive
from services.ingestor.feeds.archived import expanded
from services.ingestor.feeds.records import Recorded, Unreadable, recorded
from services.ingestor.pages.model import Capture, Limits
from services.ingestor.sources import cut, source_of
from tests.unit.ingestor.given import story
from tests.unit.ingestor_fetching.test_feed_source import covers
from tests.unit.ingestor_fetching.web import PACKERS, bomb
from tests.unit.ingestor_service.scripted import scripted, taken

DAY = "2025-08-20T12:00:00Z"
MOST = 1_000_000
NAMES = ("pier", "ferry", "harbour")


def archive(*pages: tuple[str, bytes], zipped: bool = False, kind: str = "response", status: str = "200 OK", **headers: str) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=zipped)
    for name, content in pages:
        http = StatusAndHeaders(
            status, [("Content-Type", "text/html"), *((n.replace("_", "-"), v) for n, v in headers.items())], protocol="HTTP/1.1"
        )
        url = f"https://post.example/{name}"
        made: Any = writer.create_warc_record(
            url, kind, payload=io.BytesIO(content), http_headers=http, warc_headers_dict={"WARC-Date": DAY}
        )
        writer.write_record(made)
    return out.getvalue()


def three(*, zipped: bool) -> list[bytes]:
    return [archive((name, f"<p>{name}</p>".encode()), zipped=zipped) for name in NAMES]


def pages(content: bytes, most: int = MOST) -> list[Recorded | Unreadable]:
    return list(recorded(io.BytesIO(content), most))


def taken_and_not(content: bytes) -> tuple[list[str], list[int]]:
    """The names of the pages that were read, and the numbers of the records that were not."""
    every = pages(content)
    return [one.url.rpartition("/")[2] for one in every if isinstance(one, Recorded)], [
        one.number for one in every if isinstance(one, Unreadable)
    ]


@pytest.fixture(params=[False, True], ids=["plain", "gzip"])
def zipped(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_each_response_is_a_page_with_its_own_address_and_date(*, zipped: bool) -> None:
    (first, *_), every = pages(b"".join(three(zipped=zipped))), b"".join(three(zipped=zipped))
    assert first == Recorded(1, "https://post.example/pier", datetime(2025, 8, 20, 12, tzinfo=UTC), "text/html", b"<p>pier</p>")
    assert taken_and_not(every) == (list(NAMES), [])


@pytest.mark.parametrize("packing", PACKERS)
def test_bodies_come_unpacked_and_put_together(packing: str, *, zipped: bool) -> None:
    packed = archive(("pier", PACKERS[packing](b"news")), zipped=zipped, Content_Encoding=packing)
    pieces = archive(("pier", b"2\r\nne\r\n2\r\nws\r\n0\r\n\r\n"), zipped=zipped, Transfer_Encoding="chunked")
    assert [one.content for one in pages(packed + pieces) if isinstance(one, Recorded)] == [b"news", b"news"]


@pytest.mark.parametrize("packing", PACKERS)
def test_a_body_that_was_stored_unpacked_is_taken_as_it_is(packing: str) -> None:
    body = "<p>The pier of Torvik is closed – until May.</p>".encode()
    assert [one.content for one in pages(archive(("pier", body), Content_Encoding=packing)) if isinstance(one, Recorded)] == [body]


@pytest.mark.parametrize("packing", PACKERS)
def test_a_body_that_is_packed_otherwise_than_it_says_is_refused_by_number(packing: str) -> None:
    assert taken_and_not(archive(("pier", b"\x93\xff\x00\xfe" * 20), Content_Encoding=packing)) == ([], [1])


def test_what_is_no_page_is_passed_over() -> None:
    every = [
        archive(("a", b"x"), kind="request", status="GET / HTTP/1.1"),
        archive(("b.png", b"x"), status="200 OK").replace(b"text/html", b"image/png"),
        archive(("c", b""), status="302 Found"),
        archive(("robots.txt", b"User-agent: *")),
        archive(("pier", b"news")),
    ]
    assert taken_and_not(b"".join(every)) == (["pier"], [])


def test_a_page_that_was_gone_is_told_as_gone() -> None:
    (one,) = pages(archive(("pier", b"no more"), status="410 Gone"))
    assert isinstance(one, Recorded)
    assert (one.status, one.content) == (410, b"")


def test_an_archive_that_breaks_off_gives_what_came_before(*, zipped: bool) -> None:
    first, second, third = three(zipped=zipped)
    assert taken_and_not(first + second + third[: len(third) // 2]) == (["pier", "ferry"], [3])


@pytest.mark.parametrize("stated", [1, 10_000, 999_999_999_999], ids=["too short", "too long", "far too long"])
def test_a_record_that_lies_about_its_length_is_refused_and_its_neighbours_are_kept(stated: int) -> None:
    first, second, third = three(zipped=False)
    lying = second.replace(f"Content-Length: {len(second.partition(b'{0}')[0])}".encode(), b"")
    head, _, rest = lying.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
    lying = b"\r\n".join([*lines, f"Content-Length: {stated}".encode()]) + b"\r\n\r\n" + rest
    assert taken_and_not(first + lying + third) == (["pier", "harbour"], [2])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Content-Length", b"Content-Depth"),
        (b"WARC/1.0", b"HTTP/1.0"),
        (b"WARC-Date: 2025", b"WARC-Date: soon"),
    ],
)
def test_a_record_with_a_broken_head_is_refused_and_its_neighbours_are_kept(old: bytes, new: bytes) -> None:
    first, second, third = three(zipped=False)
    names, numbers = taken_and_not(first + second.replace(old, new, 1) + third)
    assert (names, numbers) == (["pier", "harbour"], [2])


def test_a_damaged_member_of_a_gzip_archive_costs_its_neighbours_nothing() -> None:
    first, second, third = three(zipped=True)
    damaged = second[:40] + bytes(30) + second[70:]
    names, numbers = taken_and_not(first + damaged + third)
    assert names == ["pier", "harbour"]
    assert len(numbers) <= 1


@pytest.mark.parametrize("packing", PACKERS)
def test_a_page_above_the_limit_is_refused_by_number_and_not_held(packing: str, *, zipped: bool) -> None:
    large = archive(("ferry", b"x" * 30_000_000), zipped=zipped)
    packed = archive(("ferry", bomb(30_000_000, packing)), zipped=zipped, Content_Encoding=packing)
    first, _, third = three(zipped=zipped)
    stream = io.BytesIO(first + large + packed + third)
    tracemalloc.start()
    every = list(recorded(stream, MOST))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [one.number for one in every] == [1, 2, 3, 4]
    assert [type(one) for one in every] == [Recorded, Unreadable, Unreadable, Recorded]
    assert peak < 8 * MOST


def test_a_head_without_end_is_refused_and_not_held(*, zipped: bool) -> None:
    endless = b"WARC/1.0\r\nx: " + b"y" * 30_000_000
    stream = io.BytesIO(gzip.compress(endless) if zipped else endless)
    tracemalloc.start()
    every = list(recorded(stream, MOST))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [one.number for one in every] == [1]
    assert peak < 2 * MOST


@given(st.binary(max_size=300), st.integers(0, 900), st.booleans())
def test_no_damage_makes_the_reader_fail_and_what_lies_before_it_is_read(noise: bytes, at: int, gzipped: bool) -> None:
    first, second, third = three(zipped=gzipped)
    names, _ = taken_and_not(first + second[:at] + noise + second[at + 20 :] + third)
    assert names[0] == "pier"


@given(
    st.lists(
        st.sampled_from([b"WARC/1.0\r\n", b"\r\n", b"Content-Length: 5\r\n", b"\r\n\r\n", b"x" * 7, b"Content-Length: 99\r\n"]), max_size=40
    )
)
def test_framing_ends_and_numbers_what_it_finds(pieces: list[bytes]) -> None:
    found_there = list(framed(io.BytesIO(b"".join(pieces)), 50))
    assert [one.number for one in found_there] == list(range(1, len(found_there) + 1))


def test_an_archive_with_nothing_but_broken_records_is_given_up() -> None:
    every = list(framed(io.BytesIO(b"WARC/1.0\r\n\r\n\r\n" * 5_000), MOST))
    assert len(every) < 1_100
    assert "the rest was left" in every[-1].trouble


def test_an_archive_is_known_by_how_it_begins() -> None:
    assert [opens_archive(three(zipped=zipped)[0][:1024]) for zipped in (False, True)] == [True, True]
    assert [opens_archive(head) for head in (b"", b"WARC", gzip.compress(b"news"), b"\x1f\x8b\x08")] == [False] * 4


def test_the_pages_of_an_archive_are_sent_one_by_one(tmp_path: Path, *, zipped: bool) -> None:
    (tmp_path / "crawl.warc").write_bytes(b"".join(three(zipped=zipped)) + archive(("old", b""), status="404 Not Found", zipped=zipped))
    with scripted(taken("new")) as service:
        summary = send([tmp_path], service.address)
    assert (summary.pages, summary.refused) == (4, [])
    assert [asked.query["url"] for asked in service.asked[:2]] == [["https://post.example/pier"], ["https://post.example/ferry"]]
    assert service.asked[0].query["captured_at"] == ["2025-08-20T12:00:00+00:00"]
    assert service.asked[3].query["status"] == ["404"]


def test_an_archive_without_pages_is_a_refusal_and_other_files_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(archive(("b", b""), status="302 Found"))
    (tmp_path / "b.txt").write_text("news")
    first, second = expanded(found([tmp_path]), MOST)
    assert "no record holds a page" in str(first)
    assert second.name.endswith("b.txt") if hasattr(second, "name") else False


def test_an_archive_that_is_pushed_whole_is_cut_into_the_articles_of_all_its_pages(*, zipped: bool) -> None:
    def page(name: str) -> bytes:
        return f"<html><body><pre>{story(f'Pier of {name} closed', '3 hours ago')}</pre></body></html>".encode()

    content = archive(*((name, page(name)) for name in NAMES), zipped=zipped)
    capture = Capture(content, name="crawl.warc.gz")
    made = cut(capture)
    assert source_of(capture).NAME == "archive_warc"
    assert [one.url for one in made.articles] == [f"https://post.example/{name}" for name in NAMES]
    assert {one.page.captured_at for one in made.articles} == {datetime(2025, 8, 20, 12, tzinfo=UTC)}
    assert len({one.page.page_id for one in made.articles}) == 1
    assert covers(made)


def test_an_archive_within_an_archive_is_refused() -> None:
    inner = archive(("pier", b"news"))
    made = cut(Capture(archive(("ferry", inner))))
    assert "an archive within an archive" in made.refusals[0].what


def test_archives_that_unpack_to_more_than_their_share_are_left_where_they_do() -> None:
    content = archive(*((str(n), b"<p>" + b"news " * 1_900 + b"</p>") for n in range(20)), zipped=True)
    made = cut(Capture(content), Limits(max_bytes=10_000))
    assert made.refusals[-1].reason == "too_large"
    assert len(made.text) < 70_000
