"""AsyncAPI 3 of every topic, made of the topic cards: channels, messages with headers, keys and examples, and who writes and reads."""

from __future__ import annotations

from typing import Any

from schemas.envelope import GENESIS, QUARANTINE_HEADERS, QUARANTINED, REQUIRED_HEADERS, headers_table
from schemas.golden import Golden, examples
from schemas.topics import Card, cards
from schemas.versions import PRESENT

BINDING = "0.5.0"
ABOUT = (
    "News articles in, one canonical timeline of events out. Records are CloudEvents 1.0 in Kafka's binary mode. "
    "What consumers may rely on stands in docs/reference/consumer-contract.md."
)


def file_of(model: str) -> str:
    """The published file of a model's present version."""
    return f"{model}.v{PRESENT[model]}.json"


def asyncapi() -> dict[str, Any]:
    """The document. Each record type is one message, whatever the channels that carry it."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Daybook", "version": "1", "description": ABOUT},
        "defaultContentType": "application/json",
        "channels": {card.topic: _channel(card) for card in cards()},
        "operations": {name: operation for card in cards() for name, operation in _operations(card).items()},
        "components": {"messages": _messages(), "schemas": _headers()},
    }


def _channel(card: Card) -> dict[str, Any]:
    types = (*((GENESIS,) if card.log else ()), *card.types)
    return {
        "address": card.topic,
        "description": card.summary,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in types},
        "bindings": {
            "kafka": {
                "topic": card.topic,
                "partitions": card.partitions,
                "topicConfiguration": _settings(card),
                "bindingVersion": BINDING,
            }
        },
        "x-key": card.key,
        "x-consumers": list(card.consumers),
        "x-opens-with-genesis": card.log,
    }


def _settings(card: Card) -> dict[str, Any]:
    """AsyncAPI's Kafka binding wants numbers as numbers, and the clean-up policy as a list."""
    plain = {name: int(value) if value.lstrip("-").isdigit() else value for name, value in card.settings.items()}
    return plain | {"cleanup.policy": [card.settings["cleanup.policy"]]}


def _operations(card: Card) -> dict[str, Any]:
    channel = {"$ref": f"#/channels/{card.topic}"}
    sends = {f"{who}.sends.{card.topic}": {"action": "send", "channel": channel} for who in card.producers}
    return sends | {f"{who}.receives.{card.topic}": {"action": "receive", "channel": channel} for who in card.consumers}


def _messages() -> dict[str, Any]:
    told = {kind: (card, about) for card in cards() for kind, about in card.types.items()}
    messages = {kind: _message(kind, about, card.value, card.key) for kind, (card, about) in sorted(told.items())}
    return messages | {GENESIS: _message(GENESIS, "the first record of a partition of a log", "Genesis", "the word genesis")}


def _message(kind: str, about: str, value: str | None, key: str) -> dict[str, Any]:
    headers = "QuarantineHeaders" if kind == QUARANTINED else "Headers"
    shown = examples().get(kind)
    return {
        "name": kind,
        "summary": about,
        "contentType": "application/json" if value else "application/octet-stream",
        "headers": {"$ref": f"#/components/schemas/{headers}"},
        "bindings": {"kafka": {"key": _key(key, shown), "bindingVersion": BINDING}},
        "examples": [_example(shown)] if shown else [],
    } | ({"payload": {"$ref": f"./{file_of(value)}"}} if value else {})


def _key(about: str, shown: Golden | None) -> dict[str, Any]:
    return {"type": "string", "description": about, "examples": [shown.key] if shown else []}


def _example(record: Golden) -> dict[str, Any]:
    return {"name": record.type, "summary": record.about, "headers": record.headers, "payload": record.value or record.text}


def _headers() -> dict[str, Any]:
    plain = {name: {"type": "string", "description": about} for name, about in headers_table().items()}
    formats = {
        "ce_specversion": {"const": "1.0"},
        "ce_time": {"format": "date-time"},
        "ce_dataschema": {"format": "uri"},
        "ce_seq": {"pattern": "^[0-9]+$"},
        "traceparent": {"pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-01$"},
    }
    headers = {name: schema | formats.get(name, {}) for name, schema in plain.items()}
    aside = {
        name: {"type": "string", "description": about} for name, about in QUARANTINE_HEADERS.items() if not name.startswith("original_")
    }
    return {
        "Headers": {"type": "object", "properties": headers, "required": list(REQUIRED_HEADERS)},
        "QuarantineHeaders": {
            "type": "object",
            "properties": headers | aside,
            "patternProperties": {"^original_": {"type": "string", "description": QUARANTINE_HEADERS["original_…"]}},
            "required": [*REQUIRED_HEADERS, "error"],
        },
    }
