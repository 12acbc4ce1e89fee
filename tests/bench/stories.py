"""Invented readings in any number, for measuring merging: a stream of days, and one hot night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from schemas.mentions import Reading
from services.chassis.decoding import decode
from services.chassis.records import Record
from services.normalizer.merging import Told
from tests.support.records import raw
from tests.unit.merging.telling import readings, told

FIRST = date(2001, 1, 1)
A_DAY = 60  # mentions
TELLINGS = 3  # of one happening, each by another outlet
TOWNS = ("Kharkiv", "Poltava", "Kremenchuk", "Odesa")
CASTS = ("Trump, Putin", "Trump, Zelensky", "Macron, Merz", "Turkey, Finland", "Israel, Germany", "France, Turkey", "Germany, Finland")


def stream(count: int) -> Iterator[Reading]:
    """Sixty mentions a day: strikes on sixteen towns and on the country, meetings, exchanges; some without a date."""
    for number in range(count):
        yield _reading(_dated(number) if number % 10 else _undated(number))


def as_record(number: int, reading: Reading) -> Record:
    """The record of that number that a reading comes in."""
    value = reading.model_dump_json().encode()
    return decode(raw(number, number, key=reading.article.article_id.encode(), value=value, topic=f"mentions.{reading.kind}.v1"))


def night(count: int) -> Iterator[Reading]:
    """One night: ten reports of each town, town after town, and one in fifty of the whole wave."""
    for number in range(count):
        evening = {"date": f"night {FIRST}", "day": f"{FIRST + timedelta(1)}T{8 + number % 12:02}", "who": "Russia > Ukraine"}
        where = "Ukraine" if number % 50 == 0 else "Kharkiv"
        numbers = (
            {"drones": 400 + number % 20, "killed": 31} if where == "Ukraine" else {"drones": 3 + number % 30, "killed": number % 7 + 1}
        )
        one = _told(number, "strike", where=where, numbers=numbers, **evening)
        yield _reading(one if where == "Ukraine" else _moved(one, f"Town {number // 10}"))


def _dated(number: int) -> Told:
    day, slot = FIRST + timedelta(number // A_DAY), number % A_DAY // TELLINGS
    facts: dict[str, Any] = {"day": f"{day}T{8 + number % TELLINGS:02}", "date": str(day)}
    if slot == 0:
        return _told(number, "strike", where="Ukraine", who="Russia > Ukraine", numbers={"drones": 90 + number % 5}, **facts)
    if slot <= len(CASTS):
        return _told(number, who=CASTS[slot - 1], where="Geneva", form="talks", **facts)
    if slot == len(CASTS) + 1:
        return _told(number, "prisoner_exchange", who="Russia, Ukraine", numbers={"prisoners": 100 + number // A_DAY % 9}, **facts)
    one = _told(number, "strike", where=TOWNS[slot % 4], who="Russia > Ukraine", numbers={"killed": slot % 5 + 1}, **facts)
    return _moved(one, f"Town {slot}")


def _undated(number: int) -> Told:
    """Told without a date, as one in ten is."""
    day = f"{FIRST + timedelta(number // A_DAY)}T{8 + number % 12:02}"
    if number % 20:
        return _told(number, who=f"(Guest {number // 40})", says="proposed", day=day)
    return _moved(
        _told(number, "strike", where="Kharkiv", who="Russia > Ukraine", numbers={"wounded": 20 + number * 7 % 611}, day=day), "Town 12"
    )


def _told(number: int, kind: str = "summit", **facts: Any) -> Told:
    """Each text has eight sentences of its own; every fourth has three of the text before it."""
    copied = 3 if number % 4 == 3 else 0
    sentences = tuple(_sentence(number - (part < copied), part) for part in range(8))
    return told(f"m{number:07}", kind, outlet=f"Outlet {number % 11}", sentences=sentences, **facts)


def _moved(one: Told, town: str) -> Told:
    (place,) = one.mention.where
    where = (place.model_copy(update={"name": town}),)
    return Told(one.mention.model_copy(update={"where": where}), one.article, one.sentences)


def _reading(one: Told) -> Reading:
    (reading,) = readings(one)
    return reading


def _sentence(number: int, part: int) -> str:
    """Twelve words that no two sentences have in this order."""
    return " ".join(f"word{(number * 7919 + part * 104_729 + at * (number % 89 + 13)) % 5003}" for at in range(12))
