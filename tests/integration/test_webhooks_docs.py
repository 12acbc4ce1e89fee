"""The page for those who want webhooks is true: its receiver and its commands, run as they stand, take every change once, and a forged one never."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from deploy.local.stack import Stack
from tests.integration.test_timeline_service import outgoing, publish
from tests.support.service import ServiceProcess, eventually, free_port, service
from tests.unit.timeline.builders import event

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/how-to/webhooks.md").read_text(encoding="utf-8")
RECEIVER = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
ADD, RUN, PING, LOOK, QUERY = COMMANDS[1:6]


class Follower:
    """Somebody who types what the page says, in a folder of their own."""

    def __init__(self, folder: Path, webhooks: ServiceProcess) -> None:
        self.folder, self.port = folder, free_port()
        self._environment = {
            **os.environ,
            "PORT": str(self.port),
            "DAYBOOK_WEBHOOKS": webhooks.address,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        (folder / "receiver.py").write_text(RECEIVER, encoding="utf-8")

    def types(self, line: str) -> str:
        """What a command prints; the page's port is the test's, and its daybook the one that is tested."""
        asked = line.replace("8900", str(self.port)).replace(".venv/bin/daybook", "daybook")
        done = subprocess.run(
            ["bash", "-c", asked], cwd=self.folder, env=self._environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    @contextmanager
    def receives(self) -> Iterator[None]:
        """What the page starts in the background."""
        line = RUN.removesuffix(" &").replace("python3", f"exec {sys.executable}")
        process = subprocess.Popen(["bash", "-c", line], cwd=self.folder, env=self._environment)
        try:
            yield
        finally:
            process.kill()
            process.wait()

    def rows(self) -> list[tuple[str, int, str]]:
        with closing(sqlite3.connect(self.folder / "events.sqlite")) as store:
            return sorted(store.execute("SELECT event_id, revision, status FROM events"))


@pytest.mark.skipif(not (shutil.which("jq") and shutil.which("bash")), reason="the page uses jq")
async def test_whoever_follows_the_page_has_the_newest_state_of_every_event(emptied: Stack, tmp_path: Path) -> None:
    with service(emptied, "webhooks", WEBHOOK_ALLOW_PRIVATE="1", WEBHOOK_FIRST_WAIT_SECONDS="0.2") as webhooks:
        await asyncio.to_thread(webhooks.wait_ready)
        await publish(
            emptied, [outgoing(event("e-1")), outgoing(event("e-2", kind="strike")), outgoing(event("e-1", 2, status="occurred"))]
        )
        reader = Follower(tmp_path, webhooks)
        await asyncio.to_thread(reader.types, ADD)
        with reader.receives():
            await eventually(lambda: _answers(reader.port))
            # given: a stranger who knows no secret is turned away, as is one who says nothing
            for forged in ({"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}, {}):
                assert (await _post(reader.port, forged)).status_code == 401
            # when
            await asyncio.to_thread(reader.types, PING)
            # then
            wanted = [("e-1", 2, "occurred"), ("e-2", 1, "scheduled")]
            await eventually(lambda: reader.rows() == wanted)
            assert "delivered" in await asyncio.to_thread(reader.types, LOOK)
        # and: what happens while it is away comes when it is back
        await publish(emptied, [outgoing(event("e-2", 2, kind="strike", status="retracted"))])
        with reader.receives():
            await eventually(lambda: reader.rows() == [("e-1", 2, "occurred"), ("e-2", 2, "retracted")])


async def _answers(port: int) -> bool:
    try:
        return (await _post(port, {})).status_code == 401
    except httpx.HTTPError:
        return False


async def _post(port: int, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.post(f"http://127.0.0.1:{port}/", headers=headers, content=b"{}")


def test_the_receiver_of_the_page_notices_each_thing_that_is_changed_on_the_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The negative control of its check of signatures: the same delivery, untouched, is taken."""
    import time

    from services.webhooks.signing import headers, key_of, new_secret

    secret = new_secret()
    monkeypatch.setenv("WEBHOOK_SECRET", secret)
    monkeypatch.chdir(tmp_path)
    scope: dict[str, object] = {}
    exec(RECEIVER.rsplit("\n", 2)[0], scope)  # noqa: S102 - the page's own code, without its last line, which serves for ever
    is_ours = scope["is_ours"]
    assert callable(is_ours)
    said, body = headers("e-1", b"{}", [key_of(new_secret()), key_of(secret)], int(time.time())), b"{}"
    assert is_ours(said, body)
    assert not is_ours(said, b"{ }")
    assert not is_ours(said | {"webhook-id": "e-2"}, body)
    assert not is_ours(said | {"webhook-timestamp": str(int(said["webhook-timestamp"]) - 1)}, body)
    assert not is_ours(headers("e-1", body, [key_of(secret)], int(time.time()) - 600), body)
    assert not is_ours(headers("e-1", body, [key_of(new_secret())], int(time.time())), body)
