"""Before anything is answered: who asks, and how often. What says whether the service is well stays open."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.callers import Callers, RefusedError
from services.chassis.problems import problem
from services.chassis.rates import Rates, Turn
from services.chassis.tokens import ProviderAwayError

GUARDED = "/v1"


class Gate:
    """Middleware around an application; `rates`: none, if callers may ask as often as they like."""

    def __init__(self, app: ASGIApp, callers: Callers, rates: Rates | None) -> None:
        self._app, self._callers, self._rates = app, callers, rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not f"{scope['path']}/".startswith(f"{GUARDED}/"):
            await self._app(scope, receive, send)
            return
        refused, turn = await self._looked_at(Request(scope))
        await (refused or self._app)(scope, receive, _telling(send, turn))

    async def _looked_at(self, request: Request) -> tuple[Response | None, Turn]:
        """The refusal, if it is one. Whoever is refused is counted by address, so that nobody tries keys without end."""
        address = request.client.host if request.client else ""
        try:
            caller, refused = await self._callers.who(request.headers.get("authorization"), address), None
        except RefusedError as error:
            challenge = {"WWW-Authenticate": error.challenge} if error.challenge else None
            caller, refused = f"address {address}", problem(request, error.status, str(error), challenge)
        except ProviderAwayError as error:
            caller, refused = f"address {address}", problem(request, 503, f"{error}; try again", {"Retry-After": "2"})
        turn = self._rates.turn(caller) if self._rates else Turn(passes=True, headers={})
        if not turn.passes:
            return problem(request, 429, "more is asked in this time than may be; see RateLimit-Policy"), turn
        return refused, turn


def _telling(send: Send, turn: Turn) -> Send:
    """Each answer says how many requests are left."""
    told = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in turn.headers.items()]

    async def telling(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *told]
        await send(message)

    return telling
