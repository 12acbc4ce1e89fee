"""Exports, each opened by a reader of its format: whatever the events say, the file is whole, and says the same however it was cut."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import feedparser  # type: ignore[import-untyped]
import icalendar
import pyarrow.parquet as pq
import pytest
from geojson_pydantic import FeatureCollection
from hypothesis import given
from hypothesis import strategies as st

from schemas.events import CanonicalEvent
from services.commands.timeline import FORMATS
from services.timeline.exports import exports
from tests.unit.timeline.builders import event, mention, on, person

HELD = event(
    "e-1",
    2,
    title='Talks, "at last"; <b>& more',
    status="occurred",
    when=on("2025-08-18", "2025-08-19"),
    where=[
        {"name": "Genève", "country": "CH", "lat": 46.2, "lon": 6.15, "role": "venue"},
        {"name": "Bern", "country": "CH", "lat": 46.9, "lon": 7.4},
    ],
    participants=[person("Ana Núñez", "ES")],
    quantities=[{"measure": "prisoners", "low": 3, "best": 4, "high": 5, "party": "Ghana"}],
    mentions=[mention("a-1", "They met.").model_copy(update={"url": "https://post.example/a?b=1&c=2"})],
)
OFF = event("e-2", status="cancelled", when=on("2025-09-01"))
UNDATED = event("e-3", title='=HYPERLINK("https://evil.example")', status="proposed")
ALL = [HELD, OFF, UNDATED]


def written(name: str, pieces: Sequence[Sequence[CanonicalEvent]]) -> bytes:
    writer = exports()[name].writer()
    return writer.begin() + b"".join(writer.add(piece) for piece in pieces) + writer.end()


def test_the_formats_are_found_by_discovery() -> None:
    assert list(exports()) == list(FORMATS) == ["atom", "csv", "geojson", "icalendar", "jsonl", "parquet", "timelinejs"]


def test_json_lines_hold_whole_events() -> None:
    lines = written("jsonl", [ALL]).decode().splitlines()
    assert [CanonicalEvent.model_validate_json(line) for line in lines] == ALL


def test_csv_is_a_table_in_which_no_cell_is_a_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv", [ALL]).decode(), newline="")))
    assert [row["event_id"] for row in rows] == ["e-1", "e-2", "e-3"]
    assert (rows[0]["title"], rows[0]["first_day"], rows[0]["last_day"]) == (HELD.title, "2025-08-18", "2025-08-19")
    assert (rows[0]["places"], rows[0]["quantities"]) == ("Genève; Bern", "prisoners[Ghana]=4 (3..5)")
    assert rows[2]["title"] == "'" + UNDATED.title


def test_geojson_has_a_point_for_each_place_on_the_map() -> None:
    found: FeatureCollection[Any] = FeatureCollection.model_validate_json(written("geojson", [ALL]))
    assert [feature.id for feature in found.features] == ["e-1", "e-2", "e-3"]
    assert found.features[0].geometry is not None
    assert found.features[0].geometry.model_dump()["coordinates"] == [(6.15, 46.2), (7.4, 46.9)]
    assert found.features[1].geometry is None


def test_a_calendar_holds_dated_events_and_says_what_was_called_off() -> None:
    entries = icalendar.Calendar.from_ical(written("icalendar", [ALL])).walk("VEVENT")
    assert [(str(entry["uid"]), str(entry["status"]), entry["sequence"]) for entry in entries] == [
        ("e-1@daybook", "CONFIRMED", 1),
        ("e-2@daybook", "CANCELLED", 0),
    ]
    assert (entries[0].decoded("dtstart"), entries[0].decoded("dtend")) == (date(2025, 8, 18), date(2025, 8, 20))
    assert str(entries[0]["summary"]) == HELD.title


def test_a_feed_has_an_entry_for_each_event() -> None:
    feed = feedparser.parse(written("atom", [ALL]))
    assert (feed.bozo, [entry.id for entry in feed.entries]) == (False, [f"urn:daybook:event:e-{n}" for n in (1, 2, 3)])
    assert feed.entries[0].link == "https://post.example/a?b=1&c=2"


def test_timelinejs_gets_slides_without_markup_from_news() -> None:
    slides = json.loads(written("timelinejs", [ALL]))["events"]
    assert [slide["unique_id"] for slide in slides] == ["e-1", "e-2"]
    assert slides[0]["start_date"] == {"year": 2025, "month": 8, "day": 18}
    assert slides[0]["text"]["headline"] == "Talks, &quot;at last&quot;; &lt;b&gt;&amp; more"


def test_parquet_has_lists_as_lists_and_the_whole_state() -> None:
    table = pq.read_table(io.BytesIO(written("parquet", [ALL])))
    rows: list[dict[str, Any]] = table.to_pylist()
    assert [row["event_id"] for row in rows] == ["e-1", "e-2", "e-3"]
    assert rows[0]["places"][0] == {"name": "Genève", "country": "CH", "lat": 46.2, "lon": 6.15, "role": "venue"}
    assert CanonicalEvent.model_validate_json(rows[0]["state"]) == HELD


def test_an_address_that_would_break_a_line_and_the_last_day_of_all_harm_no_export() -> None:
    hostile = mention("a-1", "They met.").model_copy(update={"url": "https://post.example/\r\nX-EVIL:1"})
    odd = event("e-1", when=on("9999-12-31"), mentions=[hostile])
    for name, read in READ.items():
        assert read(written(name, [[odd]])), name
    assert b"X-EVIL" not in written("icalendar", [[odd]])


READ: dict[str, Callable[[bytes], list[Any]]] = {
    "atom": lambda data: [entry.id for entry in feedparser.parse(data).entries],
    "csv": lambda data: [row["event_id"] for row in csv.DictReader(io.StringIO(data.decode(), newline=""))],
    "geojson": lambda data: [feature["id"] for feature in json.loads(data)["features"]],
    "icalendar": lambda data: [str(entry["uid"]) for entry in icalendar.Calendar.from_ical(data).walk("VEVENT")],
    "jsonl": lambda data: [json.loads(line)["event_id"] for line in data.split(b"\n") if line],
    "parquet": lambda data: pq.read_table(io.BytesIO(data)).column("event_id").to_pylist(),
    "timelinejs": lambda data: [slide["unique_id"] for slide in json.loads(data)["events"]],
}
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30)
EVENTS = st.lists(
    st.builds(
        lambda title, name, when: event("e", title=title, participants=[person(name)], when=when),
        TEXTS,
        TEXTS,
        st.sampled_from([on(None), on("2025-08-18")]),
    ),
    max_size=6,
)


@pytest.mark.parametrize("name", READ)
@given(EVENTS, st.integers(0, 6))
def test_whatever_events_say_the_file_can_be_read_and_does_not_depend_on_the_pieces(
    name: str, events: list[CanonicalEvent], cut: int
) -> None:
    events = [one.model_copy(update={"event_id": f"e-{n}"}) for n, one in enumerate(events)]
    whole, pieces = (READ[name](written(name, parts)) for parts in ([events], [events[:cut], events[cut:]]))
    assert whole == pieces
    assert len(whole) == (sum(one.when.start is not None for one in events) if name in {"icalendar", "timelinejs"} else len(events))


@pytest.mark.parametrize("name", READ)
def test_an_export_of_nothing_is_a_whole_file_too(name: str) -> None:
    assert READ[name](written(name, [])) == []
