"""Beyond loopback: the timeline answers whoever has a key, tells nobody what it is, and does not start without one."""

from __future__ import annotations

import hashlib

import httpx
import pytest
from typer.testing import CliRunner

from deploy.local.stack import Stack
from deploy.pipeline.processes import PLAIN_HTTP
from services.cli import app
from tests.integration.test_timeline_service import outgoing, publish
from tests.support.service import ServiceProcess, eventually, service
from tests.unit.timeline.builders import event, on

KEY = "correct-horse-battery-staple"
DIGEST = hashlib.sha256(KEY.encode()).hexdigest()


def get(timeline: ServiceProcess, path: str, key: str = "") -> httpx.Response:
    return httpx.get(timeline.address + path, headers={"Authorization": f"Bearer {key}"} if key else {}, verify=PLAIN_HTTP)


async def test_beyond_loopback_nobody_asks_without_a_key_and_commands_send_theirs(emptied: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    with service(emptied, "timeline", HTTP_HOST="0.0.0.0", READER_KEYS=DIGEST, RATE_LIMIT="50/second") as timeline:
        timeline.wait_ready()
        await publish(emptied, [outgoing(event("e-1", when=on("2025-08-18")))])
        await eventually(lambda: get(timeline, "/v1/events/e-1", KEY).status_code == 200)
        for path in ("/v1/events", "/v1/stream", "/v1/events/e-1/why", "/v1/export/csv", "/v1/snapshot"):
            assert get(timeline, path).status_code == 401, path
            assert get(timeline, path, "wrong-horse").status_code == 403, path
        for path in ("/livez", "/readyz", "/metrics", "/openapi.json"):
            assert get(timeline, path).status_code == 200, path
        answer = get(timeline, "/v1/events", KEY)
        assert answer.headers["ratelimit-policy"] == '"daybook";q=50;w=1'
        # and
        for command in (["timeline", "--json"], ["why", "e-1", "--json"]):
            assert CliRunner().invoke(app, [*command, "--api", timeline.address]).exit_code == 1
            monkeypatch.setenv("DAYBOOK_API_KEY", KEY)
            said = CliRunner().invoke(app, [*command, "--api", timeline.address])
            assert (said.exit_code, "e-1" in said.stdout) == (0, True), said.output
            monkeypatch.delenv("DAYBOOK_API_KEY")
        assert get(timeline, "/openapi.json").json()["components"]["securitySchemes"]
        log = timeline.log.read_text(errors="replace")
        assert not [secret for secret in (KEY, "wrong-horse", DIGEST) if secret in log]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"HTTP_HOST": "0.0.0.0"}, "error: listening on 0.0.0.0 needs API keys or tokens"),
        ({"READER_KEYS": KEY}, "an API key must be given as its SHA-256"),
        ({"OIDC_ISSUER": "https://login.example.org"}, "tokens need an issuer and an audience"),
        ({"RATE_LIMIT": "often"}, "'often' is no rate; write it as 600/minute"),
    ],
)
def test_settings_that_would_let_anybody_in_or_can_not_be_read_are_told_at_the_start(
    emptied: Stack, settings: dict[str, str], said: str
) -> None:
    with service(emptied, "timeline", **settings) as timeline:
        assert timeline.process.wait(30) == 1
        assert said in timeline.text()
        assert "Traceback" not in timeline.text()
        assert KEY not in timeline.text()
