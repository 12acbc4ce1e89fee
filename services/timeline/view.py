"""The timeline as a table for a terminal, day by day."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from schemas.events import CanonicalEvent
from services.timeline.cells import numbers_text, support_text, where_text, who_text
from services.timeline.dates import when_text

_REPLACED = "\N{REPLACEMENT CHARACTER}"
# The share of the width that a column may have; None: as wide as what is in it.
_COLUMNS = {"When": 12, "What": 15, "Status": None, "Where": 11, "Who": 12, "Numbers": 11, "A/P/L": None}
_STATUS_STYLE = {
    "occurred": "green",
    "ongoing": "green",
    "scheduled": "cyan",
    "proposed": "yellow",
    "postponed": "yellow",
    "disputed": "yellow",
    "declined": "red",
    "cancelled": "red",
    "retracted": "dim",
}


def table(events: Sequence[CanonicalEvent]) -> Table:
    """One row an event, in the order given; a rule between days. A day's date stands once.

    Everything that comes from an article is shown as it is: no markup is interpreted, and no control character reaches the terminal.
    """
    shown = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False, expand=True)
    for title, share in _COLUMNS.items():
        shown.add_column(title, ratio=share, no_wrap=share is None, overflow="fold")
    shown.caption = "A/P/L: articles, publishers, lineages"
    shown.caption_justify = "left"
    before: str | None = None
    for event in events:
        when = when_text(event.when)
        if before not in {None, when}:
            shown.add_section()
        shown.add_row(*_row(event, "" if when == before else when))
        before = when
    return shown


def _row(event: CanonicalEvent, when: str) -> tuple[Text, ...]:
    what = Text.assemble((safe(event.kind.replace("_", " ")), "bold"), "\n", safe(event.title))
    status = Text(safe(event.status), style=_STATUS_STYLE.get(event.status, ""))
    rest = (where_text(event), who_text(event), numbers_text(event), support_text(event))
    return (Text(safe(when)), what, status, *(Text(safe(text)) for text in rest))


def safe(text: str) -> str:
    """The text with every control and formatting character replaced, which could otherwise steer the terminal or hide text."""
    return "".join(_REPLACED if unicodedata.category(c) in {"Cc", "Cf", "Cs"} else c for c in text)
