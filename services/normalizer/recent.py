"""What was parsed lately, by the digest of its bytes: it cannot be stale, whatever is rolled back or fenced."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Keeps the last `size` things that were asked for or put in. Postgres says which count; this only saves parsing them."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held: OrderedDict[str, T] = OrderedDict()

    def get(self, digest: str) -> T | None:
        found = self._held.get(digest)
        if found is not None:
            self._held.move_to_end(digest)
        return found

    def put(self, digest: str, value: T) -> T:
        self._held[digest] = value
        self._held.move_to_end(digest)
        while len(self._held) > self._size:
            self._held.popitem(last=False)
        return value


def digest_of(texts: Iterable[str]) -> str:
    """SHA-256 of texts, each with its length, so that none can run over into the next."""
    parts = [text.encode() for text in texts]
    return hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()
