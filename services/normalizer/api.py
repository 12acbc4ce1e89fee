"""The normalizer's HTTP side: editors give commands, and see which hold. 202 means that a command is durable and will be obeyed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from pydantic import Field, ValidationError

from schemas.base import Model
from schemas.edits import Action, Edit
from schemas.mentions import ArticleRef, Mention
from services.chassis.admitting import only_known
from services.chassis.api_keys import ApiKeys
from services.chassis.errors import brief
from services.normalizer.asking import Asked, CannotAskError
from services.normalizer.editing import Editing, Given, OtherCommandError, StoreAwayError

LARGEST = 2_000_000  # bytes of a request
NUL = b"\\u0000"
LAST = 2**62
SHOWN = 16  # digits of a digest: tells keys apart
LONGEST_NAME = 200
T = TypeVar("T")
EventId = Annotated[str, Path(description="the event whose mentions are asked for")]
Before = Annotated[int, Query(ge=0, le=LAST, description="only commands before this number: `next` of the answer before")]
After = Annotated[str, Query(description="only mentions after this id: `next` of the answer before")]
Most = Annotated[int, Query(ge=1, le=500, description="most of them in one answer")]
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": Asked.model_json_schema()}}}}
_WHY = {
    401: "an API key is needed",
    403: "this API key is not known, or commands are not taken beyond loopback without keys",
    409: "the edit_id was given to another command",
    413: "the request is too large",
    422: "the command would mean nothing; `detail` says why",
    503: "Postgres is away: see Retry-After",
}
RESPONSES: dict[int | str, dict[str, Any]] = {code: {"description": why} for code, why in _WHY.items()}


class Taken(Model):
    """The answer to a command. `mentions` and `rest`: how many it names; what they were is in the log."""

    edit_id: Annotated[str, Field(description="names the command")]
    action: Annotated[Action, Field(description="what was ordered")]
    kind: Annotated[str, Field(description="the kind of event")]
    editor: Annotated[str, Field(description="who gave it, as it stands in the log: whoever owns the API key, where there are keys")]
    mentions: Annotated[int, Field(description="how many mentions it names")]
    rest: Annotated[int, Field(description="how many it parts from those")]


class Listed(Model):
    """A command that merging has heard."""

    seq: Annotated[int, Field(description="of two that contradict each other the one with the higher number holds")]
    in_force: Annotated[bool, Field(description="whether it holds: it was not revoked")]
    edit: Edit


class Edits(Model):
    """The latest first; `next` is what to ask for as `before` to see earlier ones."""

    edits: tuple[Listed, ...]
    next: Annotated[int | None, Field(description="`before` for the next page; null on the last one")] = None


class Evidence(Model):
    """A mention that belongs to an event, with its article."""

    article: ArticleRef
    mention: Mention


class Mentions(Model):
    """In order of mention ids; `next` is what to ask for as `after` to see more."""

    mentions: tuple[Evidence, ...]
    next: Annotated[str | None, Field(description="`after` for the next page; null on the last one")] = None


def router(editing: Editing, keys: ApiKeys, host: str) -> APIRouter:
    """The routes; `host` is where the service listens."""
    allowed = only_known(keys, host, "beyond loopback commands need an API key: set DAYBOOK_EDITOR_KEYS")
    routes = APIRouter(prefix="/v1", tags=["editing"], dependencies=[Depends(allowed)], responses=RESPONSES)

    @routes.post("/edits", status_code=HTTPStatus.ACCEPTED, openapi_extra=_BODY)
    async def post_edit(request: Request) -> Taken:
        """Give a command. Sent again with its `edit_id`, it is one command. Where keys are set, the editor is whoever owns the key."""
        asked = _asked(await _body(request.stream()))
        editor = _editor(asked.editor, request.state.caller, keys)
        edit = await _answered(editing.give(asked.model_copy(update={"editor": editor})))
        told = edit.model_dump(include={"edit_id", "action", "kind", "editor"})
        return Taken(**told, mentions=len(edit.mentions), rest=len(edit.rest))

    @routes.get("/edits")
    async def get_edits(before: Before = LAST, limit: Most = 50) -> Edits:
        """The commands that merging has heard, and which of them hold."""
        found = await _answered(editing.given(before, limit))
        return Edits(edits=tuple(map(_listed, found)), next=found[-1].seq if len(found) == limit else None)

    @routes.get("/events/{event_id}/mentions")
    async def get_mentions(event_id: EventId, after: After = "", limit: Most = 100) -> Mentions:
        """All that belongs to an event, with all claims: an event itself carries but some of very many mentions."""
        found = await _answered(editing.mentions(event_id, after, limit))
        told = tuple(Evidence(article=one.article, mention=one.mention) for one in found)
        return Mentions(mentions=told, next=found[-1].mention.mention_id if len(found) == limit else None)

    return routes


def _editor(said: str, digest: str, keys: ApiKeys) -> str:
    """Who gives a command: whose key it is. Where the settings don't say, what they call themselves, and by which key."""
    if not digest:
        return said
    by = f", by key {digest[:SHOWN]}"
    return keys.owner(digest)[:LONGEST_NAME] or said[: LONGEST_NAME - len(by)] + by


def _listed(one: Given) -> Listed:
    return Listed(seq=one.seq, in_force=one.in_force, edit=one.edit)


async def _answered(work: Awaitable[T]) -> T:
    try:
        return await work
    except CannotAskError as error:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    except OtherCommandError as error:
        raise HTTPException(HTTPStatus.CONFLICT, str(error)) from error
    except StoreAwayError as error:
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, f"{error}; send it again later", {"retry-after": "2"}) from error


async def _body(chunks: AsyncIterator[bytes]) -> bytes:
    content = b""
    async for chunk in chunks:
        content += chunk
        if len(content) > LARGEST:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"more than {LARGEST:,} bytes are no command")
    return content


def _asked(content: bytes) -> Asked:
    try:
        asked = Asked.model_validate_json(content)
    except ValidationError as error:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, brief(error)) from error
    if NUL in asked.model_dump_json().encode():
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "it holds a NUL, which nothing can store")
    return asked
