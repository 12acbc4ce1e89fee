"""Parameters that have a form of their own: a place and a radius, a threshold, a moment or position in the past. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.positions import read_position

MOST_KNOWN = 2**31 - 1
"""A number is an integer of 32 bits."""
FARTHEST = 20_100
"""Kilometres: half the way around the earth."""
_NUMBER = r"[+-]?[0-9]{1,5}(?:\.[0-9]{1,9})?"
_NEAR = re.compile(f"({_NUMBER}),({_NUMBER}),({_NUMBER})")
_THRESHOLD = re.compile(r"([a-z][a-z_]{0,63})(>=|<=|=)([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Near:
    """Degrees of WGS 84, and kilometres around."""

    lat: float
    lon: float
    km: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """`killed>=10`: what is counted, and the bounds (inclusive) within which the number lies."""

    measure: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment of log time, or the next offset of each partition."""

    moment: datetime | None = None
    position: dict[tuple[str, int], int] | None = None


def near(text: str) -> Near:
    """Read `50.45,30.52,100`: latitude, longitude, kilometres.

    Raises:
        ValueError: it is not of this form, or not on earth.
    """
    found = _NEAR.fullmatch(text.replace(" ", ""))
    if found is None:
        raise ValueError("write latitude,longitude,kilometres, as 50.45,30.52,100")
    lat, lon, km = map(float, found.groups())
    if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 < km <= FARTHEST):  # noqa: PLR2004 - degrees
        raise ValueError(f"latitude from -90 to 90, longitude from -180 to 180, kilometres up to {FARTHEST:,}")
    return Near(lat, lon, km)


def threshold(text: str) -> Threshold:
    """Read `killed>=10`, `drones<=50` or `prisoners=300`.

    Raises:
        ValueError: it is not of this form.
    """
    found = _THRESHOLD.fullmatch(text.replace(" ", ""))
    if found is None:
        raise ValueError("write measure>=number, as killed>=10; <= and = are allowed too")
    measure, how, number = found[1], found[2], int(found[3])
    return Threshold(measure, number if how != "<=" else 0, number if how != ">=" else MOST_KNOWN)


def position(text: str) -> dict[tuple[str, int], int]:
    """Read `events.strike.v1-0=17, events.summit.v1-1=4`, as answers give it in `Daybook-Position`, or as a subscriber holds it.

    Raises:
        ValueError: it is not of this form.
    """
    return {where: place.offset for where, place in read_position(text).items()}


def as_of(text: str) -> AsOf:
    """Read a moment (a day is its beginning; without a zone, UTC), or a position.

    Raises:
        ValueError: it is neither.
    """
    if "=" in text:
        return AsOf(position=position(text))
    try:
        return AsOf(moment=moment(text))
    except ValueError as error:
        raise ValueError("write a moment, as 2025-08-18T09:30Z, or a position, as events.strike.v1-0=17") from error


def moment(text: str) -> datetime:
    """Read a moment in UTC; a day is its beginning, and without a zone it is UTC.

    Raises:
        ValueError: it is none, or none that a calendar in UTC has.
    """
    try:
        told = datetime.fromisoformat(text)
        return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("write a moment, as 2025-08-18T09:30Z") from error
