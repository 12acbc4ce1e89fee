"""WARC archives, cut into records: of any length, in bounded memory, and past what is broken.

A record's length is believed only if a record, or the end, follows it; otherwise the next line that begins a record is looked for, so
that one broken record costs its neighbours nothing. What is inside a record is for `records.py`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple

BLOCK = 16_384  # bytes read, or unpacked, at a time
HEAD = 65_536  # most bytes of a record's head
MOST_BROKEN = 1_000  # records; an archive with more is probably something else
MOST_BROKEN_MEMBERS = 100  # gzip members: each may cost a block to unpack in vain
_OPENS = b"WARC/"
_GZIP = b"\x1f\x8b\x08"
_GAP = b"\r\n"  # stands where a packed piece was lost, so that the next record begins a line
_SPACE = re.compile(rb"[\r\n\t ]*")
_LENGTH = re.compile(rb"\ncontent-length[ \t]{0,8}:[ \t]{0,8}(\d{1,15})[ \t]{0,8}\r?\n", re.IGNORECASE)


class Framed(NamedTuple):
    """A record by its number, from 1: all its bytes, or what is wrong with it."""

    number: int
    content: bytes = b""
    trouble: str = ""


def opens_archive(head: bytes) -> bool:
    """Whether a file that begins so is a WARC archive, plain or gzip."""
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(wbits=31).decompress(head, len(_OPENS))
        except zlib.error:
            return False
    return head.startswith(_OPENS)


def framed(stream: IO[bytes], most: int) -> Iterator[Framed]:
    """The records of an archive; those longer than `most` bytes are troubles too. Never more than about `most` bytes are held."""
    cutter = _Cutter(_plain(stream), most)
    while (found := cutter.next()) is not None:
        yield found
        if cutter.broken > MOST_BROKEN:
            yield Framed(found.number + 1, trouble=f"more than {MOST_BROKEN:,} records are broken: the rest was left")
            return


class _Cutter:
    """Holds the bytes that are next."""

    def __init__(self, pieces: Iterator[bytes], most: int) -> None:
        self._pieces, self._most = pieces, most
        self._held = bytearray()
        self._number = 0
        self.broken = 0

    def next(self) -> Framed | None:
        """The next record; None at the end."""
        self._skip_space()
        if not self._held:
            return None
        self._number += 1
        head = self._head()
        if isinstance(head, str):
            return self._trouble(head, 1)
        stated = _LENGTH.search(self._held, 0, head)
        if stated is None:
            return self._trouble("it does not say how long it is", head)
        length = int(stated[1])
        if length > self._most:
            return self._trouble(f"{length:,} bytes, and {self._most:,} is the limit", head)
        return self._whole(head + length) or self._trouble("it breaks off, or is not as long as it says", head)

    def _whole(self, end: int) -> Framed | None:
        self._fill(end + len(_GAP))
        if len(self._held) < end or bytes(self._held[end : end + len(_GAP)]) not in (_GAP, b""):
            return None
        content = bytes(self._held[:end])
        del self._held[:end]
        return Framed(self._number, content)

    def _head(self) -> int | str:
        """How long the head is; or what is wrong with it."""
        self._fill(len(_OPENS))
        if not self._held.startswith(_OPENS):
            return "no record begins here"
        end = -1
        while end < 0 and len(self._held) <= HEAD and self._more():
            end = self._held.find(b"\r\n\r\n", 0, HEAD)
        end = self._held.find(b"\r\n\r\n", 0, HEAD) if end < 0 else end
        return end + 4 if end >= 0 else "its head does not end"

    def _trouble(self, what: str, skip: int) -> Framed:
        self.broken += 1
        del self._held[:skip]
        marker = b"\n" + _OPENS
        while (at := self._held.find(marker)) < 0:
            del self._held[: -len(marker)]
            if not self._more():
                self._held.clear()
                break
        del self._held[: at + 1]
        return Framed(self._number, trouble=what)

    def _skip_space(self) -> None:
        while True:
            space = _SPACE.match(self._held)
            del self._held[: space.end() if space else 0]
            if self._held or not self._more():
                return

    def _fill(self, size: int) -> None:
        while len(self._held) < size and self._more():
            pass

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is not None:
            self._held += piece
        return piece is not None


def _plain(stream: IO[bytes]) -> Iterator[bytes]:
    raw = stream.read(BLOCK)
    if raw.startswith(_GZIP):
        yield from _Members(raw, stream)
        return
    while raw:
        yield raw
        raw = stream.read(BLOCK)


class _Members:
    """The members of a gzip stream, unpacked one after another; past a broken one it goes on from the next that opens."""

    def __init__(self, raw: bytes, stream: IO[bytes]) -> None:
        self._raw, self._stream = raw, stream

    def __iter__(self) -> Iterator[bytes]:
        broken = 0
        while broken <= MOST_BROKEN_MEMBERS and self._seek():
            try:
                yield from self._member()
            except zlib.error:
                broken += 1
                self._raw = self._raw[1:]
                yield _GAP

    def _seek(self) -> bool:
        """Go to where the next member opens; whether there is one."""
        while (at := self._raw.find(_GZIP)) < 0:
            more = self._stream.read(BLOCK)
            if not more:
                return False
            self._raw = self._raw[1 - len(_GZIP) :] + more
        self._raw = self._raw[at:]
        return True

    def _member(self) -> Iterator[bytes]:
        inflate = zlib.decompressobj(wbits=31)
        while True:
            piece = inflate.decompress(self._raw, BLOCK)
            if piece:
                yield piece
            if inflate.eof:
                self._raw = inflate.unused_data
                return
            self._raw = inflate.unconsumed_tail or self._stream.read(BLOCK)
            if not self._raw and not piece:
                return
