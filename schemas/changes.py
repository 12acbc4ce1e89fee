"""`EventChange`: one entry of an event's history, the value of `events.<kind>.v1`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Model
from schemas.events import CanonicalEvent

ChangeType = Literal["identified", "revised", "merged", "split", "retracted"]


class Cause(Model):
    """The record that made the change, and why it did."""

    article_id: str | None = None
    revision: int | None = None
    topic: str | None = None
    partition: int | None = None
    seq: Annotated[int | None, Field(description="its number in that partition: repeats in the log move offsets, but not this")] = None
    reason: str
    edit_id: Annotated[str | None, Field(description="the editor's command, where one made the change")] = None
    editor: str | None = None


class EventChange(Model):
    """Carries the full state after it. A merge is two records, one for each event, with one `merge_id`."""

    change: ChangeType
    event: CanonicalEvent
    cause: Cause
    merge_id: str | None = None
    split_from: str | None = None
