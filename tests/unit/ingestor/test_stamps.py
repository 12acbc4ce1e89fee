"""Time lines of stories: what is one, and what only looks like one."""

from __future__ import annotations

import pytest

from services.ingestor.pages.stamps import read_stamp


@pytest.mark.parametrize(
    ("line", "raw", "outlet", "byline"),
    [
        ("The Star10 hours ago", "10 hours ago", "The Star", None),
        ("time2 hours ago", "2 hours ago", None, None),
        ("timeyesterday", "yesterday", None, None),
        ("BBC News · 3h", "3h", "BBC News", None),
        ("Al Jazeera • 5 h ago • 4 min read", "5 h ago", "Al Jazeera", None),
        ("Reuters - 5 min ago", "5 min ago", "Reuters", None),
        ("By Jane Doe | Aug 18, 2025", "Aug 18, 2025", None, "Jane Doe"),
        ("Published 18 August 2025, 14:05 GMT", "18 August 2025, 14:05 GMT", None, None),
        ("Published 3 hours ago Updated 1 hour ago", "3 hours ago", None, None),
        ("2025-08-18 Kyiv Post", "2025-08-18", "Kyiv Post", None),
        ("USA Today · yesterday", "yesterday", "USA Today", None),
    ],
)
def test_a_time_line_gives_its_time_and_the_names_beside_it(line: str, raw: str, outlet: str | None, byline: str | None) -> None:
    stamp = read_stamp(line)
    assert stamp is not None
    assert (stamp.told.raw, stamp.outlet, stamp.byline, stamp.updated) == (raw, outlet, byline, False)


@pytest.mark.parametrize("line", ["Updated 3 hours ago", "Last modified on Tue 19 Aug 2025 07.30 EDT", "UPDATED: August 19, 2025"])
def test_the_time_of_a_change_is_known_as_such(line: str) -> None:
    stamp = read_stamp(line)
    assert stamp is not None
    assert stamp.updated


@pytest.mark.parametrize(
    "line",
    [
        "He was killed two hours ago",
        "Ministers spoke 2 hours ago",
        "Kremlin says talks on 18 August",
        "Free Malaysia Today",
        "4 min read",
        "10:45 GMT",
        "x" * 5_000 + " 2 hours ago",
    ],
)
def test_a_sentence_with_a_time_in_it_is_no_time_line(line: str) -> None:
    assert read_stamp(line) is None
