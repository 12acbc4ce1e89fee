"""What is fuzzed: each target takes any bytes, and fails if anything but a value comes out, or what comes out does not hold."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import brotli
from aiokafka import ConsumerRecord
from protego import Protego

from services.chassis.reaching.addresses import refusal_of
from services.chassis.reaching.retrying import retry_after
from services.ingestor.crawled import Crawled, crawled, written_at
from services.ingestor.cutting import Bounds, piece_of
from services.ingestor.feeds.items import read_feed
from services.ingestor.feeds.records import recorded
from services.ingestor.fetching.outcomes import RefusedError
from services.ingestor.fetching.packings import zstd
from services.ingestor.fetching.robots import Rules
from services.ingestor.fetching.settings import FetchSettings
from services.ingestor.fetching.targets import redirected, target
from services.ingestor.fetching.unpacking import Unpacker
from services.ingestor.pages.addresses import absolute_url, canonical_url
from services.ingestor.pages.credits import captions, closes, notice_of, signed
from services.ingestor.pages.datelines import read_dateline
from services.ingestor.pages.decode import Decoded, decode
from services.ingestor.pages.model import Capture, Cut, Limits
from services.ingestor.pages.published import date
from services.ingestor.pages.stamps import byline_of, read_stamp, read_when
from services.ingestor.sources import cut, sources
from tests.unit.ingestor.test_any_page import holds, told_once

NOON = datetime(2025, 8, 20, 12, tzinfo=UTC)
MOST = 20_000  # bytes that a body may become in these targets, a hundredth of what it may become in earnest
TYPES = (None, "text/html", "application/x-ndjson", "text/plain; charset=utf-16", "application/warc", "text/xml; charset=koi8-r")
BODY = "Envoys of both countries met for two hours on Tuesday, officials said. They agreed to meet again in May. " * 3


@dataclass(frozen=True)
class Fuzzed:
    """A target, with inputs to start from and words that the fuzzer would hardly think of."""

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]
    words: tuple[str, ...]


TARGETS: dict[str, Fuzzed] = {}


def fuzzed(*seeds: bytes, words: str = "") -> Callable[[Callable[[bytes], None]], Callable[[bytes], None]]:
    """Make a target of a function, under its own name."""

    def add(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
        TARGETS[run.__name__] = Fuzzed(run, seeds, tuple(words.split("|")) if words else ())
        return run

    return add


def text_of(data: bytes) -> str:
    """Any text, lone surrogates with it."""
    return data.decode("utf-8", "surrogateescape")


def read_by(name: str, content: bytes | str, url: str | None = "https://news.example/a/story", most: int = 1_000_000) -> Cut:
    """What one source makes of a capture, whether or not it would have been asked; every code point lies in one place."""
    source = next(source for source in sources() if name == source.NAME)
    made = source.read(Capture(content, url, NOON, None, "fuzzed"), Limits(max_articles=50, max_bytes=most))
    told_once(made)
    return made


@fuzzed(
    b"Talks end in Muscat\nThe Star10 hours ago\n" + BODY.encode(),
    f"LONDON/KYIV (Reuters) - {BODY}\nRelated Articles\nPier closed\nPier closed\nBBC News · 3h\n{BODY}\n(Reporting by A. B.)".encode(),
    words="10 hours ago| · |(Reuters) - |Related Articles|Read more|By |© |Published |18 August 2025|\u2028|\u202e|(AFP) — |yesterday",
)
def page_text(data: bytes) -> None:
    """A page of text."""
    holds(read_by("page_text", text_of(data)))


@fuzzed(
    b"<html><body><article><h1>Talks end</h1><time datetime=2025-08-19>yesterday</time><p>" + BODY.encode() + b"</p></article>",
    b'<meta property="og:type" content="article"><script type="application/ld+json">{"@type":"NewsArticle","headline":"x"}</script>',
    words='<article>|</article>|<h1>|<p>|<table>|<tr><td>|<pre>|<nav>|<!--|-->|&amp;|&#0;|&#x202e;|<time datetime="|style="display:none"'
    '|<script type="application/ld+json">|"@graph":[|"datePublished":"|<meta property="og:type" content="article">|<!DOCTYPE html [<!ENTITY a "b">]>',
)
def page_html(data: bytes) -> None:
    """A page of HTML, as bytes and as text."""
    holds(read_by("page_html", data))
    holds(read_by("page_html", text_of(data)))


@fuzzed(
    b'{"url":"https://a.example/b","outlet":"The Post","published":"2025-08-19T10:00Z","title":"Talks","body":"' + BODY.encode() + b'"}\n',
    b'{"body": "\\ud800\\u0000", "published": 5}\n[[[[[[[[[[[[[[[[[[[[[[[[]\n',
    words='"body":|"published":|"url":|"\\u0000"|\\ud800|{"body":{"body":|1e999|NaN',
)
def json_lines(data: bytes) -> None:
    """Articles as JSON Lines."""
    read_by("jsonl", data)


@fuzzed(
    b"<?xml version='1.0'?><rss version='2.0'><channel><title>The Post</title><item><title>Pier closed</title><link>https://news.example/p</link>"
    b"<pubDate>Tue, 19 Aug 2025 10:00:00 GMT</pubDate><description>" + BODY.encode() + b"</description></item></channel></rss>",
    b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>x</title><content type='html'>&lt;p&gt;words</content></entry></feed>",
    words="<item>|</item>|<entry>|<![CDATA[|]]>|<!DOCTYPE r [<!ENTITY a 'b'>]>|&a;|<content type='xhtml'>|<link href='|<pubDate>|xml:base='",
)
def feed(data: bytes) -> None:
    """A feed; what it is read into is cut as a capture, too."""
    read_feed(Capture(data, "https://news.example/rss", NOON), Limits())
    read_by("feed", data, "https://news.example/rss")


def _gzipped(data: bytes) -> bytes:
    """Without the time, which would make another seed of it each time."""
    return gzip.compress(data, mtime=0)


def _record(body: bytes, *lines: bytes) -> bytes:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body
    head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/b\r\nWARC-Date: 2025-08-20T12:00:00Z\r\n"
    return head + b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % len(http) + http + b"\r\n\r\n"


@fuzzed(
    _record(b"<p>pier</p>") + _record(b"2\r\nne\r\n0\r\n\r\n", b"Transfer-Encoding: chunked"),
    _gzipped(_record(b"<p>pier</p>")) + _gzipped(_record(_gzipped(b"ferry"), b"Content-Encoding: gzip")),
    words="WARC/1.0\r\n|WARC-Type: response|Content-Length: |\r\n\r\n|Transfer-Encoding: chunked|Content-Encoding: br|HTTP/1.1 404|\x1f\x8b\x08",
)
def archive(data: bytes) -> None:
    """An archive, page by page and pushed whole; no page is longer than it may be."""
    for page in recorded(io.BytesIO(data), MOST):
        assert len(getattr(page, "content", b"")) <= MOST
    read_by("archive_warc", data, None, MOST)


@fuzzed("Die Fähre läuft aus.".encode("latin-1"), "Паром вышел".encode("koi8-r"), "\ufeffferry".encode("utf-16"), b'<meta charset="utf-7">')
def decoding(data: bytes) -> None:
    """Bytes under whatever charset they declare: a text that every store can hold, or a refusal."""
    for media_type in (None, f"text/html; charset={text_of(data[:20])}", "text/plain; charset=utf-16-le"):
        found = decode(Capture(data, media_type=media_type), Limits())
        if isinstance(found, Decoded):
            assert "\0" not in found.text
            found.text.encode()


@fuzzed(
    b"The Star10 hours ago",
    b"Aug 18, 2025 at 2:05 p.m. ET | By A. Writer",
    b"Published 3 hours ago Updated 1 hour ago",
    b"2025-08-18T14:05:00+02:00",
    words="ago|hours|yesterday|Aug |GMT|+14:00|12:60|31 |Feb|2100|p.m.|Tue, |Updated ",
)
def stamps(data: bytes) -> None:
    """Time lines, dates and ages: what is dated lies not after the capture, and begins before it ends."""
    line = text_of(data)
    read_stamp(line), byline_of(line)
    told = read_when(line)
    for moment in (NOON, datetime(1, 1, 1, tzinfo=UTC), None):
        if told is None or (found := date(told, moment).published).earliest is None:
            continue
        assert found.latest is not None
        assert found.earliest <= found.latest
        assert moment is None or found.earliest <= moment + timedelta(hours=14)


@fuzzed(b"LONDON/KYIV (Reuters) - They met.", b"KYIV : They met.", "WASHINGTON, Aug 19 (AFP) — They met.".encode(), b"KILL: Pier (AFP pic)")
def datelines(data: bytes) -> None:
    """Datelines, credits and notices."""
    text = text_of(data)
    read_dateline(text), signed(text), closes(text)
    assert all(0 <= at <= len(text) for at in captions(text))
    assert notice_of(text)[1] in text


@fuzzed(*(b"%d" % n + pack(b"pier " * 50) for n, pack in enumerate((_gzipped, zlib.compress, brotli.compress, zstd.compress))))
def unpacking(data: bytes) -> None:
    """Packed bodies, torn anywhere: bytes within the limit, or a refusal."""
    name, size = ("gzip", "deflate", "br", "zstd")[data[0] % 4] if data else "gzip", 1 + len(data) % 97
    try:
        unpacker = Unpacker(name, MOST)
        for at in range(1, len(data), size):
            unpacker.feed(data[at : at + size])
        assert len(unpacker.content()) <= MOST
    except RefusedError:
        return


@fuzzed(
    b"https://www.news.example:443/a/../b/amp/?utm_source=x&b=2#c",
    b"http://[::ffff:127.0.0.1]/",
    b"//a.example/%zz",
    b"https://xn--80ak6aa92e.example/\n/amp/s/a.example/b",
    words="http://|https://|amp/|utm_|%2e%2e/|[::1]|xn--|@|:0|.cdn.ampproject.org/c/s/",
)
def addresses(data: bytes) -> None:
    """Addresses in every form; a canonical one is its own canonical form, and stays where it was."""
    text = text_of(data)
    one = canonical_url(text)
    assert canonical_url(one) == one
    absolute_url("https://news.example/a", text)
    refusal_of(text, FetchSettings())
    try:
        at = target(text, FetchSettings(ports="any"))
        assert at.url.scheme in {"http", "https"}
        redirected(at, text[::-1], FetchSettings(ports="any"))
    except RefusedError:
        return


@fuzzed(
    b"User-agent: *\nDisallow: /private$\nCrawl-delay: 3\n",
    b"Wed, 21 Oct 2015 07:28:00 GMT",
    b"120",
    words="Disallow: |Crawl-delay: |*|$|1e308|-1",
)
def wishes(data: bytes) -> None:
    """robots.txt and Retry-After."""
    rules = Rules(0.0, Protego.parse(data.decode("utf-8", "replace")))
    assert rules.allows("https://a.example/private/x?y", "Daybook/0.1") in {"yes", "no"}
    assert rules.delay("Daybook/0.1") >= 0
    wait = retry_after(text_of(data), NOON)
    assert wait is None or wait >= 0


@fuzzed(
    b"2025-08-20T00:00Z\x00https://a.example/b\x00404\x00text/html\x00<p>words", words="2025-08-20T00:00Z|410|https://a.example/|utf-16"
)
def crawled_records(data: bytes) -> None:
    """Records of somebody else's crawler: captures, or pieces that are all refused and can be stored."""
    captured_at, url, status, media_type, value = (*data.split(b"\0", 4), b"", b"", b"", b"", b"")[:5]
    headers = [("captured_at", captured_at), ("url", url), ("status", status), ("content-type", media_type), (text_of(value[:9]), value)]
    record = ConsumerRecord("crawl", 0, 1, len(data) << 30, 0, None, value, 0, 0, len(value), headers)
    assert written_at(record, NOON) <= NOON
    found = crawled(record, NOON)
    piece = piece_of(cut, Bounds(Limits(max_bytes=MOST), MOST), found.capture, NOON) if isinstance(found, Crawled) else found
    assert piece.drafts or piece.refusals
    for draft in piece.drafts:
        draft.value.decode()


@fuzzed(b"\x00words", b"\x01<p>words", b'\x02{"body":"x"}', b"\x04WARC/1.0\r\n", words="<rss|<html|{|WARC/1.0|\x1f\x8b\x08|%PDF-|\xff\xfe")
def any_page(data: bytes) -> None:
    """Any bytes under any name: the source that takes them reads them as it should, and reads them again alike."""
    capture = Capture(data[1:], "https://a.example/b", NOON, TYPES[data[0] % len(TYPES)] if data else None)
    made = cut(capture, Limits(max_bytes=MOST))
    told_once(made)
    assert cut(capture, Limits(max_bytes=MOST)) == made
