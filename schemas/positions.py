"""A position as text: where a reader of topics stands, in one line that fits a header, a column and a command line.

`events.strike.v1-0=17;seq=17;log=u5f3a9c0e;last=d77ab12cd,events.strike.v1-1=4`: for each partition the next offset to read. What
stands behind it says what is known of the log up to there: `seq`, the number that the next numbered record must have; `log`, how the
uuid of the log begins; `last`, how the digest of the record before the offset begins. All three may be missing; whoever does not need
them skips them. It is a dictionary of integers with parameters, as RFC 8941 has them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

SHORT = 8
"""Hexadecimal digits of a uuid or digest: enough to notice another log or record, which no one forges."""
MOST_PLACES = 1000
HOW = "write topic-partition=offset, comma-separated, as events.strike.v1-0=17"
_PLACE = re.compile(r"\s*([A-Za-z0-9._-]{1,249})-([0-9]{1,6})=([0-9]{1,18})((?:;[a-z]{1,16}=[A-Za-z0-9]{1,32}){0,8})\s*")


def short(identity: str | bytes | None) -> str | None:
    """How a uuid, or a digest, begins."""
    digits = identity.hex() if isinstance(identity, bytes) else (identity or "").replace("-", "")
    return digits[:SHORT] or None


class Place(NamedTuple):
    """Of one partition: the next offset, and what is known of the log before it."""

    offset: int
    seq: int | None = None
    log: str | None = None
    last: str | None = None


Where = tuple[str, int]
"""Topic and partition."""


def write_position(places: Mapping[Where, Place]) -> str:
    """The position as text, in order of topic and partition; the same places always make the same text."""
    return ",".join(f"{topic}-{number}={_place(places[topic, number])}" for topic, number in sorted(places))


def _place(place: Place) -> str:
    told = (("seq", "", place.seq), ("log", "u", place.log), ("last", "d", place.last))
    return "".join((str(place.offset), *(f";{name}={mark}{value}" for name, mark, value in told if value is not None)))


def read_position(text: str) -> dict[Where, Place]:
    """Read a position, with or without what is known of the log.

    Raises:
        ValueError: it is not of this form; the message says how to write it.
    """
    parts = [_PLACE.fullmatch(part) for part in text.split(",")]
    if not all(parts) or len(parts) > MOST_PLACES:
        raise ValueError(HOW)
    return {(found[1], int(found[2])): _read_place(int(found[3]), found[4]) for found in parts if found}


def _read_place(offset: int, marks: str) -> Place:
    told = dict(mark.split("=") for mark in marks.split(";")[1:])
    seq = told.get("seq", "")
    return Place(offset, int(seq) if seq.isdecimal() else None, *(_hex(told.get(name)) for name in ("log", "last")))


def _hex(marked: str | None) -> str | None:
    """Without the letter before it, which RFC 8941 wants of a word."""
    return marked[1:] if marked else None
