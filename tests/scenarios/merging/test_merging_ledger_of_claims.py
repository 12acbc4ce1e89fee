"""The ledger of claims: numbers that differ stay apart, contradictions can be listed, and each choice names its rule."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from schemas.contradictions import contradictions, histories
from schemas.events import CanonicalEvent
from schemas.reasons import contradiction, reasons
from services.normalizer.merging import Told, merge_all
from tests.scenarios.merging.worlds import worlds
from tests.unit.merging.telling import command, readings, told

NIGHT: dict[str, Any] = {"date": "2025-08-18", "where": "Kharkiv", "who": "Russia > Ukraine"}


def one(*world: Told, orders: tuple[Any, ...] = ()) -> CanonicalEvent:
    (event,) = merge_all(readings(*world), orders)
    return event


def test_a_toll_that_rises_is_told_in_order_of_time_claimant_by_claimant() -> None:
    # given a governor who counts on, and a ministry that counts for itself
    event = one(
        told("morning", "strike", **NIGHT, day="2025-08-18T08", speaker="The governor", numbers={"killed": 3}),
        told("evening", "strike", **NIGHT, day="2025-08-18T20", speaker="The governor", numbers={"killed": 7}),
        told("noon", "strike", **NIGHT, day="2025-08-18T12", speaker="The ministry", numbers={"killed": 5}),
    )
    # then the range, the latest of equals, and each one's own history
    (number,) = event.quantities
    assert (number.low, number.best, number.high) == (3, 7, 7)
    assert event.chosen["quantities.killed"] == "latest-told"
    told_by = histories(event)["quantities.killed"]
    assert {name: [said.value for said in rows] for name, rows in told_by.items()} == {"The governor": [3, 7], "The ministry": [5]}
    (found,) = contradictions(event)
    assert (found.field, found.values, found.rising) == ("quantities.killed", (3, 5, 7), True)


def test_two_sides_that_count_differently_contradict_each_other() -> None:
    event = one(
        told("kyiv", "strike", **NIGHT, day="2025-08-18T10", speaker="Kyiv", numbers={"drones": 70}),
        told("moscow", "strike", **NIGHT, day="2025-08-18T12", speaker="Moscow", numbers={"drones": 61}),
    )
    (found,) = contradictions(event)
    assert not found.rising
    assert [(said.by, said.value) for said in found.said] == [("Kyiv", 70), ("Moscow", 61)]
    assert contradiction(found) == "contradicted: 70 by Kyiv (2025-08-18 10:00); 61 by Moscow (2025-08-18 12:00)."


def test_what_is_disputed_is_a_contradiction_and_what_was_merely_planned_before_is_none() -> None:
    talks: dict[str, Any] = {"date": "2025-08-18", "who": "Trump, Putin", "where": "Geneva"}
    held = one(told("plan", says="scheduled", day="2025-08-10", **talks), told("held", day="2025-08-19", **talks))
    assert contradictions(held) == ()
    denied = one(told("held", day="2025-08-19", **talks), told("denied", says="disputed", day="2025-08-20", speaker="The Kremlin", **talks))
    (found,) = contradictions(denied)
    assert (found.field, found.values) == ("status", ("occurred", "disputed"))


def test_a_date_that_was_put_off_is_no_contradiction() -> None:
    event = one(
        told("first", says="scheduled", day="2025-09-03", date="2025-09-08", who="Trump, Zelensky"),
        told("off", says="postponed", day="2025-09-05", who="Trump, Zelensky"),
        told("held", day="2025-09-16", date="2025-09-15", where="Geneva", who="Trump, Zelensky"),
    )
    assert contradictions(event) == ()


def test_dates_that_do_not_meet_are_a_contradiction_which_the_event_resolves_by_rule() -> None:
    talks: dict[str, Any] = {"who": "Trump, Putin", "where": "Geneva"}
    event = one(
        told("monday", date="2025-08-18", day="2025-08-19", **talks),
        told("tuesday", date="2025-08-19", day="2025-08-20", **talks),
        orders=(command(1, "merge", told("monday", date="2025-08-18", **talks), told("tuesday", date="2025-08-19", **talks)),),
    )
    (found,) = contradictions(event)
    assert (found.field, found.values) == ("when", ("2025-08-18", "2025-08-19"))
    assert (event.when.start, event.chosen["when"]) == ("2025-08-19", "latest-told")


def test_an_editors_number_is_one_claim_beside_the_others() -> None:
    strike = told("a", "strike", **NIGHT, numbers={"killed": 3})
    event = one(strike, orders=(command(1, "correct", strike, field="quantities.killed", value=4, editor="Ada"),))
    (found,) = contradictions(event)
    assert [(said.by, said.value) for said in found.said] == [("Outlet of a", 3), ("Ada", 4)]
    assert event.chosen["quantities.killed"] == "editor"
    why = reasons(event)
    assert why.fields["quantities.killed"].startswith("3 to 4, best 4. An editor set it.")
    assert why.edits[0].startswith("Ada (2025-09-01 12:00) ordered to correct quantities.killed to 4: reason 1")


def test_every_rule_that_an_event_names_is_told_in_words() -> None:
    events = [one(told("a", "strike", **NIGHT, numbers={"killed": 3})), one(told("b", says="proposed", who="Trump, Putin"))]
    events.append(one(told("c", date="month 2025-08-01..2025-08-31", who="Trump, Putin", where="Geneva")))
    events.append(one(told("d", date="assumed 2025-08-18", who="Trump, Putin", where="Geneva")))
    for event in events:
        why = reasons(event)
        assert not any(rule in why.fields[field] for field, rule in event.chosen.items() if "-" in rule or "/" in rule)
    assert [event.chosen["when"] for event in events] == ["agreed", "undated", "rough/agreed", "report-day/agreed"]


@given(worlds())
@settings(max_examples=60, deadline=None)
def test_each_value_is_a_claim_and_every_chosen_field_names_its_rule(world: list[Told]) -> None:
    for event in merge_all(readings(*world)):
        claims = {claim.claim_id for claim in event.claims}
        assert all(name in claims for quantity in event.quantities for name in quantity.claim_ids)
        assert {step.claim_id for step in event.status_history} <= claims
        slots = {f"quantities.{'/'.join(filter(None, (quantity.measure, quantity.party)))}" for quantity in event.quantities}
        assert {"status", "when", *slots} <= event.chosen.keys()
        for found in contradictions(event):
            assert len(found.values) > 1
            assert {said.claim_id for said in found.said} <= claims
