"""Bodies unpacked as they come, never further than the limit: a bomb costs no more than a page."""

from __future__ import annotations

import zlib

from services.ingestor.fetching.outcomes import RefusedError

OFFERED = "gzip, deflate"
_GZIP = {"gzip", "x-gzip"}
_PLAIN = {"", "identity"}


class Unpacker:
    """Takes a body's pieces; `most` bounds both what comes and what it becomes."""

    def __init__(self, encoding: str, most: int) -> None:
        """`encoding`: the response's Content-Encoding.

        Raises:
            RefusedError: several layers, or one that we did not offer.
        """
        name = encoding.strip().lower()
        if name not in _GZIP | _PLAIN | {"deflate"}:
            raise RefusedError("packed", name[:40])
        self._name, self._most = name, most
        self._came, self._size = 0, 0
        self._pieces: list[bytes] = []
        self._inflate = zlib.decompressobj(wbits=47) if name in _GZIP else None

    def feed(self, piece: bytes) -> None:
        """A piece of the body.

        Raises:
            RefusedError: beyond the limit, or broken.
        """
        self._came += len(piece)
        if self._came > self._most:
            raise RefusedError("too_large", f"more than {self._most:,} bytes")
        if self._name == "deflate" and self._inflate is None and piece:
            self._inflate = zlib.decompressobj(wbits=15 if piece[0] & 0x0F == 8 else -15)  # noqa: PLR2004 - zlib's header, or none (RFC 9110, 8.4.1.2)
        self._keep(self._unpacked(piece))

    def content(self) -> bytes:
        """All of it.

        Raises:
            RefusedError: the packed stream did not end.
        """
        if self._inflate is not None and not self._inflate.eof:
            raise RefusedError("broken", "the packed body ends too early")
        return b"".join(self._pieces)

    def _unpacked(self, piece: bytes) -> bytes:
        if self._inflate is None or self._inflate.eof:
            return piece if self._inflate is None else b""
        try:
            return self._inflate.decompress(piece, self._most - self._size + 1)
        except zlib.error as error:
            raise RefusedError("broken", f"the body is not {self._name}") from error

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._most:
            raise RefusedError("too_large", f"more than {self._most:,} bytes once unpacked ({self._came:,} bytes packed)")
        self._pieces.append(piece)
