"""A provider of tokens that is only named: it is asked where its keys are, seldom, and believed only as far as it is safe."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric import rsa

from services.chassis import issuer as keeping
from services.chassis.tokens import ProviderAwayError, TokenRefusedError, Tokens

KEY, NEXT = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
CONFIGURATION = "/tenant/.well-known/openid-configuration"


def published(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return told | {"kid": kid, "use": "sig", "alg": "RS256"}


@dataclass
class Provider:
    """`answers`: status and body, by path; `asked`: the paths that were, in order; `encodings`: that were asked for.

    `trickling`: its head comes byte by byte and never ends, until nobody listens, which is `given_up`.
    """

    port: int = 0
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    encodings: list[str | None] = field(default_factory=list)
    trickling: bool = False
    given_up: threading.Event = field(default_factory=threading.Event)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}/tenant"

    def tells(self, **told: Any) -> None:
        found = {"issuer": self.issuer, "jwks_uri": f"http://127.0.0.1:{self.port}/keys"} | told
        self.answers[CONFIGURATION] = 200, json.dumps({name: value for name, value in found.items() if value is not None}).encode()

    def publishes(self, *keys: dict[str, Any]) -> None:
        self.answers["/keys"] = 200, json.dumps({"keys": keys}).encode()

    def token(self, key: rsa.RSAPrivateKey = KEY, kid: str = "this year's") -> str:
        told = {"iss": self.issuer, "aud": "daybook", "sub": "ana", "exp": time.time() + 600}
        return jwt.encode(told, key, "RS256", {"kid": kid})


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            made.encodings.append(self.headers["Accept-Encoding"])
            if made.trickling:
                self.trickle()
                return
            status, body = made.answers.get(self.path, (404, b""))
            self.send_response(status)
            self.send_header("Location", "/keys") if status == 302 else None
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def trickle(self) -> None:
            with contextlib.suppress(OSError):
                self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
                for _ in range(1000):
                    self.wfile.write(b"a")
                    made.given_up.wait(0.01)
                return
            made.given_up.set()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    made.port = server.server_port
    made.tells()
    made.publishes(published(KEY, "this year's"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


async def test_with_the_issuer_alone_its_tokens_let_in_and_it_is_asked_once(provider: Provider) -> None:
    tokens = Tokens(provider.issuer, "daybook")
    assert [await tokens.who(provider.token()) for _ in range(5)] == ["ana"] * 5
    assert provider.asked == [CONFIGURATION, "/keys"]


async def test_where_the_keys_are_is_not_asked_if_it_is_given(provider: Provider) -> None:
    assert await Tokens(provider.issuer, "daybook", f"http://127.0.0.1:{provider.port}/keys").who(provider.token()) == "ana"
    assert provider.asked == ["/keys"]


UNSAFE: dict[str, Callable[[Provider], object]] = {
    "it calls itself otherwise": lambda p: p.tells(issuer="https://login.example.org"),
    "it names no keys": lambda p: p.tells(jwks_uri=None),
    "its keys come unencrypted": lambda p: p.tells(jwks_uri="http://keys.example.org/"),
    "its keys are a file": lambda p: p.tells(jwks_uri="file:///etc/passwd"),
    "its keys are no address": lambda p: p.tells(jwks_uri=7),
    "it tells no JSON": lambda p: p.answers.update({CONFIGURATION: (200, b"<html>")}),
    "it tells a list": lambda p: p.answers.update({CONFIGURATION: (200, b"[]")}),
    "it tells very deep": lambda p: p.answers.update({CONFIGURATION: (200, b"[" * 200_000)}),
    "it leads elsewhere": lambda p: p.answers.update({CONFIGURATION: (302, b"")}),
    "it has failed": lambda p: p.answers.update({CONFIGURATION: (500, b"")}),
    "it tells too much": lambda p: p.answers.update({CONFIGURATION: (200, p.answers[CONFIGURATION][1] + b" " * keeping.LARGEST)}),
    "its keys are too many": lambda p: p.answers.update({"/keys": (200, p.answers["/keys"][1] + b" " * keeping.LARGEST)}),
    "its keys are no JSON": lambda p: p.answers.update({"/keys": (200, b"keys")}),
    "its keys lead elsewhere": lambda p: p.answers.update({"/keys": (302, b"")}),
}


@pytest.mark.parametrize("unsafe", UNSAFE.values(), ids=UNSAFE)
async def test_a_provider_that_cannot_be_believed_lets_nobody_in_and_the_log_says_why(
    provider: Provider, unsafe: Callable[[Provider], object]
) -> None:
    unsafe(provider)
    with structlog.testing.capture_logs() as lines, pytest.raises(ProviderAwayError):
        await Tokens(provider.issuer, "daybook").who(provider.token())
    assert [(line["event"], line["issuer"]) for line in lines] == [("issuer_away", provider.issuer)]


async def test_one_that_answers_too_slowly_is_given_up(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "FETCH_SECONDS", 0.0)
    with pytest.raises(ProviderAwayError):
        await Tokens(provider.issuer, "daybook").who(provider.token())


async def test_one_whose_answer_trickles_is_given_up_as_well(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """No single read of it is slow, so that no timeout of a read would end it."""
    provider.trickling = True
    monkeypatch.setattr(keeping, "FETCH_SECONDS", 0.3)
    with pytest.raises(ProviderAwayError):
        await Tokens(provider.issuer, "daybook").who(provider.token())
    assert await asyncio.to_thread(provider.given_up.wait, 5)


async def test_where_the_keys_are_and_the_keys_have_one_deadline(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    deadlines: list[float] = []
    fetched = keeping._fetched

    def noting(url: str, until: float) -> dict[str, Any]:
        deadlines.append(until)
        return fetched(url, until)

    monkeypatch.setattr(keeping, "_fetched", noting)
    await Tokens(provider.issuer, "daybook").who(provider.token())
    assert len(deadlines) == 2
    assert len(set(deadlines)) == 1


async def test_answers_are_asked_for_as_they_are_so_that_few_bytes_do_not_become_many(provider: Provider) -> None:
    await Tokens(provider.issuer, "daybook").who(provider.token())
    assert provider.encodings == ["identity", "identity"]


async def test_keys_over_https_are_not_taken_from_an_address_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider of the web names an address of this machine: what listens there is not the provider."""
    told = {"issuer": "https://login.example.org", "jwks_uri": "http://127.0.0.1:1/keys"}
    monkeypatch.setattr(keeping, "_fetched", lambda *_: told)
    with pytest.raises(ValueError, match="no https address"):
        keeping.IssuerKeys("https://login.example.org")._discovered(0.0)


async def test_tokens_by_unknown_keys_have_the_keys_fetched_no_more_often_than_is_allowed(provider: Provider) -> None:
    tokens = Tokens(provider.issuer, "daybook")
    for number in range(20):
        with pytest.raises(TokenRefusedError):
            await tokens.who(provider.token(NEXT, f"made up {number}"))
    assert provider.asked == [CONFIGURATION, "/keys"]


async def test_without_that_limit_each_of_them_would_have_the_keys_fetched(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control; and a key that is new at the provider lets in once it may be looked for."""
    monkeypatch.setattr(keeping, "UNKNOWN_SECONDS", 0.0)
    tokens = Tokens(provider.issuer, "daybook")
    for number in range(20):
        with pytest.raises(TokenRefusedError):
            await tokens.who(provider.token(NEXT, f"made up {number}"))
    assert len(provider.asked) == 22
    provider.publishes(published(KEY, "this year's"), published(NEXT, "next year's"))
    assert await tokens.who(provider.token(NEXT, "next year's")) == "ana"


async def test_while_it_is_away_it_is_asked_once_in_a_while_and_when_it_is_back_anew(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    working = provider.answers.pop("/keys")
    tokens = Tokens(provider.issuer, "daybook")
    for _ in range(20):
        with pytest.raises(ProviderAwayError):
            await tokens.who(provider.token())
    assert provider.asked == [CONFIGURATION, "/keys"]
    # when it is back, at another address
    provider.answers["/others"] = working
    provider.tells(jwks_uri=f"http://127.0.0.1:{provider.port}/others")
    monkeypatch.setattr(keeping, "FAILED_SECONDS", 0.0)
    with structlog.testing.capture_logs() as lines:
        assert await tokens.who(provider.token()) == "ana"
    assert provider.asked[2:] == [CONFIGURATION, "/others"]
    assert [line["event"] for line in lines] == ["waiting_over"]
