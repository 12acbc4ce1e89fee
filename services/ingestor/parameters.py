"""The parameters of a request, checked: each refusal names the parameter and shows how to write it. Pure."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from services.ingestor.problems import Problem

EXAMPLE = "2025-08-20T00:00Z"
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_ADVICE = {
    "captured_at": f"Write it as {EXAMPLE} or 2025-08-20T02:00%2B02:00 (a plus sign is %2B in an address).",
    "future": "Nothing can be captured later than now: check the clock and the zone of the sender.",
    "status": "Send pages answered with 200, and 404 or 410 with `url`; others may pass: fetch them again.",
    "url": "Check it.",
}


def moment(text: str | None, latest: datetime | None = None) -> datetime | None:
    """The capture time that a sender states.

    Raises:
        Problem: 422 for what is no instant, has no zone, or lies after `latest`.
    """
    if text is None:
        return None
    try:
        stated = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise _ill_formed("captured_at", text, "is not an instant") from error
    if stated.tzinfo is None:
        raise _ill_formed("captured_at", text, "has no zone")
    if latest is not None and stated > latest:
        raise _ill_formed("captured_at", text, "lies in the future", "future")
    return stated


def plain_url(text: str | None) -> str | None:
    """The address that a sender states, if it is one line of printable characters.

    Raises:
        Problem: 422 otherwise.
    """
    if text is not None and not text.isprintable():
        raise _ill_formed("url", text, "has characters that no address has")
    return text or None


def is_gone(status: int | None, url: str | None) -> bool:
    """Whether the page was answered with 404 or 410.

    Raises:
        Problem: 422 for a page that was not answered with success otherwise, or without its address.
    """
    if status is None or status in range(200, 300):
        return False
    if status not in _GONE:
        raise _ill_formed("status", str(status), "is no answer that holds a page")
    if not url:
        raise _ill_formed("status", str(status), "needs the `url` of the page that is gone")
    return True


def _ill_formed(parameter: str, text: str, what: str, advice: str | None = None) -> Problem:
    detail = f"{parameter}: {text[:80]!a} {what}"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"bad_{parameter}", detail, _ADVICE[advice or parameter])
