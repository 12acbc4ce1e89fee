"""Commands of editors: what would make an event that nothing can hold is refused before it is in the log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.base import sha256
from schemas.edits import Edit, MentionRef

MENTION = MentionRef(mention_id="m-1", article_id="a-1", quote_sha256=sha256("They met."))


def correction(field: str, value: Any) -> Edit:
    given = datetime(2025, 8, 20, tzinfo=UTC)
    return Edit(
        edit_id="e-1",
        action="correct",
        kind="summit",
        editor="Ana",
        reason="a test",
        given_at=given,
        mentions=(MENTION,),
        field=field,
        value=value,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("when", {"start": "2025-13-99", "end": "2025-13-99"}),
        ("when", {"start": "2025-08-19", "end": "2025-08-17"}),
        ("when", {"start": "2025-02-30"}),
        ("where", [{"name": " "}]),
        ("where", [{"name": "Geneva", "lat": 946.2, "lon": 6.1}]),
        ("participants", [{"name": "", "type": "state"}]),
        ("quantities.", 3),
        ("quantities.Killed Soldiers", 3),
        ("quantities.killed", -1),
        ("quantities.killed", "many"),
        ("details.a b", 1),
        ("status", "over"),
        ("colour", "red"),
    ],
)
def test_a_value_that_no_event_can_have_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        correction(field, value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("when", {"start": "2025-08-18", "end": "2025-08-19", "precision": "night"}),
        ("when", {"start": None, "end": None}),
        ("where", [{"name": "Geneva", "country": "CH", "lat": 46.2, "lon": 6.1}]),
        ("participants", [{"name": "Ghana", "type": "state", "country": "GH"}]),
        ("quantities.killed", 3),
        ("quantities.bodies/Côte d'Ivoire", 3),
        ("quantities.killed", None),
        ("details.form", "talks"),
        ("status", "occurred"),
    ],
)
def test_a_value_that_an_event_can_have_is_taken(field: str, value: Any) -> None:
    assert correction(field, value).field == field
