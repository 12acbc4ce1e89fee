"""Health: parts of a process say whether they are ready; `/livez`, `/readyz` and `/metrics` pass it on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field


class Ready(BaseModel):
    """What `/readyz` answers: each part, and why it is not ready. `notes`: what keeps no part from its work, and wants seeing to."""

    ready: Annotated[bool, Field(description="all parts are")]
    parts: Annotated[dict[str, str], Field(description="each part, and why it is not ready")]
    notes: Annotated[dict[str, str], Field(description="what keeps no part from its work, and wants seeing to")] = {}


class Health:
    """A process is ready when every part that it expects has said that it is, and none has taken it back."""

    def __init__(self, *parts: str) -> None:
        self._reasons: dict[str, str | None] = dict.fromkeys(parts, "starting")
        self._notes: dict[str, str] = {}

    def set(self, part: str, *, reason: str | None = None) -> None:
        """Mark a part as ready, or as not ready for a reason."""
        self._reasons[part] = reason

    def note(self, part: str, text: str | None) -> None:
        """Say something of a part that does not keep it from being ready; None: there is nothing to say any more."""
        if text:
            self._notes[part] = text
        else:
            self._notes.pop(part, None)

    def forget(self, part: str) -> None:
        """This part is no longer expected."""
        self._reasons.pop(part, None)
        self._notes.pop(part, None)

    def ready(self) -> Ready:
        """The state of the whole process."""
        parts = {part: reason or "ready" for part, reason in self._reasons.items()}
        return Ready(ready=not any(self._reasons.values()), parts=parts, notes=dict(self._notes))


def health_router(health: Health) -> APIRouter:
    """The three endpoints that every service has."""
    router = APIRouter(tags=["health"])

    @router.get("/livez")
    def livez() -> dict[str, str]:
        """The process answers."""
        return {"status": "alive"}

    @router.get("/readyz", response_model=Ready, responses={503: {"model": Ready}})
    def readyz() -> JSONResponse:
        """The process can do its work; 503 and the reasons when it can't."""
        ready = health.ready()
        return JSONResponse(ready.model_dump(), status_code=200 if ready.ready else 503)

    @router.get("/metrics")
    def metrics() -> Response:
        """Prometheus text format."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
