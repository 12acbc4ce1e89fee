"""Every endpoint of every service, from the OpenAPI that its `/docs` shows."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from fastapi import APIRouter

from deploy.reference._markdown import code, section, table
from deploy.reference.fields import models as wire_models
from deploy.reference.fields import table_of, type_of
from services.chassis.health import Health
from services.chassis.health_routes import health_router
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
ELSEWHERE = "fields.md"
_LINK = re.compile(r"\(#(\w+)\)")
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
    told = "\n".join(section(f"The {service}", *_service(service)) for service in ROUTERS)
    return _LINK.sub(lambda found: f"({ELSEWHERE}{found[0][1:]}" if found[1] in _told_elsewhere() else found[0], told)


def _service(service: str) -> Iterator[str]:
    yield from (_endpoint(name, operation) for name, operation in endpoints(service))
    yield from (section(name, table_of(schema), level=3) for name, schema in models(service).items())


def models(service: str) -> dict[str, Mapping[str, Any]]:
    """What a service takes and answers, by name, as far as it does not also cross the wire."""
    found = described(service).get("components", {}).get("schemas", {})
    return {name: schema for name, schema in sorted(found.items()) if "properties" in schema and name.lower() not in _told_elsewhere()}


@cache
def _told_elsewhere() -> frozenset[str]:
    return frozenset(name.lower() for name in wire_models())


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
    rows = [(status, _answer(answer)) for status, answer in sorted(operation["responses"].items())]
    return table(("status", "meaning"), rows)


def _answer(answer: Mapping[str, Any]) -> str:
    shown = answer.get("content", {}).get("application/json", {}).get("schema", {})
    name = f": {type_of(shown)}" if "$ref" in shown else ""
    return str(answer["description"]).replace(UNSAID, "done") + name
