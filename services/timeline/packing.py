"""States as they are stored: JSON text packed by Zstandard, which no question of SQL looks into (docs/adr/0021). Pure.

A packed state ends in a checksum of the text (RFC 8878, 3.1.1), so that two that are equal are known to be without being unpacked, by
whatever release of the library they were packed; of two that differ it takes the text to say whether they hold the same.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec

if sys.version_info >= (3, 14):
    from compression import zstd as zstd  # noqa: PLC0414 - passed on
else:
    from backports import zstd as zstd  # noqa: PLC0414

LEVEL = 1  # a fifth of the text, in a quarter of the time that Postgres takes to parse it; level 3 takes twice as long for 2 % less
CHECKSUM = 4  # bytes at the end

_options: dict[int, int] = {zstd.CompressionParameter.compression_level: LEVEL, zstd.CompressionParameter.checksum_flag: 1}
_packer = zstd.ZstdCompressor(options=_options)
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Packed:
    """A text some parts of which are states as they are stored: what stands before, between and behind these, one more than there are."""

    plain: Sequence[bytes]
    states: Sequence[bytes]

    def opened(self) -> bytes:
        """The text.

        Raises:
            zstd.ZstdError: a state is damaged.
        """
        return b"".join(_in_turn(self.plain, [opened(one) for one in self.states]))

    def framed(self) -> bytes:
        """The text as frames, one after the other, which are one text to whoever unpacks them (RFC 8878, 3): no state is opened."""
        frames = {one: _framed(one) for one in set(self.plain)}
        return b"".join(_in_turn([frames[one] for one in self.plain], self.states))

    def told(self) -> bytes:
        """What two different texts differ in."""
        return b"".join(_in_turn(self.plain, self.states))


def _in_turn(plain: Sequence[bytes], states: Sequence[bytes]) -> list[bytes]:
    pieces = [b""] * (len(plain) + len(states))
    pieces[::2], pieces[1::2] = plain, states
    return pieces


def pack(text: str | bytes) -> bytes:
    """The text in a frame of its own; bytes are taken for its UTF-8."""
    return _framed(text if isinstance(text, bytes) else text.encode())


def _framed(text: bytes) -> bytes:
    return _packer.compress(text, zstd.ZstdCompressor.FLUSH_FRAME)


def packed(held: bytes | str) -> bytes:
    """A state as it is stored. What an earlier version of Daybook stored comes as text."""
    return pack(held) if isinstance(held, str) else held


def opened(held: bytes | str) -> bytes:
    """The text in UTF-8, as it is passed on. What an earlier version of Daybook stored comes as text already.

    Raises:
        zstd.ZstdError: the frame is damaged.
    """
    return held.encode() if isinstance(held, str) else _opened(held)


def _opened(frame: bytes) -> bytes:
    """The library's own `decompress` looks for more frames, and puts the one piece that there is together anew: half as much time again."""
    reading = zstd.ZstdDecompressor()
    text = reading.decompress(frame)
    if not reading.eof or reading.unused_data:
        raise zstd.ZstdError("a state is one whole frame")
    return text


def unpack(held: bytes | str) -> str:
    """The text.

    Raises:
        zstd.ZstdError: the frame is damaged.
    """
    return held if isinstance(held, str) else opened(held).decode()


def some(held: bytes | str, names: Collection[str]) -> bytes:
    """These members of a state alone, in its own order."""
    members = _members.decode(opened(held))
    return msgspec.json.encode({name: value for name, value in members.items() if name in names})


def member(state: bytes, name: str) -> bytes:
    """One member of an opened state."""
    return bytes(_members.decode(state)[name])
