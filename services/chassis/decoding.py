"""From a client's record to ours: the one place that decides whether a record can be read at all."""

from __future__ import annotations

from aiokafka import ConsumerRecord, TopicPartition

from schemas.envelope import from_headers
from services.chassis.errors import Permanent
from services.chassis.records import Record


def decode(raw: ConsumerRecord) -> Record:
    """Read the envelope of a record.

    Raises:
        Permanent: no key, headers that are not UTF-8, or an envelope without its required attributes.
    """
    if raw.key is None:
        raise Permanent("the record has no key")
    try:
        envelope = from_headers(raw.headers)
    except ValueError as error:
        raise Permanent(f"the envelope can't be read: {error}") from error
    return Record(TopicPartition(raw.topic, raw.partition), raw.offset, raw.timestamp, raw.key, raw.value, envelope, raw)
