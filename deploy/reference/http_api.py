"""Every endpoint of every service, from the OpenAPI that its `/docs` shows."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fastapi import APIRouter

from deploy.reference._markdown import code, section, table
from services.chassis.health import Health, health_router
from services.chassis.http import application
from services.ingestor.api import router as ingestor
from services.normalizer.api import router as normalizer
from services.timeline.api.routes import timeline_router as timeline
from services.webhooks.api import router as webhooks

TITLE = "HTTP API"
ABOUT = (
    "What each service answers over HTTP. Each also describes itself, as OpenAPI 3.1 at `/openapi.json` and for people at `/docs`. "
    "Every failure is a problem (RFC 9457, `application/problem+json`)."
)
UNSAID = "Successful Response"
ROUTERS: Mapping[str, Callable[..., APIRouter]] = {
    "ingestor": ingestor,
    "normalizer": normalizer,
    "timeline": timeline,
    "webhooks": webhooks,
}


def described(service: str) -> dict[str, Any]:
    """The OpenAPI document of a service."""
    app = application(service)
    app.include_router(health_router(Health()))
    app.include_router(_idle(ROUTERS[service]))
    return app.openapi()


def _idle(router: Callable[..., APIRouter]) -> APIRouter:
    """Routes are described without what answers them."""
    return router(*(None for _ in inspect.signature(router).parameters))


def endpoints(service: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each endpoint as METHOD PATH, with its operation."""
    for path, methods in described(service)["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def body() -> str:
    return "\n".join(
        section(f"The {service}", *(_endpoint(name, operation) for name, operation in endpoints(service))) for service in ROUTERS
    )


def _endpoint(name: str, operation: Mapping[str, Any]) -> str:
    told = operation.get("description") or operation.get("summary", "")
    return section(code(name), told, _parameters(operation), _answers(operation), level=3)


def _parameters(operation: Mapping[str, Any]) -> str:
    rows = [
        (
            code(one["name"]),
            one["in"],
            "required" if one.get("required") else "",
            explained(one),
        )
        for one in operation.get("parameters", ())
    ]
    return table(("parameter", "in", "", "meaning"), rows) if rows else ""


def explained(parameter: Mapping[str, Any]) -> str:
    """What it is for: its own words, else those of its type."""
    schema = parameter.get("schema", {})
    return next((str(one["description"]) for one in (parameter, schema, *schema.get("anyOf", ())) if "description" in one), "")


def _answers(operation: Mapping[str, Any]) -> str:
    rows = [(status, answer["description"].replace(UNSAID, "done")) for status, answer in sorted(operation["responses"].items())]
    return table(("status", "meaning"), rows)
