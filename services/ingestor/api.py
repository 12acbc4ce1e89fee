"""The HTTP side: pages and articles come in by POST. 202 means durable; everything else says what to do."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request

from services.chassis.admitting import only_known
from services.chassis.api_keys import ApiKeys
from services.ingestor.answers import Answer, ArticleTaken, became
from services.ingestor.bodies import Bodies, Body
from services.ingestor.intake import Intake
from services.ingestor.once import Once, once
from services.ingestor.pages.model import Capture
from services.ingestor.parameters import EXAMPLE, is_gone, moment, plain_url
from services.ingestor.problems import MEDIA_TYPE, Problem, ProblemDetails

LONGEST_URL = 4096
NDJSON = "application/x-ndjson"

_TEXT = {"schema": {"type": "string", "format": "binary"}}
_PAGE = {"requestBody": {"required": True, "content": {"text/html": _TEXT, "text/plain": _TEXT, NDJSON: _TEXT}}}
_ARTICLES = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}, NDJSON: _TEXT}}}
_WHY = {
    400: "the body broke off, or the Idempotency-Key is none",
    401: "an API key is needed",
    403: "this API key is not known",
    408: "the body came too slowly",
    413: "the body is too large",
    415: "the body is packed",
    422: "nothing in it could be taken in, a parameter is ill-formed, or the Idempotency-Key was used for another request",
    429: "Kafka is behind: see Retry-After",
    503: "Postgres is away, or too much comes in at a time: see Retry-After",
}
_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "no such article", "model": ProblemDetails, "content": {MEDIA_TYPE: {}}}}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"description": why, "model": ProblemDetails, "content": {MEDIA_TYPE: {}}} for code, why in _WHY.items()
}

ArticleId = Annotated[str, Path(description="as the answer to its push had it")]
Url = Annotated[str | None, Query(max_length=LONGEST_URL, description="the address the page came from")]
CapturedAt = Annotated[str | None, Query(description=f"when the page was captured, with its zone: {EXAMPLE}; without it, now is assumed")]
Status = Annotated[
    int | None, Query(description="with what the page was answered: 404 and 410 withdraw its articles; `url` is needed then")
]
Name = Annotated[str | None, Query(max_length=LONGEST_URL, description="how to call it in messages, such as its file name")]


Key = Annotated[
    str | None, Header(description="the same key with the same request is given the same answer for a day; with another request, 422")
]


def router(intake: Intake, bodies: Bodies, keys: ApiKeys, host: str) -> APIRouter:
    """The routes of the ingestor; `host` is where the service listens."""
    known = only_known(keys, host, "beyond loopback whoever pushes needs an API key: set DAYBOOK_API_KEYS")
    routes = APIRouter(prefix="/v1", tags=["intake"], dependencies=[Depends(known)], responses=_PROBLEMS)

    @routes.post("/pages", status_code=HTTPStatus.ACCEPTED, openapi_extra=_PAGE)
    async def post_page(
        request: Request,
        url: Url = None,
        captured_at: CapturedAt = None,
        status: Status = None,
        name: Name = None,
        idempotency_key: Key = None,
    ) -> Answer:
        """Take in one page, of text, HTML or JSON Lines: its articles are durable when this answers 202."""
        capture = Capture(b"", plain_url(url), moment(captured_at, intake.latest), request.headers.get("content-type"), name)
        gone = is_gone(status, capture.url)
        await intake.check_backlog()
        with bodies.holding() as body:
            content = await _read(intake, body, request, capture)
            repeat = _once(request, idempotency_key, content)
            if gone:  # what the site says instead of the page is nobody's article
                return await intake.page_gone(capture, repeat)
            return await intake.take(replace(capture, content=content), repeat)

    @routes.post("/articles", status_code=HTTPStatus.ACCEPTED, openapi_extra=_ARTICLES)
    async def post_articles(request: Request, captured_at: CapturedAt = None, name: Name = None, idempotency_key: Key = None) -> Answer:
        """Take in articles: one JSON object, or one a line, of url, outlet, published, title and body."""
        capture = Capture(b"", None, moment(captured_at, intake.latest), NDJSON, name)
        await intake.check_backlog()
        with bodies.holding() as body:
            content = await _read(intake, body, request, capture)
            return await intake.take(replace(capture, content=content), _once(request, idempotency_key, content))

    @routes.delete("/articles/{article_id}", status_code=HTTPStatus.ACCEPTED, responses=_UNKNOWN)
    async def delete_article(article_id: ArticleId) -> ArticleTaken:
        """Withdraw an article: the next revision says so, without the text. Again, it is unchanged."""
        await intake.check_backlog()
        return became(await intake.withdraw(article_id))

    return routes


async def _read(intake: Intake, body: Body, request: Request, capture: Capture) -> bytes:
    """The body. Of one that turns out to be too large, the beginning is kept in quarantine."""
    try:
        return await body.read(request.headers, request.stream(), capture.label)
    except Problem as problem:
        beginning = body.beginning(intake.settings.quarantine_bytes)
        if problem.details.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and beginning:
            await intake.keep_beginning(replace(capture, content=beginning), problem)
        raise


def _once(request: Request, key: str | None, content: bytes) -> Once | None:
    asked = f"{request.method} {request.url.path}?{request.url.query}\n{request.headers.get('content-type')}"
    return once(key, request.state.caller, asked, content)
