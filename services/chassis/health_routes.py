"""`/livez`, `/readyz` and `/metrics`: apart from `health.py`, since processes that answer nobody start sooner without a web framework."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.chassis.health import Health, Ready


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
