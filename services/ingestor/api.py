"""The HTTP side: pages and articles come in by POST. 202 means durable; everything else says what to do."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from services.ingestor.answers import Answer, ArticleTaken, became
from services.ingestor.bodies import Bodies
from services.ingestor.intake import Intake
from services.ingestor.pages.model import Capture
from services.ingestor.problems import MEDIA_TYPE, Problem, ProblemDetails

EXAMPLE = "2025-08-20T00:00Z"
LONGEST_URL = 4096
NDJSON = "application/x-ndjson"

_TEXT = {"schema": {"type": "string", "format": "binary"}}
_PAGE = {"requestBody": {"required": True, "content": {"text/html": _TEXT, "text/plain": _TEXT, NDJSON: _TEXT}}}
_ARTICLES = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}, NDJSON: _TEXT}}}
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_WHY = {
    400: "the body broke off",
    408: "the body came too slowly",
    413: "the body is too large",
    415: "the body is packed",
    422: "nothing in it could be taken in, or a parameter is ill-formed",
    429: "Kafka is behind: see Retry-After",
    503: "Postgres is away, or too much comes in at a time: see Retry-After",
}
_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "no such article", "model": ProblemDetails, "content": {MEDIA_TYPE: {}}}}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"description": why, "model": ProblemDetails, "content": {MEDIA_TYPE: {}}} for code, why in _WHY.items()
}

Url = Annotated[str | None, Query(max_length=LONGEST_URL, description="the address the page came from")]
CapturedAt = Annotated[str | None, Query(description=f"when the page was captured, with its zone: {EXAMPLE}; without it, now is assumed")]
Status = Annotated[
    int | None, Query(description="with what the page was answered: 404 and 410 withdraw its articles; `url` is needed then")
]
Name = Annotated[str | None, Query(max_length=LONGEST_URL, description="how to call it in messages, such as its file name")]


def router(intake: Intake, bodies: Bodies) -> APIRouter:
    """The routes of the ingestor."""
    routes = APIRouter(prefix="/v1", tags=["intake"])

    @routes.post("/pages", status_code=HTTPStatus.ACCEPTED, responses=_PROBLEMS, openapi_extra=_PAGE)
    async def post_page(
        request: Request, url: Url = None, captured_at: CapturedAt = None, status: Status = None, name: Name = None
    ) -> Answer:
        """Take in one page, of text, HTML or JSON Lines: its articles are durable when this answers 202."""
        capture = Capture(b"", plain_url(url), moment(captured_at), request.headers.get("content-type"), name)
        return await (take_gone if is_gone(status, capture.url) else take)(request, capture)

    @routes.post("/articles", status_code=HTTPStatus.ACCEPTED, responses=_PROBLEMS, openapi_extra=_ARTICLES)
    async def post_articles(request: Request, captured_at: CapturedAt = None, name: Name = None) -> Answer:
        """Take in articles: one JSON object, or one a line, of url, outlet, published, title and body."""
        return await take(request, Capture(b"", None, moment(captured_at), NDJSON, name))

    async def take(request: Request, capture: Capture) -> Answer:
        await intake.check_backlog()
        with bodies.holding() as body:
            content = await body.read(request.headers, request.stream(), capture.label)
            return await intake.take(Capture(content, capture.url, capture.captured_at, capture.media_type, capture.name))

    async def take_gone(request: Request, capture: Capture) -> Answer:
        await intake.check_backlog()
        with bodies.holding() as body:  # what the site says instead of the page: nobody's article
            await body.read(request.headers, request.stream(), capture.label)
        return await intake.page_gone(capture.url or "", capture.moment)

    @routes.delete("/articles/{article_id}", status_code=HTTPStatus.ACCEPTED, responses=_PROBLEMS | _UNKNOWN)
    async def delete_article(article_id: str) -> ArticleTaken:
        """Withdraw an article: the next revision says so, without the text. Again, it is unchanged."""
        await intake.check_backlog()
        return became(await intake.withdraw(article_id))

    return routes


def is_gone(status: int | None, url: str | None) -> bool:
    """Whether the page was answered with 404 or 410.

    Raises:
        Problem: 422 for a page that was not answered with success otherwise, or without its address.
    """
    if status is None or status in range(200, 300):
        return False
    if status not in _GONE:
        raise _ill_formed("status", str(status), "is no answer that holds a page")
    if not url:
        raise _ill_formed("status", str(status), "needs the `url` of the page that is gone")
    return True


def moment(text: str | None) -> datetime | None:
    """The capture time that a sender states.

    Raises:
        Problem: 422 for what is no instant, or has no zone.
    """
    if text is None:
        return None
    try:
        stated = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise _ill_formed("captured_at", text, "is not an instant") from error
    if stated.tzinfo is None:
        raise _ill_formed("captured_at", text, "has no zone")
    return stated


def plain_url(text: str | None) -> str | None:
    """The address that a sender states, if it is one line of printable characters.

    Raises:
        Problem: 422 otherwise.
    """
    if text is not None and not text.isprintable():
        raise _ill_formed("url", text, "has characters that no address has")
    return text or None


def _ill_formed(parameter: str, text: str, what: str) -> Problem:
    advice = {
        "captured_at": f"Write it as {EXAMPLE} or 2025-08-20T02:00%2B02:00 (a plus sign is %2B in an address).",
        "url": "Check it.",
        "status": "Send pages answered with 200, and 404 or 410 with `url`; others may pass: fetch them again.",
    }
    detail = f"{parameter}: {text[:80]!a} {what}"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"bad_{parameter}", detail, advice[parameter])
