"""`daybook edit`: what it sends, and what it says when it is refused or nobody answers."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from services.commands import edit

TAKEN = {"edit_id": "e1", "action": "correct", "kind": "strike", "mentions": 2, "rest": 0}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """What the command sends; it is answered with `TAKEN`."""
    return answering(monkeypatch, httpx.Response(202, json=TAKEN))


def answering(monkeypatch: pytest.MonkeyPatch, answer: httpx.Response) -> list[httpx.Request]:
    requests: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return answer

    monkeypatch.setattr(httpx, "HTTPTransport", lambda **_: httpx.MockTransport(handle))
    return requests


def run(*words: str) -> Any:
    return CliRunner().invoke(edit.commands, [*words, "--to", "http://daybook", "--reason", "seen", "--editor", "Ada"])


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("merge", "x", "y"), {"action": "merge", "events": ["x", "y"]}),
        (("split", "x", "m1", "m2"), {"action": "split", "events": ["x"], "mentions": ["m1", "m2"]}),
        (("correct", "x", "quantities.killed", "9"), {"action": "correct", "events": ["x"], "field": "quantities.killed", "value": 9}),
        (("correct", "x", "when", "2025-08-18"), {"action": "correct", "events": ["x"], "field": "when", "value": "2025-08-18"}),
        (
            ("correct", "x", "quantities.killed", "null"),
            {"action": "correct", "events": ["x"], "field": "quantities.killed", "value": None},
        ),
        (("retract", "x"), {"action": "retract", "events": ["x"]}),
        (("revoke", "e0"), {"action": "revoke", "revokes": "e0"}),
    ],
)
def test_each_command_sends_what_it_says_with_editor_reason_and_an_id_of_its_own(
    sent: list[httpx.Request], words: tuple[str, ...], asked: dict[str, Any]
) -> None:
    result = run(*words)
    assert result.exit_code == 0, result.output
    body = json.loads(sent[0].content)
    assert body.pop("edit_id")
    assert body == asked | {"editor": "Ada", "reason": "seen"}
    assert json.loads(result.output) == TAKEN


def test_a_refusal_is_told_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, httpx.Response(422, json={"detail": "to split, name one event"}))
    result = run("retract", "x")
    assert result.exit_code == 1
    assert "http://daybook refused: to split, name one event" in result.output


def test_where_nobody_answers_it_says_what_to_do() -> None:
    result = CliRunner().invoke(edit.commands, ["retract", "x", "--to", "http://127.0.0.1:9", "--reason", "seen"])
    assert result.exit_code == 1
    assert "`daybook up` starts the normalizer." in result.output
