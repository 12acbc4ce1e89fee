"""Records as a consumer would hand them out, made by hand."""

from __future__ import annotations

from aiokafka import ConsumerRecord

from schemas.envelope import GENESIS
from schemas.genesis import Genesis

TOPIC = "parcels.v1"


def raw(  # noqa: PLR0913 - what a record has
    offset: int,
    seq: int | None = None,
    *,
    key: bytes | None = b"k",
    value: bytes | None = b"{}",
    kind: str = "parcel.sent.v1",
    topic: str = TOPIC,
    partition: int = 0,
    schema: str | None = None,
    headers: tuple[tuple[str, bytes | None], ...] | None = None,
) -> ConsumerRecord:
    """A record with a plain envelope, or with exactly the headers given."""
    plain: tuple[tuple[str, bytes | None], ...] = (
        ("ce_id", f"id-{offset}".encode()),
        ("ce_type", kind.encode()),
        ("ce_source", b"test"),
        ("ce_time", b"2024-03-04T09:00:00Z"),
    )
    numbered = (("ce_seq", str(seq).encode()),) if seq is not None else ()
    named = (("ce_dataschema", schema.encode()),) if schema else ()
    given = plain + numbered + named if headers is None else headers
    return ConsumerRecord(topic, partition, offset, 1_709_542_800_000, 0, key, value, None, -1, -1, given)


def genesis(log_uuid: str, offset: int = 0) -> ConsumerRecord:
    """The record that opens a log."""
    body = Genesis(log_uuid=log_uuid, topic=TOPIC, partition=0).model_dump_json().encode()
    return raw(offset, 0, key=b"genesis", value=body, kind=GENESIS)
