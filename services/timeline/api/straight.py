"""Questions that are right are answered straight: what the framework does for any question takes several times as long as the answer.

Routes are declared as ever, and described by what they declare. Here their parameters are read by one validation of the model that they
name; whatever is not as it should be (another method, a path or a parameter that is refused) is left to the framework, so that what it
says is the same for all. So is a route that depends on more than its parameters, but for what only describes who may ask.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.params import Path, Query
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPBearer
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, compile_path
from starlette.types import Receive, Scope, Send

Endpoint = Callable[..., Coroutine[Any, Any, Response]]
VALUES = "daybook.values"
"""Where in the scope what was read from a question stands until it is answered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A model of parameters, and the names of those that may be repeated."""

    model: type[BaseModel]
    repeated: frozenset[str]

    def read(self, query: bytes) -> BaseModel:
        """Of a parameter that may stand once the last counts, as in the framework.

        Raises:
            ValidationError: a parameter is refused.
        """
        given: dict[str, Any] = {}
        for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
            if name in self.repeated:
                given.setdefault(name, []).append(value)
            else:
                given[name] = value
        return self.model.model_validate(given)


@dataclass(frozen=True, slots=True)
class Question:
    """A route: what its path looks like, what stands in it, and what is asked beside it."""

    path: re.Pattern[str]
    endpoint: Endpoint
    request: str
    placed: Mapping[str, TypeAdapter[Any]]
    query: str
    asked: Asked

    def read(self, scope: Scope) -> dict[str, Any] | None:
        """The endpoint's arguments; None if this is another question.

        Raises:
            ValidationError: something is refused.
        """
        if (found := self.path.match(scope["path"])) is None:
            return None
        values = {name: self.placed[name].validate_python(text) for name, text in found.groupdict().items()}
        return {**values, self.query: self.asked.read(scope["query_string"]), self.request: Request(scope)}


class Straight(BaseRoute):
    """All questions that can be answered straight. It goes before the routes that it knows them from."""

    def __init__(self, questions: list[Question]) -> None:
        self._questions = questions

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """In full if the question is right."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope.get("root_path"):
            return Match.NONE, {}
        try:
            return self._found(scope)
        except ValidationError:
            return Match.NONE, {}

    def _found(self, scope: Scope) -> tuple[Match, Scope]:
        for question in self._questions:
            if (values := question.read(scope)) is not None:
                return Match.FULL, {"endpoint": question.endpoint, VALUES: values}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer it."""
        response = await scope["endpoint"](**scope.pop(VALUES))
        await response(scope, receive, send)


def answer_straight(app: FastAPI) -> None:
    """Answer the questions of this application straight, as far as they are of that form; its routes must be there already."""
    app.router.routes.insert(0, Straight(list(_questions(app))))


def _questions(app: FastAPI) -> Iterator[Question]:
    for route in iter_route_contexts(app.routes):
        if route.methods == {"GET"} and route.endpoint and route.path and all(map(_only_describes, route.dependant.dependencies)):
            yield from _question(route.path, route.endpoint)


def _only_describes(depended: Dependant) -> bool:
    return isinstance(depended.call, HTTPBearer) and not depended.call.auto_error


def _question(path: str, endpoint: Endpoint) -> Iterator[Question]:
    """None, if it takes anything else than the request, parts of its path, and one model."""
    kinds: dict[str, dict[str, Any]] = {"request": {}, "placed": {}, "asked": {}}
    for name, hint in get_type_hints(endpoint, include_extras=True).items():
        if name != "return":
            kinds.get(_kind(hint), kinds.setdefault("other", {}))[name] = hint
    pattern, _, convertors = compile_path(path)
    if kinds.get("other") or len(kinds["request"]) != 1 or len(kinds["asked"]) != 1 or convertors.keys() != kinds["placed"].keys():
        return
    (request,), ((query, hint),) = kinds["request"], kinds["asked"].items()
    placed = {name: TypeAdapter(one) for name, one in kinds["placed"].items()}
    yield Question(pattern, endpoint, request, placed, query, _asked(get_args(hint)[0]))


def _kind(hint: Any) -> str:
    if hint is Request:
        return "request"
    told = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    if any(isinstance(one, Path) for one in told):
        return "placed"
    return "asked" if any(isinstance(one, Query) for one in told) else "other"


def _asked(model: type[BaseModel]) -> Asked:
    names = {field.alias or name: field for name, field in model.model_fields.items()}
    return Asked(model, frozenset(name for name, field in names.items() if get_origin(field.annotation) is list))
