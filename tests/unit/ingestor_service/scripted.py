"""An ingestor that answers from a script, by real HTTP, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Reply:
    """One answer of the script."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    query: dict[str, list[str]]
    media_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Scripted:
    """The last reply of the script is given again and again."""

    script: list[Reply]
    asked: list[Asked] = field(default_factory=list)
    address: str = ""
    came: threading.Event = field(default_factory=threading.Event)

    def next(self) -> Reply:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


def taken(*outcomes: str, refusals: tuple[dict[str, Any], ...] = (), notes: tuple[str, ...] = ()) -> Reply:
    articles = [{"article_id": str(n), "revision": 1, "outcome": outcome} for n, outcome in enumerate(outcomes)]
    return Reply(202, {"page_id": "p", "articles": articles, "refusals": list(refusals), "notes": list(notes)})


def problem(status: int, detail: str, advice: str = "Come back later.", kind: str = "none", **headers: str) -> Reply:
    told = {"type": f"urn:daybook:problem:{kind}", "status": status, "detail": detail, "advice": advice}
    return Reply(status, told, {n.replace("_", "-"): v for n, v in headers.items()})


@contextmanager
def scripted(*replies: Reply) -> Iterator[Scripted]:
    """Serve the script on a free port."""
    told = Scripted(list(replies))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    told.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


def _handler(told: Scripted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            told.asked.append(Asked(parse_qs(urlsplit(self.path).query), self.headers["content-type"], body, headers))
            reply = told.next()
            content = json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {**reply.headers, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            told.came.set()

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    return Handler
