"""`daybook webhook`: what each of its commands asks, and what is said when it is refused or nobody answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from services.commands import webhook

HOOK = {"id": "h-1", "url": "https://news.example/", "state": "paused", "reason": "as was asked", "waiting": 3, "dead": 0}
DELIVERY = {
    "delivery_id": 7,
    "changed_at": "2025-08-20T00:00:00Z",
    "state": "dead",
    "event_id": "e-1",
    "attempts": 9,
    "status": 400,
    "error": None,
}
ANSWERS: dict[str, Any] = {
    "/v1/webhooks": HOOK | {"secret": "whsec_x"},
    "/v1/webhooks/h-1": HOOK,
    "/v1/webhooks/h-1/ping": {"taken": True, "state": "active", "status": 204, "said": "answered 204"},
    "/v1/webhooks/h-1/pause": HOOK,
    "/v1/webhooks/h-1/resume": HOOK,
    "/v1/webhooks/h-1/secret": {"secret": "whsec_y", "old_secret_until": None},
    "/v1/webhooks/h-1/deliveries": {"deliveries": [DELIVERY], "next": None},
    "/v1/webhooks/h-1/deliveries/7/redeliver": {"deliveries": 1},
    "/v1/webhooks/h-1/deliveries/7/discard": {"deliveries": 1},
    "/v1/webhooks/h-1/dead/redeliver": {"deliveries": 2},
    "/v1/webhooks/h-1/dead/discard": {"deliveries": 2},
}


def answering(monkeypatch: pytest.MonkeyPatch, answer: Callable[[httpx.Request], httpx.Response]) -> list[httpx.Request]:
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return answer(request)

    monkeypatch.setattr(httpx, "HTTPTransport", lambda **_: httpx.MockTransport(handle))
    return requests


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """What the command sends to webhooks where all goes well."""

    def well(request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            return httpx.Response(204)
        known = ANSWERS[request.url.path]
        return httpx.Response(200, json=[known] if request.method == "GET" and request.url.path == "/v1/webhooks" else known)

    return answering(monkeypatch, well)


def run(*words: str) -> Any:
    return CliRunner().invoke(webhook.commands, [*words, "--to", "http://127.0.0.1:1"])


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("list",), "GET "),
        (("show", "h-1"), "GET /h-1"),
        (("ping", "h-1"), "POST /h-1/ping"),
        (("pause", "h-1"), "POST /h-1/pause"),
        (("resume", "h-1"), "POST /h-1/resume"),
        (("secret", "h-1"), "POST /h-1/secret"),
        (("remove", "h-1"), "DELETE /h-1"),
        (("deliveries", "h-1", "--state", "waiting"), "GET /h-1/deliveries?limit=50&state=waiting"),
        (("dead", "h-1"), "GET /h-1/deliveries?limit=50&state=dead"),
        (("redeliver", "h-1", "7"), "POST /h-1/deliveries/7/redeliver"),
        (("redeliver", "h-1"), "POST /h-1/dead/redeliver"),
        (("discard", "h-1", "7"), "POST /h-1/deliveries/7/discard"),
        (("discard", "h-1"), "POST /h-1/dead/discard"),
    ],
)
def test_each_command_asks_one_thing_and_a_program_is_answered_in_json(
    sent: list[httpx.Request], words: tuple[str, ...], asked: str
) -> None:
    result = run(*words)
    assert result.exit_code == 0, result.output
    assert [f"{one.method} {str(one.url).partition('/v1/webhooks')[2]}" for one in sent] == [asked]
    assert [json.loads(line) for line in result.stdout.splitlines()]


def test_what_is_registered_has_all_that_was_said(sent: list[httpx.Request], tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("whsec_mine\nand a note\n")
    words = ("--kind", "strike", "--kind", "summit", "--country", "UA", "--status", "occurred", "--participant", "Ada")
    more = ("--from", '{"events.strike.v1-0": 17}', "--description", "ours", "--secret-file", str(secret))
    result = run("add", "https://news.example/", *words, *more)
    assert result.exit_code == 0, result.output
    assert json.loads(sent[0].content) == {
        "url": "https://news.example/",
        "description": "ours",
        "from": {"events.strike.v1-0": 17},
        "kinds": ["strike", "summit"],
        "statuses": ["occurred"],
        "countries": ["UA"],
        "participants": ["Ada"],
        "secret": "whsec_mine",
    }


def test_a_ping_that_is_not_taken_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"taken": False, "state": "unverified", "status": 500, "said": "answered 500"}
    answering(monkeypatch, lambda _: httpx.Response(200, json=said))
    result = run("ping", "h-1")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["said"] == "answered 500"


def test_a_refusal_is_told_in_the_words_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, lambda _: httpx.Response(422, json={"detail": "url: port 25 is not allowed"}))
    result = run("add", "https://news.example:25/")
    assert result.exit_code == 1
    assert "refused: url: port 25 is not allowed" in result.stderr


def test_where_nobody_answers_it_says_how_to_start_what_should() -> None:
    result = run("list")
    assert result.exit_code == 1
    assert "nothing answers at http://127.0.0.1:1" in result.stderr
    assert "daybook up" in result.stderr


@pytest.mark.parametrize("words", [("add", "https://x/", "--from", "{1"), ("add", "https://x/", "--secret-file", "/nowhere/at/all")])
def test_what_is_ill_typed_is_told_without_a_request(sent: list[httpx.Request], words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2
    assert sent == []
