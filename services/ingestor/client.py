"""The ingestor's client: sends pages one after another, waits for a service that is away or behind, and sums up.

One at a time and in order, because the order of two captures of one story is the order of its revisions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from typing import IO, Any

import httpx
import stamina
from pydantic import SecretStr

from services.ingestor.credentials import repeat_key
from services.ingestor.summary import Refused, Summary

DEFAULT_TO = "http://127.0.0.1:8801"
PATIENCE = 60.0
TIMEOUT = httpx.Timeout(90.0, connect=5.0)
COME_BACK = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
LONGEST_WAIT = 30.0
KEY_PROBLEMS = frozenset({"urn:daybook:problem:key_missing", "urn:daybook:problem:key_unknown"})


class IngestorAwayError(Exception):
    """The ingestor did not take a page before patience ran out."""


class KeyRefusedError(Exception):
    """The ingestor wants an API key, or does not know the one it was given: no page will fare better."""


@dataclass(frozen=True, slots=True)
class PageFile:
    """One page to send. `open` gives its bytes; `size` is None where it is not known beforehand.

    `url` and `captured_at` go before what is said of all pages. `status`: what the page's server answered, where it was not 200.
    """

    name: str
    open: Callable[[], IO[bytes]]
    size: int | None = None
    media_type: str = "application/octet-stream"
    url: str | None = None
    captured_at: datetime | None = None
    status: int | None = None


OnPage = Callable[[PageFile, dict[str, Any] | None, Summary], None]
OnWait = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sending:
    """How pages are sent.

    `patience` is how many seconds one page may wait for the service, `key` the API key, `repeat` a name by which these requests can
    be repeated, each under an Idempotency-Key of its own.
    """

    to: str = DEFAULT_TO
    captured_at: datetime | None = None
    url: str | None = None
    page_bytes: int = 10_000_000
    patience: float = PATIENCE
    key: SecretStr = field(default_factory=lambda: SecretStr(""))
    repeat: str | None = None


def send_pages(
    pages: Iterable[PageFile | Refused],
    sending: Sending,
    *,
    on_page: OnPage = lambda *_: None,
    on_wait: OnWait = lambda _: None,
    summary: Summary | None = None,
) -> Summary:
    """Send pages, each asked for only when the one before was answered; what comes as a refusal is counted as one.

    `on_page` is told each page with its answer (None: refused) and the summary so far, `on_wait` why it waits.
    Give a `summary` of your own to see how far it came when this is interrupted.

    Raises:
        IngestorAwayError: the service was away, or behind, for longer than patience allows.
        KeyRefusedError: it wants another API key.
    """
    total, began = summary if summary is not None else Summary(), time.monotonic()
    with httpx.Client(base_url=sending.to, timeout=TIMEOUT) as client:
        for page in pages:
            answer = _send_page(client, page, sending, on_wait, total)
            total.seconds = time.monotonic() - began
            on_page(PageFile(page.page, BytesIO) if isinstance(page, Refused) else page, answer, total)
    return total


def _send_page(client: httpx.Client, page: PageFile | Refused, sending: Sending, on_wait: OnWait, total: Summary) -> dict[str, Any] | None:
    total.pages += 1
    if isinstance(page, Refused):
        total.refused.append(page)
        return None
    content = _content(page, sending.page_bytes)
    if isinstance(content, Refused):
        total.refused.append(content)
        return None
    response = _post(client, page, content, sending, on_wait)
    if response.status_code == HTTPStatus.ACCEPTED:
        answer = total.count(page.name, response.json())
        if page.status is not None and not answer["articles"]:
            total.refused.append(_never_there(page))
        return answer
    if _problem(response).get("type") in KEY_PROBLEMS:
        raise KeyRefusedError(f"{sending.to}: {_problem(response)['detail']}")
    total.refused.append(_refusal(page, response))
    return None


def _never_there(page: PageFile) -> Refused:
    return Refused(page.name, f"its server says {page.status}, and nothing of it was taken in before", "Check the address.")


def _content(page: PageFile, most: int) -> bytes | Refused:
    """The bytes of a page; never more than the limit is read."""
    try:
        if page.size is not None and page.size > most:
            return _too_large(page, most)
        with page.open() as file:
            content = file.read(most + 1)
    except OSError as error:
        return Refused(page.name, f"can't be read: {error.strerror or error}", "Check the file and your rights to it.")
    return _too_large(page, most) if len(content) > most else content


def _too_large(page: PageFile, most: int) -> Refused:
    size = f"{page.size:,} bytes, and {most:,}" if page.size else f"more than {most:,} bytes, which"
    return Refused(page.name, f"{size} is the limit", "Split the file, or raise DAYBOOK_PAGE_BYTES for the ingestor and here.")


def _post(client: httpx.Client, page: PageFile, content: bytes, sending: Sending, on_wait: OnWait) -> httpx.Response:
    captured_at = page.captured_at or sending.captured_at
    stated = {
        "url": page.url or sending.url,
        "captured_at": captured_at.isoformat() if captured_at else None,
        "status": page.status,
        "name": page.name,
    }
    params = {name: value for name, value in stated.items() if value is not None}
    headers = _headers(sending, page.media_type, params, content)
    try:
        for attempt in stamina.retry_context(on=_come_back(on_wait), attempts=None, timeout=sending.patience, wait_max=2.0):
            with attempt:
                response = client.post("/v1/pages", params=params, content=content, headers=headers)
                if response.status_code in COME_BACK:
                    response.raise_for_status()
    except (httpx.TransportError, httpx.HTTPStatusError) as error:
        raise IngestorAwayError(f"{sending.to}: {_why(error)}; given up after {sending.patience:g} s") from error
    return response


def _headers(sending: Sending, media_type: str, params: Mapping[str, object], content: bytes) -> dict[str, str]:
    key = {"authorization": f"Bearer {sending.key.get_secret_value()}"} if sending.key.get_secret_value() else {}
    asked = "".join(f"{name}={value!r}\n" for name, value in params.items()) + media_type
    repeat = {"idempotency-key": repeat_key(sending.repeat, asked, content)} if sending.repeat else {}
    return {"content-type": media_type} | key | repeat


def _come_back(on_wait: OnWait) -> Callable[[Exception], bool | float]:
    """Whether to try again: at once as stamina has it, or when the service says."""

    def decide(error: Exception) -> bool | float:
        if not isinstance(error, httpx.TransportError | httpx.HTTPStatusError):
            return False
        on_wait(_why(error))
        said = error.response.headers.get("retry-after", "") if isinstance(error, httpx.HTTPStatusError) else ""
        return min(float(said), LONGEST_WAIT) if said.isascii() and said.isdigit() else True

    return decide


def _why(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"{error.response.status_code}: {_problem(error.response).get('detail', error.response.reason_phrase)}"
    return str(error) or type(error).__name__


def _problem(response: httpx.Response) -> dict[str, Any]:
    try:
        told = response.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _refusal(page: PageFile, response: httpx.Response) -> Refused:
    told = _problem(response)
    detail = str(told.get("detail") or f"{response.status_code} {response.reason_phrase}")
    return Refused(page.name, detail.removeprefix(f"{page.name}: "), str(told.get("advice") or ""))
