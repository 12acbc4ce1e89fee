"""Every topic, from its card."""

from __future__ import annotations

from deploy.reference._markdown import code, table
from schemas.topics import Card, cards

TITLE = "Topics"
ABOUT = "What each topic is for, who writes and reads it, and how long it is kept. What its records are like: [Records](records.md)."
DAY_MS = 86_400_000


def body() -> str:
    head = ("topic", "key", "value", "partitions", "kept", "written by", "read by", "what")
    return table(head, (_row(card) for card in cards()))


def _row(card: Card) -> tuple[str, ...]:
    value = f"[{card.value}](fields.md#{card.value.lower()})" if card.value else "bytes"
    who = (", ".join(card.producers), ", ".join(card.consumers))
    return code(card.topic), card.key, value, str(card.partitions), _kept(card), *who, card.summary


def _kept(card: Card) -> str:
    if card.settings["cleanup.policy"] == "compact":
        return "the last record of each key"
    kept = int(card.settings["retention.ms"])
    return "for ever" if kept < 0 else f"{kept // DAY_MS} days"
