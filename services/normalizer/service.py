"""The normalizer: a reader and a merger in one process, each a follower with a checkpoint of its own."""

from __future__ import annotations

from schemas.topics import cards
from services.chassis.service import Service
from services.normalizer.merger import Merger
from services.normalizer.reader import Reader
from services.normalizer.reading import Ruleset

ARTICLES = "articles.raw.v1"


async def build(service: Service) -> None:
    """Follow the articles and the mentions of every kind."""
    ruleset = Ruleset.load()
    service.follow("normalizer-reader", [ARTICLES], Reader(ruleset, service.outbox))
    mentions = [card.topic for card in cards() if card.value == "Reading"]
    service.follow("normalizer-merger", mentions, Merger(service.outbox))
