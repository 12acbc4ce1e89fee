"""What the time grammar is asked with, and what it answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from schemas.events import When

TimeType = Literal["DATE", "TIME", "DURATION", "SET"]
Direction = Literal["past", "future", "unknown"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """What relative words are counted from.

    `date` is the publication date as the outlet would say it: that of the zone that it is stated in, else of UTC. None: nothing relative is
    dated.
    """

    date: dt.date | None
    moment: dt.datetime | None = None


class TimeExpression(Struct, frozen=True):
    """One expression of time; `text == body[start:end]`, in code points.

    `value` is the TIMEX3 value (TimeML 1.2.1, the annotation guidelines of TempEval-3). `when` is the interval meant, inclusive: None for
    durations, sets and words like "now"; without start and end, but with its words, for what is told to come and not dated.
    """

    start: int
    end: int
    text: str
    type: TimeType
    value: str
    when: When | None
    direction: Direction
