"""Bodies unpacked as they come, never further than the limit: a bomb costs no more than a page."""

from __future__ import annotations

from services.ingestor.fetching.outcomes import RefusedError
from services.ingestor.fetching.packings import BROKEN, PLAIN, Packing, goes_on, packing_of

MOST_STREAMS = 100  # packed streams one behind the other in one body; each costs a fresh start


class Unpacker:
    """Takes a body's pieces; `most` bounds both what comes and what it becomes."""

    def __init__(self, encoding: str, most: int) -> None:
        """`encoding`: the response's Content-Encoding.

        Raises:
            RefusedError: several layers, or one that we did not offer.
        """
        self._name, self._most = encoding.strip().lower(), most
        self._packing = packing_of(self._name)
        if self._packing is None and self._name not in PLAIN:
            raise RefusedError("packed", self._name[:40])
        self._came, self._size, self._streams = 0, 0, 1
        self._pieces: list[bytes] = []

    def feed(self, piece: bytes) -> None:
        """A piece of the body.

        Raises:
            RefusedError: beyond the limit, or broken.
        """
        self._came += len(piece)
        if self._came > self._most:
            raise RefusedError("too_large", f"more than {self._most:,} bytes")
        if self._packing is None:
            self._keep(piece)
            return
        while piece and (not self._packing.ended or self._follows(piece)):
            self._keep(self._unpacked(self._packing, piece))
            piece = self._packing.rest

    def content(self) -> bytes:
        """All of it; of no bytes nothing, whatever they were said to be.

        Raises:
            RefusedError: the packed stream did not end.
        """
        if self._came and self._packing is not None and not self._packing.ended:
            raise RefusedError("broken", "the packed body ends too early")
        return b"".join(self._pieces)

    def _follows(self, piece: bytes) -> bool:
        """Whether another stream begins behind a whole one, which is then the one that counts; anything else is left, as browsers do."""
        packing = packing_of(self._name) if goes_on(self._name, piece) else None
        self._packing = packing or self._packing
        self._streams += packing is not None
        if self._streams > MOST_STREAMS:
            raise RefusedError("broken", f"the body is more than {MOST_STREAMS} packed streams")
        return packing is not None

    def _unpacked(self, packing: Packing, piece: bytes) -> bytes:
        try:
            return packing.unpack(piece, self._most - self._size + 1)
        except BROKEN as error:
            raise RefusedError("broken", f"the body is not {self._name}") from error

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._most:
            raise RefusedError("too_large", f"more than {self._most:,} bytes once unpacked ({self._came:,} bytes packed)")
        self._pieces.append(piece)
