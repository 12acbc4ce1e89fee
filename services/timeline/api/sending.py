"""An answer as it leaves: its `ETag`, no body for those who have it, and states packed as they are stored for those who take them so."""

from __future__ import annotations

import hashlib
import re

from starlette.requests import Request
from starlette.responses import Response

from services.timeline.packing import Packed

SMALL = 1024  # bytes; an answer below is sent as it is
CODING = "zstd"
_WANTED = re.compile(r"\s*zstd\s*(;\s*q=(1(\.0{0,3})?|0\.\d{0,2}[1-9]\d{0,2})\s*)?", re.IGNORECASE)


def answer(request: Request, body: bytes | Packed, **headers: str) -> Response:
    """The body, unless the asker has it already. Its `ETag` is the hash of what it says, with states as they are stored: to unpack them and
    hash what comes out takes several times as long as to find them.

    Raises:
        zstd.ZstdError: a state is damaged.
    """
    says = body.told() if isinstance(body, Packed) else body
    told = {"ETag": f'"{hashlib.sha256(says).hexdigest()[:32]}"', "Cache-Control": "no-cache", **headers}
    if told["ETag"] in {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=told)
    if isinstance(body, bytes):
        return Response(body, media_type="application/json", headers=told)
    if len(says) >= SMALL and takes(request.headers.get("accept-encoding", "")):
        told |= {"Content-Encoding": CODING, "Vary": "Accept-Encoding"}
        return Response(body.framed(), media_type="application/json", headers=told)
    return Response(body.opened(), media_type="application/json", headers=told)


def takes(accepted: str) -> bool:
    """Whether `Accept-Encoding` names Zstandard, and does not refuse it by `q=0` (RFC 9110, 12.5.3)."""
    return any(_WANTED.fullmatch(one) for one in accepted.split(","))
