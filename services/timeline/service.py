"""The timeline's parts, put together: one follower of every log of changes, and the HTTP API beside it."""

from __future__ import annotations

from schemas.changes import EventChange
from schemas.topics import cards
from services.chassis.service import Service
from services.timeline.api.problems import handle_problems
from services.timeline.api.routes import events_router
from services.timeline.projections import discover
from services.timeline.projector import Projector
from services.timeline.reader import open_reader

NAME = "timeline"
HTTP_PORT = 8803


def followed_topics() -> list[str]:
    """Every log whose records are changes of events, by the cards."""
    return [card.topic for card in cards() if card.log and card.value == EventChange.__name__]


async def build(service: Service) -> None:
    """Add the follower and the API to the service's frame."""
    service.follow(NAME, followed_topics(), Projector(discover()))
    reader = await open_reader(service.settings, NAME)
    service.background.append(reader.keep_open)
    service.app.include_router(events_router(reader))
    handle_problems(service.app)
