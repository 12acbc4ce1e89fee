"""What a phrase of the lexicon may mean."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from msgspec import Struct

from schemas.events import Participant, Place
from services.normalizer.reading.names.named import Form

Kind = Literal["state", "adjective", "capital", "seat", "body", "person", "city", "region", "sea", "site", "stop"]


class Sense(Struct, frozen=True):
    """One meaning of a phrase.

    `weight` orders places of one name (inhabitants; more is likelier); `since` and `until` bound the days on which the
    meaning holds (Bonn spoke for West Germany until 1990); `risky`: a common word too, so it needs the context of a place.
    """

    kind: Kind
    form: Form
    actor: Participant | None = None
    place: Place | None = None
    weight: int = 0
    since: dt.date | None = None
    until: dt.date | None = None
    risky: bool = False

    def holds(self, day: dt.date | None) -> bool:
        """Whether it holds on that day; with no day, whether it holds today (it has no end)."""
        if day is None:
            return self.until is None
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)
