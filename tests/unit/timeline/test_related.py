"""What is looked at for the relations of an event is enough for them: others of the parties that link it, in kinds and days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.events import CanonicalEvent
from schemas.relations import relations
from services.timeline import questions
from services.timeline.fold import fold
from services.timeline.lean import read_outlined
from services.timeline.projections import discover
from services.timeline.questions import nearby
from tests.unit.timeline.builders import change, event, on, person, state

PARTIES = {one.name: one for one in discover()}["parties"]
FIRST = date(2025, 1, 1)
COUNTRIES = ("RU", "UA", "US")


def linked(one: CanonicalEvent) -> list[tuple[Any, ...]]:
    """The rows of an event: party, kind, first and last day."""
    return [row[1:] for row in PARTIES.of(fold({}, [change(one)]))]


def outlined(one: CanonicalEvent) -> CanonicalEvent:
    """As it is read of a stored state."""
    return read_outlined(one.model_dump_json())


def looked_at(one: CanonicalEvent, others: list[CanonicalEvent]) -> list[CanonicalEvent]:
    """Those that `nearby` names, but for what begins more than a month before and lasts, and for the limit."""
    asked: list[Any] = nearby(one)
    if not asked:
        return []
    _, first, last, parties, kinds, before, after, ended, *_ = asked

    def fits(party: str, kind: str, begins: date, ends: date) -> bool:
        days = first - timedelta(before) <= begins <= last + timedelta(after) and ends >= first - timedelta(ended)
        return party in parties and kind in kinds and days

    return [other for other in others if any(fits(*row) for row in linked(other))]


@st.composite
def happenings(draw: st.DrawFn) -> CanonicalEvent:
    """A strike or a meeting of some of three states, within a year."""
    day = FIRST + timedelta(draw(st.one_of(st.integers(0, 5), st.integers(0, 365))))
    kind = draw(st.sampled_from(["strike", "summit", "prisoner_exchange"]))
    roles = ("attacker", "target") if kind == "strike" else ("party", "mediator")
    status = draw(st.sampled_from(["occurred", "scheduled", "declined", "retracted"]))
    told = day - timedelta(draw(st.integers(0, 40)))
    town = draw(st.booleans())
    return event(
        f"e-{draw(st.integers(0, 10**6))}",
        kind=kind,
        status=status,
        when=on(str(day), str(day + timedelta(draw(st.integers(0, 3))))),
        where=[{"name": "Odesa" if town else "Ukraine", "country": "UA", "role": "target", "precision": "city" if town else "country", "within": ["Ukraine"]}],
        participants=[state(code, code, draw(st.sampled_from(roles))) for code in draw(st.sets(st.sampled_from(COUNTRIES)))],
        status_history=[{"status": draw(st.sampled_from(["scheduled", "occurred"])), "claim_id": "c", "known_at": f"{told}T00:00:00Z"}],
    )  # fmt: skip


@given(st.lists(happenings(), min_size=2, max_size=8, unique_by=lambda one: one.event_id))
@settings(max_examples=150, deadline=None)
def test_of_what_is_looked_at_the_same_relations_follow_as_of_all(events: list[CanonicalEvent]) -> None:
    for one in events:
        found = relations(one, looked_at(one, events))
        assert found == relations(one, events)
        assert found == relations(outlined(one), map(outlined, looked_at(one, events)))


def test_what_is_no_outline_is_read_by_the_model() -> None:
    strange = event(details={"form": [[[[[["talks"]]]]]]})
    assert read_outlined(strange.model_dump_json()) == strange
    with pytest.raises(ValidationError):
        read_outlined('{"event_id": 1}')


def test_if_less_was_looked_at_some_would_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a meeting two months after another of the same two."""
    two = [person("Ana", "ES"), person("Bo", "SE")]
    earlier = event("earlier", status="occurred", when=on("2025-05-01"), participants=two)
    later = event("later", status="occurred", when=on("2025-07-01"), participants=two)
    assert relations(later, looked_at(later, [earlier]))
    monkeypatch.setattr(questions, "FOLLOWS", timedelta(days=30))
    assert not relations(later, looked_at(later, [earlier]))


@pytest.mark.parametrize(
    "gone", [{"status": "retracted"}, {"merged_into": "e-2"}, {"participants": (person("Ana", "ES"),)}, {"when": on(None)}]
)
def test_what_can_hang_together_with_nothing_has_no_rows_and_asks_for_none(gone: dict[str, Any]) -> None:
    met = event(when=on("2025-05-01"), participants=[person("Ana", "ES"), person("Bo", "SE")])
    assert [row[0] for row in linked(met)] == ["es", "se"]
    none = met.model_copy(update=gone)
    assert (linked(none), nearby(none)) == ([], [])
