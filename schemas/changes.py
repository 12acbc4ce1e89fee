"""`EventChange`: one entry of an event's history, the value of `events.<kind>.v1`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Model, Sha256
from schemas.events import CanonicalEvent

ChangeType = Literal["identified", "revised", "merged", "split", "retracted"]


class Cause(Model):
    """The record that made the change, and why it did."""

    article_id: str | None = None
    revision: int | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    reason: str


class EventChange(Model):
    """Carries the full state after it. A merge is two records, one for each event, with one `merge_id`."""

    change: ChangeType
    event: CanonicalEvent
    cause: Cause
    merge_id: str | None = None
    split_from: str | None = None


class Genesis(Model):
    """The first record of each partition of a log: names the log, so that a recreated topic is noticed."""

    log_uuid: str
    topic: str
    partition: int


class QuarantineReason(Model):
    """Why a record could not be applied; travels in headers beside the record's own bytes."""

    error: str
    message: str
    topic: str
    partition: int
    offset: int
    value_sha256: Annotated[Sha256 | None, Field(description="None for a tombstone")] = None
