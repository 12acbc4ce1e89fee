"""By which rule each value was chosen of what is told: named here, done in `fields.py` and `standing.py`, told by `daybook why`."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

from .fields import best_told, dates_told, days_of, numbers_told
from .told import Told
from .voices import Voices, tally
from .windows import EXACT

Key = TypeVar("Key", bound=Hashable)
AGREED = "agreed"  # all say the same
MOST = "most-lineages"  # more independent texts say it than say any other
LATEST = "latest-told"  # as many say another; this one was told last
ROUGH, ASSUMED, UNDATED = "rough", "report-day", "undated"
LIFE, TELLING = "life-cycle", "most-telling"


def chosen(group: Sequence[Told], heard: Voices) -> dict[str, str]:
    """Rule by field. A date that is rough, or only the day of the report, says so before how it was chosen: "rough/agreed"."""
    numbers = {
        f"quantities.{'/'.join(filter(None, slot))}": _rule(best, heard)
        for slot, told in numbers_told(group).items()
        if (best := best_told(told))
    }
    where = {"where": TELLING} if any(one.mention.where for one in group) else {}
    return {"status": LIFE, "when": _when(group, heard), **where, **numbers}


def _when(group: Sequence[Told], heard: Voices) -> str:
    told = dates_told(group)
    if not told:
        return UNDATED
    rule = _rule([(days_of(one), one) for _, one in told], heard)
    window, one = told[0]
    kind = ROUGH if window.grain != EXACT else "" if one.mention.when.basis.expression else ASSUMED
    return "/".join(filter(None, (kind, rule)))


def _rule(told: Sequence[tuple[Key, Told]], heard: Voices) -> str:
    first, *rest = tally(told, heard)
    if not rest:
        return AGREED
    return MOST if first.lineages > rest[0].lineages else LATEST
