"""From a client's record to ours: the one place that decides whether a record can be read at all."""

from __future__ import annotations

from aiokafka import ConsumerRecord, TopicPartition

from schemas.envelope import from_headers
from schemas.versions import UnknownVersionError, present
from services.chassis.errors import Ahead, Permanent
from services.chassis.records import Record


def decode(raw: ConsumerRecord) -> Record:
    """Read the envelope of a record, and bring its value to the present version of its model.

    Raises:
        Permanent: no key, headers that are not UTF-8, an envelope without its required attributes, or an older value that is not as
            its version had it.
        Ahead: its version is unknown here.
    """
    if raw.key is None:
        raise Permanent("the record has no key")
    try:
        envelope = from_headers(raw.headers)
    except ValueError as error:
        raise Permanent(f"the envelope can't be read: {error}") from error
    try:
        value = present(raw.value, envelope.type, envelope.dataschema)
    except UnknownVersionError as error:
        raise Ahead(raw, str(error)) from error
    except ValueError as error:
        raise Permanent(str(error)) from error
    return Record(TopicPartition(raw.topic, raw.partition), raw.offset, raw.timestamp, raw.key, value, envelope, raw)
