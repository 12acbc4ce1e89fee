"""What is posted is the record as a CloudEvent, and says nothing else than the log."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from hypothesis import given
from hypothesis import strategies as st

from schemas.changes import EventChange
from services.chassis.errors import Permanent
from services.webhooks.messages import MEDIA_TYPE, message, message_id, ping
from services.webhooks.settings import WebhookSettings
from tests.unit.timeline.builders import event, record


def test_the_official_sdk_reads_it_and_finds_the_change_and_where_it_lies() -> None:
    of = event("e-1", 3, title="Meeting in Torvik “today”")
    made = message(record(of, 17))
    read = from_http_event(HTTPMessage({"content-type": MEDIA_TYPE}, made.body))
    assert (read.get_id(), read.get_type(), read.get_source()) == ("e-1-3-17", "daybook.event.revised.v1", "test")
    assert EventChange.model_validate(read.get_data()).event == of == made.event
    assert [read.get_extension(name) for name in ("topic", "partition", "offset")] == ["events.summit.v1", "0", "17"]


@given(st.text())
def test_the_value_is_posted_byte_for_byte_as_it_lies_in_the_log(title: str) -> None:
    of = record(event(title=title.encode(errors="replace").decode()))
    assert of.value is not None
    assert of.value in message(of).body
    assert json.loads(message(of).body)["data"] == json.loads(of.value)


@pytest.mark.parametrize("value", [b"", b"{", b"{}", b'{"change":"?"}', b"\xff"])
def test_what_is_no_change_is_named_with_its_record(value: bytes) -> None:
    bad = record(event(), value=value)
    with pytest.raises(Permanent) as refusal:
        message(bad)
    assert refusal.value.record == bad


def test_a_change_under_another_events_key_is_refused() -> None:
    with pytest.raises(Permanent, match="the key is not the event's id"):
        message(record(event("e-1"), key=b"e-2"))


@given(st.text())
def test_no_id_of_a_record_can_break_a_header_or_blur_what_is_signed(identity: str) -> None:
    made = message_id(identity)
    assert made.isascii()
    assert made.isprintable()
    assert not set(made) & set(". ,\r\n:")
    assert message_id(identity) == made


def test_a_message_says_whether_its_record_was_in_quarantine_meanwhile() -> None:
    assert message(replace(record(event()), again=True)).again
    assert not message(record(event())).again


def test_a_ping_is_a_cloudevent_too() -> None:
    read = from_http_event(HTTPMessage({"content-type": MEDIA_TYPE}, ping("hook", "ping_1", "2025-08-20T00:00:00+00:00")))
    assert (read.get_type(), read.get_subject(), read.get_data()) == ("daybook.webhook.ping.v1", "hook", {"webhook": "hook"})


@pytest.mark.parametrize(("name", "value"), [("allow_networks", "10.0.0.0/99"), ("ports", "http"), ("queue", "0"), ("give_up_hours", "0")])
def test_settings_that_make_no_sense_are_refused_at_the_start(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        WebhookSettings.model_validate({name: value})
