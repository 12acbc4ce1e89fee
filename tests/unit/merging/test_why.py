"""`daybook why`: the reasons that an event carries, told in sentences."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import typer

from schemas.events import CanonicalEvent, Link
from schemas.reasons import reasons
from services.commands import why
from services.commands.timeline import NotTheTimelineError
from services.normalizer.merging import merge_all, ruleset
from tests.unit.merging.telling import readings, told

NIGHT: dict[str, Any] = {"date": "night 2025-08-18", "where": "Kharkiv", "who": "Russia > Ukraine"}


def strike() -> CanonicalEvent:
    """One strike in two reports, whose tolls differ."""
    first = told("first", "strike", day="2025-08-19", outlet="Courier", numbers={"killed": 3}, **NIGHT)
    second = told("second", "strike", day="2025-08-20", outlet="Herald", numbers={"killed": 7}, **NIGHT)
    (event,) = merge_all(readings(first, second))
    return event


def test_each_mention_says_by_what_it_belongs_and_its_features_sum_up() -> None:
    found = reasons(strike())
    assert [one.mention_id for one in found.mentions] == ["first", "second"]
    assert found.mentions[0].sentence.startswith("Courier (2025-08-19) tells the same time, place and parties")
    assert all(one.score == pytest.approx(sum(one.features.values())) for one in found.mentions)


def test_numbers_that_differ_are_told_with_range_rule_and_claimants() -> None:
    sentence = reasons(strike()).fields["quantities.killed"]
    assert sentence.startswith("3 to 7, best 7. As many lineages tell each; best is what was told last.")
    assert sentence.index("Courier (2025-08-19)") < sentence.index("Herald (2025-08-20)")


def test_behind_each_field_stand_the_claims_that_were_chosen_from() -> None:
    behind = reasons(strike()).behind
    assert [(one.by, one.value) for one in behind["quantities.killed"]] == [("Courier", 3), ("Herald", 7)]
    assert [one.value for one in behind["status"]] == ["occurred", "occurred"]
    assert behind.keys() <= reasons(strike()).fields.keys()


def test_a_mention_that_could_have_been_another_event_names_it() -> None:
    talks: dict[str, Any] = {"who": "Trump, Putin", "form": "talks"}
    world = [told("a", date="2025-08-15", **talks), told("b", date="2025-08-18", **talks), told("vague", **talks)]
    home = {m.mention_id: event for event in merge_all(readings(*world)) for m in event.mentions}
    (one,) = reasons(home["vague"], "vague").mentions
    assert one.runner_up == home["a"].event_id
    assert one.sentence.endswith(f"Else it would have been told of {home['a'].event_id}.")


def test_a_life_is_told_in_order_of_what_was_known_when() -> None:
    plan = told("plan", day="2025-08-10", date="2025-08-18", says="scheduled", who="Trump, Putin", where="Geneva")
    held = told("held", day="2025-08-19", date="2025-08-18", who="Trump, Putin", where="Geneva")
    (event,) = merge_all(readings(plan, held))
    assert reasons(event).fields["status"].startswith("occurred: scheduled (2025-08-10) then occurred (2025-08-19).")


def test_a_mention_of_another_event_is_no_reason() -> None:
    with pytest.raises(KeyError):
        reasons(strike(), "elsewhere")


def test_the_event_is_asked_for_by_its_id_and_piped_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(why, "fetch_event", lambda *_: strike())
    monkeypatch.setattr(why, "fetch_derived", lambda *_: (Link(event_id="wave", relation="part_of", reason="the same night"),))
    why.command("an-id", "second", json=True, api="http://daybook")
    told_ = json.loads(capsys.readouterr().out)
    assert [one["mention_id"] for one in told_["mentions"]] == ["second"]
    assert told_["links"] == ["part of wave: the same night."]
    assert told_["ruleset"] == ruleset()
    with pytest.raises(typer.Exit):
        why.command("an-id", "nothing", json=True, api="http://daybook")
    assert "has no mention nothing" in capsys.readouterr().err


@pytest.mark.parametrize(("status", "body"), [(404, "{}"), (200, "[]")])
def test_what_is_not_an_event_is_refused(status: int, body: str) -> None:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(status, text=body)))
    with pytest.raises((httpx.HTTPStatusError, NotTheTimelineError)):
        why.fetch_event("http://daybook", "x", client)


def test_people_read_one_line_for_each_field_link_and_mention() -> None:
    lines = list(why.told(reasons(strike())))
    assert lines[0].startswith("Russia strikes Kharkiv")
    names = ["status:", "when:", "where:", "quantities.killed:", "quantities.killed:", "support:", "mention", "mention"]
    assert [line.split()[0] for line in lines[1:]] == names
    assert lines[5] == "  quantities.killed: rising: 3 by Courier (2025-08-19 00:00); 7 by Herald (2025-08-20 00:00)."


def test_relations_that_follow_from_events_are_asked_for_beside_the_event() -> None:
    link = {"event_id": "wave", "relation": "part_of", "reason": "the same night"}
    client = httpx.Client(
        transport=httpx.MockTransport(lambda asked: httpx.Response(200, json={"derived": [link]} if "links" in str(asked.url) else {}))
    )
    assert why.fetch_derived("http://daybook", "x", client) == (Link.model_validate(link),)
    other = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, text="[]")))
    with pytest.raises(NotTheTimelineError):
        why.fetch_derived("http://daybook", "x", other)
