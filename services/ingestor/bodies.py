"""Reading a request's body within bounds: of its size, of the time it takes, and of what all bodies hold together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

from starlette.requests import ClientDisconnect

from services.ingestor.problems import Problem
from services.ingestor.settings import IngestorSettings


class Bodies:
    """Reads bodies for one process, and counts the bytes that it holds."""

    def __init__(self, settings: IngestorSettings) -> None:
        self._settings = settings
        self.held = 0

    @contextmanager
    def holding(self) -> Iterator[Body]:
        """A body to be read; what it held counts until the block ends."""
        body = Body(self, self._settings)
        try:
            yield body
        finally:
            self.held -= body.size


class Body:
    """One body while it comes in."""

    def __init__(self, among: Bodies, settings: IngestorSettings) -> None:
        self._among, self._settings = among, settings
        self.size = 0
        self._chunks: list[bytes] = []

    def beginning(self, most: int) -> bytes:
        """What had come in of a body that was refused on the way, `most` bytes of it."""
        taken, size = [], 0
        for chunk in self._chunks:
            if size >= most:
                break
            taken.append(chunk[: most - size])
            size += len(taken[-1])
        return b"".join(taken)

    async def read(self, headers: Mapping[str, str], chunks: AsyncIterator[bytes], page: str) -> bytes:
        """The whole body.

        Raises:
            Problem: 413 too large, 408 too slow, 415 compressed, 503 too many at a time, 400 broken off.
        """
        _refuse_encoded(headers, page)
        self._check_size(_stated_size(headers), page)
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                async for chunk in chunks:
                    self._check_size(self.size + len(chunk), page)
                    self._hold(chunk, page)
        except TimeoutError as error:
            raise _too_slow(self._settings.body_seconds, page) from error
        except ClientDisconnect as error:
            raise Problem(HTTPStatus.BAD_REQUEST, "broken_off", f"{page}: the body broke off", "Send it again.", page=page) from error
        content, self._chunks = b"".join(self._chunks), []
        return content

    def _check_size(self, size: int, page: str) -> None:
        most = self._settings.page_bytes
        if size > most:
            detail = f"{page}: {size:,} bytes or more, and {most:,} is the limit"
            advice = "Split the file, or raise DAYBOOK_PAGE_BYTES for the ingestor."
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", detail, advice, page=page)

    def _hold(self, chunk: bytes, page: str) -> None:
        if self._among.held + len(chunk) > self._settings.held_bytes:
            detail, wait = f"{page}: too much is coming in at a time", self._settings.retry_after_seconds
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "busy", detail, "Come back later.", page=page, retry_after=wait)
        self._among.held += len(chunk)
        self.size += len(chunk)
        self._chunks.append(chunk)


def _stated_size(headers: Mapping[str, str]) -> int:
    stated = headers.get("content-length", "")
    return int(stated) if stated.isascii() and stated.isdigit() else 0


def _refuse_encoded(headers: Mapping[str, str], page: str) -> None:
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        detail = f"{page}: the body is packed ({encoding[:40]})"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "packed", detail, "Send it without Content-Encoding.", page=page)


def _too_slow(seconds: float, page: str) -> Problem:
    detail = f"{page}: the body had not come in after {seconds:g} s"
    advice = "Send it faster, or raise DAYBOOK_BODY_SECONDS for the ingestor."
    return Problem(HTTPStatus.REQUEST_TIMEOUT, "too_slow", detail, advice, page=page)
