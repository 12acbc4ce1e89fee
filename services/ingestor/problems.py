"""Problem details (RFC 9457): every refusal says which page, why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.exceptions import HTTPException

from schemas.base import Model
from services.ingestor.pages.model import Refusal

MEDIA_TYPE = "application/problem+json"
ADVICE: dict[HTTPStatus, tuple[str, str]] = {
    HTTPStatus.UNAUTHORIZED: ("key_missing", "Send `Authorization: Bearer <key>`."),
    HTTPStatus.FORBIDDEN: ("key_unknown", "Ask whoever runs the ingestor for one."),
}
"""What others refuse on our behalf: the reason, and what to do about it."""


class ProblemDetails(Model):
    """What a refused request is answered with."""

    type: Annotated[str, Field(description="urn:daybook:problem:<reason>")]
    title: Annotated[str, Field(description="what the status means")]
    status: Annotated[int, Field(description="the status of the answer")]
    detail: Annotated[str, Field(description="a sentence for people: what is wrong")]
    page: Annotated[str | None, Field(description="the page that was refused")] = None
    advice: Annotated[str | None, Field(description="what to do about it")] = None
    refusals: Annotated[tuple[Refusal, ...], Field(description="one by one, where a page or a push was refused")] = ()


class Problem(Exception):  # noqa: N818 - it becomes an answer, not a failure of ours
    """Ends a request with problem details."""

    def __init__(self, status: HTTPStatus, reason: str, detail: str, advice: str | None = None, **more: Any) -> None:
        """`more`: page, refusals; `retry_after` in seconds, and `challenge`, how to say who asks."""
        super().__init__(detail)
        said = {"retry-after": more.pop("retry_after", None), "www-authenticate": more.pop("challenge", None)}
        self.headers = {name: str(value) for name, value in said.items() if value}
        kind = f"urn:daybook:problem:{reason}"
        self.details = ProblemDetails(type=kind, title=status.phrase, status=status, detail=detail, advice=advice, **more)


def refused(page: str, refusals: Sequence[Refusal]) -> Problem:
    """The problem of a page that gave nothing: its first refusal speaks for all."""
    first = refusals[0]
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if first.reason == "too_large" else HTTPStatus.UNPROCESSABLE_ENTITY
    return Problem(status, first.reason, f"{page}: {first.what}", first.advice, page=page, refusals=tuple(refusals))


def too_large(page: str, problem: Problem) -> Refusal:
    """The refusal of a page whose body was too large, to be kept with its beginning."""
    what = problem.details.detail.removeprefix(f"{page}: ")
    return Refusal(page=page, reason="too_large", what=f"{what}; this is its beginning", advice=problem.details.advice or "")


def answer(problem: Problem) -> JSONResponse:
    """The response. The connection closes: what may still come of the body is not read."""
    headers = problem.headers | {"connection": "close"}
    content = problem.details.model_dump(mode="json", exclude_none=True)
    return JSONResponse(content, status_code=problem.details.status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let the application answer all that it refuses in this form."""

    @app.exception_handler(Problem)
    async def ours(_: Request, problem: Problem) -> JSONResponse:
        return answer(problem)

    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> JSONResponse:
        said = "; ".join(f"{'.'.join(map(str, row['loc'][1:]))}: {row['msg']}" for row in error.errors())
        return answer(Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_parameter", said, "See /docs for the parameters."))

    @app.exception_handler(HTTPException)
    async def by_the_framework(_: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        reason, advice = ADVICE.get(status, (status.name.lower(), "See /docs for what there is."))
        problem = Problem(status, reason, str(error.detail), advice)
        problem.headers |= dict(error.headers or {})
        return answer(problem)
