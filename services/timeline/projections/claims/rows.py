"""Entries → rows of `claims`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.events import Claim
from services.timeline.fold import Entry, events
from services.timeline.lean import written_of

COLUMNS = {
    "event_id": "text",
    "at": "int",
    "claim_id": "text",
    "field": "text",
    "value": "jsonb",
    "speaker": "text",
    "role": "text",
    "anonymous": "boolean",
    "via": "text",
    "attribution": "text",
    "modality": "text",
    "polarity": "text",
    "article_id": "text",
    "revision": "int",
}


def rows(entries: Sequence[Entry]) -> list[tuple[Any, ...]]:
    """One row a claim of the state after each entry, numbered within its event."""
    return [_row(event.event_id, at, claim) for event in events(entries) for at, claim in enumerate(event.claims)]


def _row(event_id: str, at: int, claim: Claim) -> tuple[Any, ...]:
    speaker = claim.speaker
    return (
        event_id,
        at,
        claim.claim_id,
        claim.field,
        written_of(claim, claim.value),
        speaker.name if speaker else None,
        speaker.role if speaker else None,
        bool(speaker and speaker.anonymous),
        claim.via,
        claim.attribution,
        claim.modality,
        claim.polarity,
        claim.evidence.article_id,
        claim.evidence.revision,
    )
