"""What a record of an archive holds: a page with its own address and date, read by warcio. Other records hold none and are passed over."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]
from warcio.bufferedreaders import ChunkedDataReader  # type: ignore[import-untyped]
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeadersParserException  # type: ignore[import-untyped]

from services.ingestor.feeds.archive import framed
from services.ingestor.fetching.outcomes import RefusedError, not_fetched
from services.ingestor.fetching.resources import resource
from services.ingestor.fetching.unpacking import Unpacker

GONE = ("404", "410")
_BROKEN = (
    ArchiveLoadFailed,
    StatusAndHeadersParserException,
    ValueError,
    EOFError,
    StopIteration,
    LookupError,
    zlib.error,
    TypeError,
    AttributeError,
)


class Recorded(NamedTuple):
    """A page out of an archive: `status` is 404 or 410 where its server said that it is gone, and the content then of no use."""

    number: int
    url: str
    captured_at: datetime
    media_type: str
    content: bytes
    status: int | None = None


class Unreadable(NamedTuple):
    """A record that is broken, and why."""

    number: int
    what: str


def recorded(stream: IO[bytes], most: int) -> Iterator[Recorded | Unreadable]:
    """The pages of an archive, in its order; each at most `most` bytes, unpacked too."""
    for one in framed(stream, most):
        found = Unreadable(one.number, one.trouble) if one.trouble else _read(one.number, one.content, most)
        if found is not None:
            yield found


def _read(number: int, content: bytes, most: int) -> Recorded | Unreadable | None:
    try:
        record = next(iter(ArchiveIterator(BytesIO(content + b"\r\n\r\n"))))
        return _page(number, record, most)
    except _BROKEN as error:
        return Unreadable(number, f"it cannot be read ({str(error)[:100] or type(error).__name__})")


def _page(number: int, record: Any, most: int) -> Recorded | Unreadable | None:
    url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")
    headers = record.http_headers
    media_type = (headers.get_header("Content-Type") if headers else record.rec_headers.get_header("Content-Type")) or ""
    status = headers.get_statuscode() if headers else "200"
    if not _holds_page(record.rec_type, url, status, media_type):
        return None
    captured_at = _moment(record.rec_headers.get_header("WARC-Date") or "")
    if status in GONE:
        return Recorded(number, url, captured_at, media_type, b"", int(status))
    try:
        return Recorded(number, url, captured_at, media_type, _body(record, most))
    except RefusedError as error:
        return Unreadable(number, not_fetched(url, error.reason, error.detail).what)


def _body(record: Any, most: int) -> bytes:
    """The body, put together and unpacked within the limit, which the library's own reader would not keep."""
    headers = record.http_headers
    said = {name: (headers.get_header(name) or "").strip().lower() if headers else "" for name in ("Transfer-Encoding", "Content-Encoding")}
    stream = ChunkedDataReader(record.raw_stream) if said["Transfer-Encoding"] == "chunked" else record.raw_stream
    body = b"".join(iter(lambda: stream.read(most + 1), b""))
    try:
        return _unpacked(body, said["Content-Encoding"], most)
    except RefusedError as error:
        if error.reason == "broken" and _is_text(body):
            return body
        raise


def _unpacked(body: bytes, packing: str, most: int) -> bytes:
    unpacker = Unpacker(packing, most)
    unpacker.feed(body)
    return unpacker.content()


def _is_text(body: bytes) -> bool:
    """Some crawlers store bodies unpacked and leave the header that says they are packed; packed bytes are hardly ever UTF-8."""
    try:
        return b"\0" not in body and bool(body.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _holds_page(kind: str, url: str, status: str, media_type: str) -> bool:
    if kind not in ("response", "resource") or urlsplit(url).scheme.lower() not in ("http", "https") or urlsplit(url).path == "/robots.txt":
        return False
    is_text = media_type.partition(";")[0].strip().lower() in resource("types")["pages"]
    return status in GONE or (status == "200" and is_text)


def _moment(text: str) -> datetime:
    """A WARC-Date.

    Raises:
        ValueError: it is none.
    """
    found = datetime.fromisoformat(text.strip())
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
