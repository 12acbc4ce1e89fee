"""What a service answers when a request fails (RFC 9457): the same form everywhere. A service may say more by handlers of its own."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"


def install(app: FastAPI) -> None:
    """Answer in this form whatever nobody else answers. A bug gives nothing away: the log has it."""
    app.add_exception_handler(HTTPException, _by_the_framework)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(Exception, _bug)


async def _by_the_framework(request: Request, error: Any) -> JSONResponse:
    return problem(request, error.status_code, str(error.detail), error.headers)


async def _malformed(request: Request, error: Any) -> JSONResponse:
    said = "; ".join(f"{'.'.join(map(str, row['loc'][1:]))}: {row['msg']}" for row in error.errors())
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, said)


async def _bug(request: Request, _: Exception) -> JSONResponse:
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "this is a fault of the service; its log says more")


def problem(request: Request, status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """An answer in this form."""
    title = HTTPStatus(status).phrase
    told = {"type": "about:blank", "title": title, "status": int(status), "detail": detail, "instance": request.url.path}
    return JSONResponse(told, int(status), headers, MEDIA_TYPE)
