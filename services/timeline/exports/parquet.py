"""Parquet: one event a row, lists as lists, the whole state as JSON; a row group for each piece."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas.events import CanonicalEvent
from services.timeline.exports._days import days_of

MEDIA_TYPE = "application/vnd.apache.parquet"
SUFFIX = "parquet"
_QUANTITY = pa.struct([("measure", pa.string()), ("party", pa.string()), ("low", pa.int64()), ("best", pa.int64()), ("high", pa.int64())])
_PLACE = pa.struct([("name", pa.string()), ("country", pa.string()), ("lat", pa.float64()), ("lon", pa.float64()), ("role", pa.string())])
_PARTICIPANT = pa.struct([("name", pa.string()), ("type", pa.string()), ("country", pa.string()), ("role", pa.string())])
SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("kind", pa.string()),
        ("status", pa.string()),
        ("title", pa.string()),
        ("first_day", pa.date32()),
        ("last_day", pa.date32()),
        ("precision", pa.string()),
        ("places", pa.list_(_PLACE)),
        ("participants", pa.list_(_PARTICIPANT)),
        ("quantities", pa.list_(_QUANTITY)),
        ("articles", pa.int32()),
        ("publishers", pa.int32()),
        ("lineages", pa.int32()),
        ("revision", pa.int32()),
        ("recorded_at", pa.timestamp("us", tz="UTC")),
        ("state", pa.string()),
    ]
)


class _Sink(io.RawIOBase):
    """Takes bytes and gives them out again: the file as a whole is held nowhere, only how long it is."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._length += len(part)
        return len(part)

    def tell(self) -> int:
        return self._length

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


class _Groups:
    def __init__(self) -> None:
        self._sink = _Sink()
        self._writer = pq.ParquetWriter(pa.PythonFile(self._sink, mode="w"), SCHEMA, compression="zstd")

    def begin(self) -> bytes:
        return self._sink.taken()

    def add(self, events: Sequence[CanonicalEvent]) -> bytes:
        if events:
            self._writer.write_table(pa.Table.from_pylist([_row(event) for event in events], schema=SCHEMA))
        return self._sink.taken()

    def end(self) -> bytes:
        self._writer.close()
        return self._sink.taken()


def _row(event: CanonicalEvent) -> dict[str, Any]:
    first, last = days_of(event) or (None, None)
    plain = event.model_dump(include={"event_id", "kind", "status", "title", "revision"})
    return (
        plain
        | event.corroboration.model_dump()
        | {
            "first_day": first,
            "last_day": last,
            "precision": event.when.precision,
            "places": [place.model_dump(include={"name", "country", "lat", "lon", "role"}) for place in event.where],
            "participants": [one.model_dump() for one in event.participants],
            "quantities": [told.model_dump(include={"measure", "party", "low", "best", "high"}) for told in event.quantities],
            "recorded_at": event.recorded_at,
            "state": event.model_dump_json(),
        }
    )


writer = _Groups
