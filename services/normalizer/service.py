"""The normalizer: a reader and a merger, each a follower with a checkpoint of its own. The reader's desk is a process apart."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial

from schemas.topics import cards
from services.chassis.api_keys import BadKeysError, read_keys
from services.chassis.service import Service
from services.normalizer.api import router
from services.normalizer.editing import Editing
from services.normalizer.merger import Merger
from services.normalizer.reader import Reader
from services.normalizer.rereading.service import Rereadings
from services.normalizer.rulesets import BadRulesetError, chosen
from services.normalizer.settings import NormalizerSettings

ARTICLES = "articles.raw.v1"


def builder(settings: NormalizerSettings) -> Callable[[Service], Awaitable[None]]:
    """Follow the articles, the mentions of every kind and the editors' commands, and take such commands in.

    Raises:
        SystemExit: the ruleset or the editors' keys cannot be used; it says why.
    """
    try:
        keys = read_keys(settings.editor_keys, settings.editor_keys_file, "DAYBOOK_EDITOR_KEYS_FILE")
    except BadKeysError as error:
        raise SystemExit(f"error: {error}") from error

    closing = contextlib.ExitStack()
    try:
        ruleset = closing.enter_context(chosen(settings.ruleset))
    except BadRulesetError as error:
        raise SystemExit(f"error: DAYBOOK_RULESET: {error}") from error

    async def build(service: Service) -> None:
        desk = ruleset.desk(settings.read_seconds)
        rereadings = Rereadings(service, ruleset, settings.read_seconds)
        service.background += [desk.until_cancelled, partial(_until_cancelled, closing), rereadings.keep]
        await asyncio.to_thread(desk.start)
        service.follow("normalizer-reader", [ARTICLES], Reader(desk, service.outbox))
        heard = [card.topic for card in cards() if card.value in {"Reading", "Edit"}]
        service.follow("normalizer-merger", heard, Merger(service.outbox))
        service.app.include_router(router(Editing(service.pool, service.outbox), keys, settings.http_host))

    return build


async def _until_cancelled(closing: contextlib.ExitStack) -> None:
    """The files that the desk reads by stay until the service stops."""
    with closing:
        await asyncio.Event().wait()
