"""Errors as problems (RFC 9457, `application/problem+json`) that name the parameter and say what is allowed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from services.chassis.away import Away
from services.chassis.passing import PASSING, is_passing
from services.timeline.reader import BusyError, NotYetError

log = structlog.get_logger()
RETRY_SECONDS = "2"


class BadParameter(BaseModel):
    """A parameter that was refused."""

    parameter: Annotated[str, Field(description="its name")]
    message: Annotated[str, Field(description="what is wrong with it, and what is allowed")]
    allowed: Annotated[str | None, Field(description="the values that there are, where they are few")] = None


class Problem(BaseModel):
    """RFC 9457; `errors` is ours."""

    type: Annotated[str, Field(description="about:blank: the title says it all")] = "about:blank"
    title: Annotated[str, Field(description="what the status means")]
    status: Annotated[int, Field(description="the status of the answer")]
    detail: Annotated[str, Field(description="a sentence for people: what is wrong")]
    instance: Annotated[str, Field(description="the path that was asked for")]
    errors: list[BadParameter] = []


def handle_problems(app: FastAPI, away: Away | None = None) -> None:
    """Answer every error of this application with a problem. `away` tells the log that Postgres is."""
    app.state.away = away or Away("postgres_unavailable")
    app.add_exception_handler(RequestValidationError, _bad_parameters)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)
    for passing in PASSING:
        app.add_exception_handler(passing, _unavailable)
    app.add_exception_handler(asyncpg.InterfaceError, _unavailable_or_bug)
    for lacking in (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
        app.add_exception_handler(lacking, _of_another_version)
    app.add_exception_handler(asyncpg.QueryCanceledError, _too_slow)
    app.add_exception_handler(NotYetError, _not_yet)
    app.add_exception_handler(BusyError, _busy)


def _answer(request: Request, status: int, detail: str, errors: list[BadParameter] | None = None, **headers: str) -> JSONResponse:
    problem = Problem(
        title=HTTPStatus(status).phrase, status=status, detail=detail, instance=request.url.path, errors=errors or []
    ).model_dump()
    return JSONResponse(problem, status, {name.replace("_", "-"): value for name, value in headers.items()}, "application/problem+json")


async def _bad_parameters(request: Request, error: Any) -> JSONResponse:
    errors = [_bad_parameter(entry) for entry in error.errors()]
    return _answer(request, 422, "; ".join(f"{e.parameter}: {e.message}" for e in errors), errors)


def _bad_parameter(entry: dict[str, Any]) -> BadParameter:
    told, where = entry.get("ctx", {}), entry["loc"]
    name = told.get("parameter") or (where[1] if len(where) > 1 else where[0])
    return BadParameter(parameter=str(name), message=entry["msg"], allowed=told.get("expected"))


async def _http(request: Request, error: Any) -> JSONResponse:
    return _answer(request, error.status_code, str(error.detail), **(error.headers or {}))


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    request.app.state.away.waits(error, path=request.url.path)
    return _answer(request, 503, "Postgres can't be reached at present; try again", Retry_After=RETRY_SECONDS)


async def _unavailable_or_bug(request: Request, error: Exception) -> JSONResponse:
    """The client has one error for a connection that is gone and for a mistake of ours."""
    return await (_unavailable if is_passing(error) else _bug)(request, error)


async def _of_another_version(request: Request, error: Exception) -> JSONResponse:
    log.warning("question_of_another_version", path=request.url.path, error=repr(error))
    detail = "the copy that answers was made by another version of Daybook, and does not hold this; `daybook rebuild` makes one that does"
    return _answer(request, 503, detail, Retry_After=RETRY_SECONDS)


async def _too_slow(request: Request, error: Exception) -> JSONResponse:
    log.warning("question_too_slow", path=request.url.path, query=request.url.query, error=repr(error))
    return _answer(request, 503, "the answer took too long; ask for less, or try again", Retry_After=RETRY_SECONDS)


async def _not_yet(request: Request, error: Exception) -> JSONResponse:
    return _answer(request, 503, f"{error}; ask again, or with a longer `wait`", Retry_After=RETRY_SECONDS)


async def _busy(request: Request, error: Exception) -> JSONResponse:
    return _answer(request, 503, f"{error}; try again", Retry_After=RETRY_SECONDS)


async def _bug(request: Request, _: Exception) -> JSONResponse:
    return _answer(request, 500, "this is a fault of the service; its log says more")
