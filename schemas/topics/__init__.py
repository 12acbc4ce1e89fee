"""The topic cards: one YAML file a topic, or a family of topics by kind, from which topics are created and documented.

A card's `topic` may hold `{kind}`: it then stands for one topic of each kind.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from schemas.base import Model
from schemas.data import from_yaml
from schemas.kinds import kinds

HOME = Path(__file__).parent


class Card(Model):
    """What a topic is for, who writes and reads it, and the settings that it is created with."""

    topic: str
    summary: str
    key: Annotated[str, Field(description="what the record key holds")]
    value: Annotated[str | None, Field(description="name of the model in the value; None for raw bytes")]
    types: Annotated[dict[str, str], Field(description="the `ce_type`s that it carries, and what each tells")] = {}
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    partitions: Annotated[int, Field(ge=1)]
    log: Annotated[bool, Field(description="kept for ever, opens with a genesis record, `seq` dense")]
    settings: dict[str, str]
    kind: str | None = None


def read_cards(home: Path) -> tuple[Card, ...]:
    """Every card under `home`, families spread out over the kinds, in order of topic.

    Raises:
        pydantic.ValidationError: a card does not have the form of `Card`.
    """
    rows = [from_yaml(path) for path in sorted(home.glob("*.yaml"))]
    return tuple(sorted((card for row in rows for card in _spread(row)), key=lambda card: card.topic))


def _spread(row: dict[str, object]) -> list[Card]:
    topic = str(row["topic"])
    if "{kind}" not in topic:
        return [Card.model_validate(row)]
    return [Card.model_validate(row | {"topic": topic.format(kind=kind), "kind": kind}) for kind in kinds()]


@cache
def cards() -> tuple[Card, ...]:
    """The cards of this installation."""
    return read_cards(HOME)


def card(topic: str) -> Card:
    """The card of one topic.

    Raises:
        KeyError: no card names that topic.
    """
    return {c.topic: c for c in cards()}[topic]
