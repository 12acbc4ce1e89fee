"""`EventChange`: one entry of an event's history, the value of `events.<kind>.v1`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Model
from schemas.events import CanonicalEvent

ChangeType = Literal["identified", "revised", "merged", "split", "retracted"]


class Cause(Model):
    """The record that made the change, and why it did."""

    article_id: Annotated[str | None, Field(description="the article that was told, corrected or withdrawn")] = None
    revision: Annotated[int | None, Field(description="which revision of it")] = None
    topic: Annotated[str | None, Field(description="topic of the record that caused the change")] = None
    partition: Annotated[int | None, Field(description="its partition")] = None
    seq: Annotated[int | None, Field(description="its number in that partition: repeats in the log move offsets, but not this")] = None
    reason: Annotated[str, Field(description="why, in a few words")]
    edit_id: Annotated[str | None, Field(description="the editor's command, where one made the change")] = None
    editor: Annotated[str | None, Field(description="who gave that command")] = None


class EventChange(Model):
    """Carries the full state after it. A merge is two records, one for each event, with one `merge_id`."""

    change: Annotated[
        ChangeType,
        Field(
            description="identified: new; revised: its fields changed; merged: it is part of another now; split: parted from another; "
            "retracted: it did not happen, or nobody tells it any more"
        ),
    ]
    event: Annotated[CanonicalEvent, Field(description="the full state after the change")]
    cause: Cause
    merge_id: Annotated[str | None, Field(description="the same in both records of one merge")] = None
    split_from: Annotated[str | None, Field(description="event_id of the event that this one was a part of")] = None
