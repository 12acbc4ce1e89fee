"""`daybook timeline`: what it asks, what it prints, and how it fails."""

from __future__ import annotations

import json

import httpx
import pytest
import typer

from services.commands import timeline
from services.commands.timeline import NotTheTimelineError, fetch
from tests.unit.timeline.builders import event


def answering(*pages: object) -> tuple[httpx.Client, list[httpx.QueryParams]]:
    """A client that is given these answers one after the other, and what it was asked."""
    asked: list[httpx.QueryParams] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params)
        return httpx.Response(200, json=pages[len(asked) - 1])

    return httpx.Client(transport=httpx.MockTransport(answer)), asked


def page(*ids: str, following: str | None = None) -> dict[str, object]:
    return {"events": [event(event_id).model_dump(mode="json") for event_id in ids], "next": following, "position": {}}


def test_all_pages_are_read_one_after_the_other() -> None:
    client, asked = answering(page("a", "b", following="more"), page("c"))
    assert [e.event_id for e in fetch("http://daybook/", {"kind": ["strike"]}, client=client)] == ["a", "b", "c"]
    assert [params.get("cursor") for params in asked] == [None, "more"]
    assert {params["kind"] for params in asked} == {"strike"}


def test_no_more_is_asked_for_than_is_wanted() -> None:
    client, asked = answering(page("a", "b", following="more"), page("c", following="more"))
    assert [e.event_id for e in fetch("http://daybook", {}, 3, client)] == ["a", "b", "c"]
    assert [params["limit"] for params in asked] == ["3", "1"]


@pytest.mark.parametrize("body", [{}, [], {"events": [{"id": 1}], "next": None}, "hello"])
def test_another_service_at_the_address_is_noticed(body: object) -> None:
    client, _ = answering(body)
    with pytest.raises(NotTheTimelineError):
        list(fetch("http://daybook", {}, client=client))


def test_when_nothing_answers_it_says_so_and_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        timeline.command(api="http://127.0.0.1:1")
    assert ended.value.exit_code == 1
    assert "nothing answers at http://127.0.0.1:1" in capsys.readouterr().err


def test_a_refused_question_is_explained_in_the_words_of_the_problem(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = httpx.Response(422, json={"detail": "kind: Input should be one of strike, summit"})
    monkeypatch.setattr(httpx, "Client", lambda **_: _client(refusal))
    with pytest.raises(typer.Exit):
        timeline.command(kind=["quake"])
    assert "kind: Input should be one of strike, summit" in capsys.readouterr().err


def test_piped_output_is_one_event_a_line_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    client, _ = answering(page("a", "b"))
    monkeypatch.setattr(httpx, "Client", lambda **_: client)
    timeline.command()
    assert [json.loads(line)["event_id"] for line in capsys.readouterr().out.splitlines()] == ["a", "b"]


def test_on_a_terminal_it_is_a_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    client, _ = answering(page("a"))
    monkeypatch.setattr(httpx, "Client", lambda **_: client)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    timeline.command()
    assert "A/P/L" in capsys.readouterr().out


def _client(answer: httpx.Response, real: type[httpx.Client] = httpx.Client) -> httpx.Client:
    return real(transport=httpx.MockTransport(lambda _: answer))
