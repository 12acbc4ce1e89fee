"""Every record is a CloudEvent to the official SDK, and nothing is lost between it and Kafka."""

from __future__ import annotations

import json

import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat

from schemas.envelope import from_headers
from schemas.golden import Golden, examples, golden


def heard(record: Golden, **instead: str) -> BaseCloudEvent:
    """The record as the SDK reads it from Kafka, in binary mode."""
    return from_binary(
        KafkaMessage(dict(record.raw_headers) | {k: v.encode() for k, v in instead.items()}, record.key, record.body or b""), JSONFormat()
    )


@pytest.mark.parametrize("record", golden(), ids=lambda record: f"{record.type}/{record.name}")
def test_each_record_survives_the_way_through_the_official_sdk(record: Golden) -> None:
    event = heard(record)
    ours = from_headers(record.raw_headers)
    assert (event.get_id(), event.get_type(), event.get_source(), event.get_time()) == (ours.id, ours.type, ours.source, ours.time)
    assert (event.get_subject(), event.get_dataschema()) == (ours.subject, ours.dataschema)
    # when
    sent = to_binary(event, JSONFormat())
    # then: the key, which the SDK also carries as an extension, and each header of CloudEvents is as it was
    attributes = {name: value for name, value in record.raw_headers if name.startswith("ce_") or name == "content-type"}
    assert {name: value for name, value in sent.headers.items() if name != "ce_partitionkey"} == attributes
    assert sent.key == record.key
    assert same(sent.value, record.body or b"")


def same(one: bytes, other: bytes) -> bool:
    """Equal as JSON, where it is JSON."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return one == other


@pytest.mark.parametrize("broken", [{"ce_id": ""}, {"ce_type": ""}, {"ce_time": "2026-03-05T10:00:00"}, {"ce_causation_id": "x"}])
def test_what_is_no_cloudevent_is_noticed(broken: dict[str, str]) -> None:
    with pytest.raises(CloudEventValidationError):
        heard(examples()["daybook.event.identified.v1"], **broken)
