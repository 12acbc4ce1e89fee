"""What could not be taken in goes to quarantine with its bytes, once: the same bytes refused again are no news for a month."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta

import asyncpg

from schemas.envelope import QUARANTINED, Envelope, to_headers
from services.chassis.outbox import Outbox
from services.chassis.records import Outgoing
from services.ingestor.cutting import Piece
from services.ingestor.store import SQL

TOPIC = "pages.refused.v1.quarantine"
KEPT = timedelta(days=30)  # as long as the topic keeps it
LONGEST_HEADER = 2000
_REFUSED = uuid.uuid5(uuid.NAMESPACE_URL, "urn:daybook:refused")


async def quarantine(tx: asyncpg.Connection, outbox: Outbox, piece: Piece, most: int, now: datetime) -> None:
    """Append what was refused of a piece to the outbox, `most` bytes of it, unless there is nothing, or it was there before."""
    if not (piece.refused and piece.refusals):
        return
    digest = hashlib.sha256(piece.refused).hexdigest()
    if await tx.fetchval(SQL["take_refused"], digest, now, now - KEPT):
        await outbox.append(tx, [refused_record(piece, digest, most, now)])


def refused_record(piece: Piece, digest: str, most: int, now: datetime) -> Outgoing:
    """The record: the bytes, cut off where there are too many, and in headers page, reason and what to do about it."""
    first, more = piece.refusals[0], len(piece.refusals) - 1
    envelope = Envelope(id=str(uuid.uuid5(_REFUSED, digest)), type=QUARANTINED, source="ingestor", time=now, subject=first.page)
    told = {
        "reason": first.reason,
        "error": first.what + (f"; and {more} more" if more else ""),
        "advice": first.advice,
        "page": first.page,
        "url": piece.page.url or "",
        "captured_at": piece.page.captured_at.isoformat() if piece.page.captured_at else "",
        "media_type": piece.media_type or "",
        "size": str(len(piece.refused)),
    }
    headers = to_headers(envelope) | {"content-type": "application/octet-stream"}
    headers |= {name: value[:LONGEST_HEADER] for name, value in told.items() if value}
    return Outgoing(TOPIC, digest.encode(), piece.refused[:most], headers, int(now.timestamp() * 1000))
