"""No server makes a fetch cost more than its limits: bytes as they come, bytes unpacked, bytes of the head, time."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from services.ingestor.fetching.outcomes import Fetched, RefusedError
from services.ingestor.fetching.packings import zstd
from services.ingestor.fetching.unpacking import MOST_STREAMS, Unpacker
from tests.unit.ingestor_fetching.test_where_it_goes import refused
from tests.unit.ingestor_fetching.web import PACKERS, PAGE, Answer, bomb, endless, fetcher, ok, status, web

MB = 1_000_000
HEAD = b"HTTP/1.1 200 so\r\ncontent-type: text/html\r\n"


@pytest.mark.parametrize("packing", PACKERS)
async def test_packed_pages_are_unpacked(packing: str) -> None:
    async with web(story=ok(PACKERS[packing](PAGE), f"content-encoding: {packing}")) as site:
        found = await fetcher().fetch(site.at("/story"))
    assert isinstance(found, Fetched)
    assert found.content == PAGE
    assert packing in site.asked[0][1]["accept-encoding"]


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
async def test_streams_one_behind_the_other_are_one_page_and_rubbish_behind_them_is_none(packing: str) -> None:
    packer = PACKERS[packing]
    async with web(story=ok(packer(PAGE[:20]) + packer(PAGE[20:]) + b"\0\0\0", f"content-encoding: {packing}")) as site:
        found = await fetcher().fetch(site.at("/story"))
    assert isinstance(found, Fetched)
    assert found.content == PAGE


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
async def test_streams_without_end_are_refused(packing: str) -> None:
    async with web(story=ok(PACKERS[packing](b"") * (MOST_STREAMS + 1), f"content-encoding: {packing}")) as site:
        found = refused(await fetcher(attempts=1).fetch(site.at("/story")))
    assert found.what.endswith("more than 100 packed streams")


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("size", [1, 7, 1_000], ids="{} bytes".format)
def test_where_a_body_is_torn_changes_nothing(packing: str, size: int) -> None:
    body = "".join(f"Pier {n} is closed. " for n in range(400)).encode()
    packed, unpacker = PACKERS[packing](body), Unpacker(packing, MB)
    for at in range(0, len(packed), size):
        unpacker.feed(packed[at : at + size])
    assert unpacker.content() == body


@pytest.mark.parametrize("packing", PACKERS)
async def test_a_packed_page_that_breaks_off_is_refused(packing: str) -> None:
    packed = PACKERS[packing](bytes(range(256)) * 20)
    async with web(story=ok(packed[: len(packed) // 2], f"content-encoding: {packing}")) as site:
        found = refused(await fetcher(attempts=1).fetch(site.at("/story")))
    assert (found.reason, "the packed body ends too early" in found.what) == ("broken", True)


def test_a_window_larger_than_the_web_needs_is_refused() -> None:
    """A small Zstandard body may ask for gigabytes to look back into."""
    options: dict[int, int] = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}
    packer = zstd.ZstdCompressor(options=options)
    packed = packer.compress(PAGE) + packer.flush()
    with pytest.raises(RefusedError, match="the body is not zstd"):
        Unpacker("zstd", MB).feed(packed)
    assert zstd.ZstdDecompressor().decompress(packed) == PAGE  # the negative control: it is well formed


async def test_deflate_without_its_wrapping_is_unpacked_too() -> None:
    import zlib

    packer = zlib.compressobj(wbits=-15)
    async with web(story=ok(packer.compress(PAGE) + packer.flush(), "content-encoding: deflate")) as site:
        found = await fetcher().fetch(site.at("/story"))
    assert isinstance(found, Fetched)
    assert found.content == PAGE


@pytest.mark.parametrize("packing", PACKERS)
async def test_a_bomb_costs_no_more_than_a_page_and_is_refused(packing: str) -> None:
    packed = bomb(200 * MB, packing)
    async with web(story=ok(packed, f"content-encoding: {packing}")) as site:
        tracemalloc.start()
        found = refused(await fetcher(body_bytes=2 * MB).fetch(site.at("/story")))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert "more than 2,000,000 bytes once unpacked" in found.what
    assert peak < 12 * MB


@pytest.mark.parametrize("packing", PACKERS)
def test_without_the_limit_the_same_bomb_goes_off(packing: str) -> None:
    """The negative control: what the libraries do if they are not told how much room there is."""
    packed = bomb(50 * MB, packing)
    tracemalloc.start()
    unpacker = Unpacker(packing, 100 * MB)
    unpacker.feed(packed)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(packed) < MB
    assert peak > 50 * MB


@pytest.mark.parametrize("encoding", ["gzip, gzip", "compress", "br, zstd", "dcb"])
async def test_packings_that_we_did_not_offer_are_refused(encoding: str) -> None:
    async with web(story=ok(PAGE, f"content-encoding: {encoding}")) as site:
        assert refused(await fetcher().fetch(site.at("/story"))).reason == "packed"


@pytest.mark.parametrize("packing", ["gzip", "br", "zstd"])
async def test_a_page_that_only_says_that_it_is_packed_is_refused(packing: str) -> None:
    async with web(story=ok(PAGE, f"content-encoding: {packing}")) as site:
        assert refused(await fetcher(attempts=1).fetch(site.at("/story"))).what.endswith(f"the body is not {packing}")


async def test_a_page_that_says_it_is_too_large_is_not_read() -> None:
    async with web(story=endless(HEAD + b"content-length: 50000000\r\n\r\n", b"x" * 65_536)) as site:
        assert refused(await fetcher().fetch(site.at("/story"))).what == "50,000,000 bytes, more than 10,000,000"


@pytest.mark.parametrize(
    ("start", "piece"),
    [(HEAD + b"\r\n", b"x" * 65_536), (HEAD + b"transfer-encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n")],
    ids=["until the connection ends", "in chunks"],
)
async def test_a_body_without_end_is_read_to_the_limit(start: bytes, piece: bytes) -> None:
    async with web(story=endless(start, piece)) as site:
        assert refused(await fetcher(body_bytes=MB).fetch(site.at("/story"))).what == "more than 1,000,000 bytes"


@pytest.mark.parametrize(
    "answer",
    [
        endless(b"HTTP/1.1 200 so\r\n", b"x-more: and more\r\n" * 500),
        endless(b"HTTP/1.1 200 so\r\nx-long: ", b"x" * 9_000),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
        endless(b"", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" * 500),
    ],
    ids=["lines", "one line", "continue", "early hints"],
)
async def test_a_head_without_end_is_read_to_the_limit(answer: Answer) -> None:
    async with web(story=answer) as site:
        assert refused(await fetcher(attempts=1).fetch(site.at("/story"))).reason == "head_too_large"


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 so\r\nx: ", HEAD + b"content-length: 1000\r\n\r\n"], ids=["status", "head", "body"])
async def test_a_server_that_drips_is_given_up_when_the_time_is_over(start: bytes) -> None:
    began = time.monotonic()
    async with web(story=endless(start, b"H" if not start else b"x", pause=0.02)) as site:
        found = refused(await fetcher(total_seconds=0.2).fetch(site.at("/story")))
    assert (found.reason, found.what) == ("too_slow", "it had not come in after 0.2 s")
    assert time.monotonic() - began < 10


async def test_a_server_that_says_nothing_is_given_up_sooner() -> None:
    async with web(story=endless(b"", b"", pause=0.02)) as site:
        assert refused(await fetcher(idle_seconds=0.1).fetch(site.at("/story"))).what == "it had not come in after 0.1 s"


async def test_redirects_share_one_time() -> None:
    slow = endless(b"HTTP/1.1 302 so\r\nlocation: /b\r\nx: ", b"x", pause=0.02)
    async with web(a=slow, b=ok()) as site:
        assert refused(await fetcher(total_seconds=0.2).fetch(site.at("/a"))).reason == "too_slow"


async def test_a_page_shorter_than_it_says_is_refused_after_some_tries() -> None:
    async with web(story=ok(PAGE, "content-length: 5000")) as site:
        assert refused(await fetcher(attempts=2).fetch(site.at("/story"))).reason == "broken"
    assert len(site.asked) == 2


async def test_a_page_longer_than_it_says_is_cut_where_it_said() -> None:
    async with web(story=ok(PAGE, "content-length: 6")) as site:
        found = await fetcher().fetch(site.at("/story"))
    assert isinstance(found, Fetched)
    assert found.content == PAGE[:6]


@pytest.mark.parametrize(
    "answer", [b"\x00\xff\xfe", b"SSH-2.0-OpenSSH_9\r\n\r\n", HEAD + b"content-length: 5\r\ncontent-length: 6\r\n\r\nxxxxxx"]
)
async def test_what_is_no_http_is_refused(answer: bytes) -> None:
    async with web(story=answer) as site:
        assert refused(await fetcher(attempts=1).fetch(site.at("/story"))).reason == "broken"


@pytest.mark.parametrize("media_type", ["image/png", "application/pdf", "video/mp4", "application/vnd.ms-excel"])
async def test_what_is_called_no_text_is_not_read(media_type: str) -> None:
    async with web(story=endless(f"HTTP/1.1 200 so\r\ncontent-type: {media_type}\r\n\r\n".encode(), b"x" * 65_536)) as site:
        assert refused(await fetcher().fetch(site.at("/story"))).what == f"it is {media_type}, not text"


async def test_a_page_without_a_type_is_taken_for_its_bytes_to_be_judged() -> None:
    async with web(story=status(200, body=PAGE)) as site:
        found = await fetcher().fetch(site.at("/story"))
    assert isinstance(found, Fetched)
    assert found.media_type == "application/octet-stream"


async def test_a_wrong_charset_goes_with_the_bytes_to_the_reader_that_judges_both() -> None:
    from services.ingestor.pages.decode import Decoded, decode
    from services.ingestor.pages.model import Capture, Limits

    words = "Die Fähre läuft wieder aus.".encode()
    async with web(story=ok(words, media_type="text/plain; charset=latin-1")) as site:
        found = await fetcher().fetch(site.at("/story"))
    assert isinstance(found, Fetched)
    read = decode(Capture(found.content, media_type=found.media_type), Limits())
    assert isinstance(read, Decoded)
    assert read.text == "Die Fähre läuft wieder aus."
