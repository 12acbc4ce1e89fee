"""Writes what is published of the contract: JSON Schema of every model on the wire and AsyncAPI of every topic.

`python -m schemas.publish` writes `schemas/published/`; with `--check` it compares instead, and says which file drifted.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from schemas.articles import RawArticle
from schemas.base import Model
from schemas.changes import EventChange
from schemas.edits import Edit
from schemas.envelope import Envelope
from schemas.events import CanonicalEvent
from schemas.genesis import Genesis
from schemas.mentions import Reading
from schemas.topics import Card, cards
from schemas.versions import PRESENT, dataschema

HOME = Path(__file__).parent / "published"
MODELS: tuple[type[Model], ...] = (CanonicalEvent, Edit, Envelope, EventChange, Genesis, RawArticle, Reading)
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def documents() -> dict[str, Any]:
    """Every published document by its file name."""
    schemas = {_file(model.__name__): _schema(model) for model in MODELS}
    return schemas | {"asyncapi.json": asyncapi()}


def _file(model: str) -> str:
    return f"{model}.v{PRESENT[model]}.json"


def _schema(model: type[Model]) -> dict[str, Any]:
    return {"$schema": DIALECT, "$id": dataschema(model.__name__)} | model.model_json_schema(mode="serialization")


def asyncapi() -> dict[str, Any]:
    """AsyncAPI 3.0: a channel a topic, with its settings, key, message types and who writes and reads it."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Daybook", "version": "1", "description": "CloudEvents 1.0 in Kafka's binary mode; see Envelope.v1.json."},
        "channels": {card.topic: _channel(card) for card in cards()},
        "operations": {f"{who}.sends.{card.topic}": _operation(card, "send") for card in cards() for who in card.producers},
    }


def _channel(card: Card) -> dict[str, Any]:
    return {
        "address": card.topic,
        "description": card.summary,
        "messages": {name: _message(card, name) for name in card.types},
        "bindings": {"kafka": {"topic": card.topic, "partitions": card.partitions, "topicConfiguration": _settings(card)}},
        "x-key": card.key,
        "x-consumers": list(card.consumers),
        "x-opens-with-genesis": card.log,
    }


def _message(card: Card, name: str) -> dict[str, Any]:
    payload = {"payload": {"$ref": f"./{_file(card.value)}"}} if card.value else {}
    return {"name": name, "contentType": "application/json" if card.value else "application/octet-stream"} | payload


def _settings(card: Card) -> dict[str, Any]:
    """AsyncAPI's Kafka binding wants numbers as numbers, and the clean-up policy as a list."""
    plain = {name: int(value) if value.lstrip("-").isdigit() else value for name, value in card.settings.items()}
    return plain | {"cleanup.policy": [card.settings["cleanup.policy"]]}


def _operation(card: Card, action: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{card.topic}"}}


def drifted(home: Path = HOME) -> list[str]:
    """The files under `home` that differ from what the models and cards say now; unknown ones too."""
    wanted = {name: _text(document) for name, document in documents().items()}
    found = {path.name: path.read_text(encoding="utf-8") for path in home.glob("*.json")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def _text(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _write(home: Path) -> None:
    home.mkdir(exist_ok=True)
    for name in drifted(home):
        document = documents().get(name)
        (home / name).write_text(_text(document), encoding="utf-8") if document else (home / name).unlink()


def main() -> int:
    """Write, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a file has drifted")
    if not parser.parse_args().check:
        _write(HOME)
        return 0
    for name in drifted():
        sys.stderr.write(f"schemas/published/{name} is not what the models say: run `make schemas` and review the diff\n")
    return 1 if drifted() else 0


if __name__ == "__main__":
    sys.exit(main())
