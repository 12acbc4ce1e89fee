"""The packings that a body may come in (RFC 9110, 8.4), in one form: gzip and deflate by zlib, Brotli and Zstandard by their libraries.

None is ever asked for more than there is room for, so that what a bomb would become is never made.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Mapping
from typing import Protocol

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd as zstd  # noqa: PLC0414 - passed on
else:
    from backports import zstd as zstd  # noqa: PLC0414

WINDOW_LOG = 23  # 8 MB: what a receiver of the web need not go beyond (RFC 9659)
OFFERED = "gzip, deflate, br, zstd"
PLAIN = frozenset({"", "identity"})
BROKEN = (zlib.error, brotli.error, zstd.ZstdError)


class Packing(Protocol):
    """One packed stream; `ended` once it is whole, and `rest` is then what came behind it."""

    ended: bool
    rest: bytes

    def unpack(self, piece: bytes, room: int) -> bytes:
        """What the piece becomes, cut off once it is about `room` bytes or more.

        Raises:
            zlib.error, brotli.error, zstd.ZstdError: it is not packed so.
        """
        ...


class _Zlib:
    def __init__(self, wbits: int | None) -> None:
        """None: zlib's header or none at all, as the first byte tells (RFC 9110, 8.4.1.2)."""
        self._inflate = zlib.decompressobj(wbits) if wbits is not None else None
        self.ended, self.rest = False, b""

    def unpack(self, piece: bytes, room: int) -> bytes:
        if self._inflate is None:
            self._inflate = zlib.decompressobj(15 if piece[0] & 0x0F == 8 else -15)  # noqa: PLR2004 - the method's number
        made = self._inflate.decompress(piece, room)
        self.ended, self.rest = self._inflate.eof, self._inflate.unused_data
        return made


class _Brotli:
    def __init__(self) -> None:
        self._inflate = brotli.Decompressor()
        self.ended, self.rest = False, b""

    def unpack(self, piece: bytes, room: int) -> bytes:
        made: bytes = self._inflate.process(piece, output_buffer_limit=room)
        self.ended = self._inflate.is_finished()
        return made


class _Zstandard:
    def __init__(self) -> None:
        self._inflate = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: WINDOW_LOG})
        self.ended, self.rest = False, b""

    def unpack(self, piece: bytes, room: int) -> bytes:
        made = self._inflate.decompress(piece, room)
        self.ended = self._inflate.eof
        self.rest = self._inflate.unused_data if self.ended else b""
        return made


_OPENS: Mapping[str, tuple[bytes, ...]] = {  # by the first byte: how another stream may follow a whole one (RFC 1952, 2.2; RFC 8878, 3.1)
    "gzip": (b"\x1f",),
    "x-gzip": (b"\x1f",),
    "zstd": (b"\x28", *(bytes([first]) for first in range(0x50, 0x60))),
}


def packing_of(name: str) -> Packing | None:
    """The packing of that name, ready for its first byte; None for one that we do not know."""
    if name in {"gzip", "x-gzip"}:
        return _Zlib(31)
    if name == "deflate":
        return _Zlib(None)
    return _Brotli() if name == "br" else _Zstandard() if name == "zstd" else None


def goes_on(name: str, rest: bytes) -> bool:
    """Whether what lies behind a whole stream is another one."""
    return rest.startswith(_OPENS.get(name, ())) if rest else False
