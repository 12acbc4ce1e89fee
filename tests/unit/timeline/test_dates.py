"""How exact a date is, in words."""

from __future__ import annotations

import pytest

from schemas.events import When
from services.timeline.dates import when_text
from tests.unit.timeline.builders import on


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (on("2025-08-18"), "18 Aug 2025"),
        (on("2025-08-18", "2025-08-20"), "18–20 Aug 2025"),
        (on("2025-07-30", "2025-08-02"), "30 Jul – 2 Aug 2025"),
        (on("2025-12-30", "2026-01-02"), "30 Dec 2025 – 2 Jan 2026"),
        (on("2025-08-18", "2025-08-19", "night"), "night 18–19 Aug 2025"),
        (on("2025-08-31", "2025-09-01", "night"), "night 31 Aug – 1 Sep 2025"),
        (on("2025-08-18", "2025-08-24", "week"), "week 18–24 Aug 2025"),
        (on("2025-07-01", "2025-07-31", "month"), "Jul 2025"),
        (on("2025-07-01", "2025-08-31", "month"), "Jul – Aug 2025"),
        (on("2025-12-01", "2026-01-31", "month"), "Dec 2025 – Jan 2026"),
        (on("2025-01-01", "2025-12-31", "year"), "2025"),
        (on("2024-01-01", "2025-12-31", "year"), "2024–2025"),
        (on("2025-08-18T14:30Z", precision="minute"), "18 Aug 2025 14:30"),
        (on("2025-08-18", precision="hour"), "18 Aug 2025"),
        (When(start="2025-08-18", precision="day"), "18 Aug 2025"),
        (When(start="2025-08-18"), "from 18 Aug 2025"),
        (When(end="2025-09-01"), "until 1 Sep 2025"),
        (When(), "undated"),
        (on(None, precision="unknown", expression="in the coming weeks"), "undated (in the coming weeks)"),
    ],
)
def test_a_date_is_told_as_exactly_as_it_is_known(when: When, text: str) -> None:
    assert when_text(when) == text
