"""The timeline's parts, put together: followers of every log of changes, one a generation, and the HTTP API beside them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.middleware.gzip import GZipMiddleware

from schemas.changes import EventChange
from schemas.topics import cards
from services.chassis.api_keys import BadKeysError
from services.chassis.gate import Gate
from services.chassis.http import allow_files
from services.chassis.rates import BadRateError, Rates
from services.chassis.service import Service
from services.timeline.api.routes import answer_questions
from services.timeline.api.sending import SMALL
from services.timeline.following import Generations
from services.timeline.generations.names import SERVICE
from services.timeline.projections import discover
from services.timeline.reader import open_reader
from services.timeline.settings import TimelineSettings
from services.timeline.stream.serving import Streams

NAME = SERVICE


def followed_topics() -> list[str]:
    """Every log whose records are changes of events, by the cards."""
    return [card.topic for card in cards() if card.log and card.value == EventChange.__name__]


def builder(settings: TimelineSettings) -> Callable[[Service], Awaitable[None]]:
    """What `run_service` is given: adds the followers and the API to the service's frame.

    Raises:
        SystemExit: the settings would let anybody ask, or can't be used; it says so.
    """
    try:
        callers = settings.callers
        rates = Rates(settings.rate_limit) if settings.rate_limit else None
    except (BadKeysError, BadRateError) as error:
        raise SystemExit(f"error: {error}") from error

    async def build(service: Service) -> None:
        allow_files(settings.stream_listeners)
        generations = Generations(service, followed_topics(), discover())
        await generations.begin()
        reader = await open_reader(settings)
        streams = Streams(reader, settings)
        service.background += [reader.keep_open, reader.present.keep, streams.hub.run, generations.keep]
        service.ending.append(streams.hub.end)
        service.app.add_middleware(GZipMiddleware, minimum_size=SMALL)
        service.app.add_middleware(Gate, callers=callers, rates=rates)
        answer_questions(service.app, reader, streams)

    return build
