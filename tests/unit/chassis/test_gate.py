"""The gate: who is let in by key or token, who is asked to wait, and what stays open. The tokens are signed, their keys come over HTTP."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI

from services.chassis.api_keys import ApiKeys, BadKeysError
from services.chassis.callers import Callers, need_callers
from services.chassis.gate import Gate
from services.chassis.rates import BadRateError, Rates
from services.chassis.tokens import Tokens

KEY = "correct-horse-battery-staple"
KEYS = ApiKeys([hashlib.sha256(KEY.encode()).hexdigest()])
NO_KEYS = ApiKeys([])
ISSUER, AUDIENCE = "https://login.example.org", "daybook"
OURS, OTHERS = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


def client(callers: Callers, rate: str = "") -> httpx.AsyncClient:
    app = FastAPI()

    @app.get("/v1/events")
    @app.get("/readyz")
    def answer() -> dict[str, str]:
        return {"said": "hello"}

    app.add_middleware(Gate, callers=callers, rates=Rates(rate) if rate else None)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://daybook")


async def asked(with_: httpx.AsyncClient, secret: str | None = None, path: str = "/v1/events") -> httpx.Response:
    return await with_.get(path, headers={"Authorization": f"Bearer {secret}"} if secret is not None else {})


@pytest.mark.parametrize(("secret", "status"), [(None, 401), ("", 401), ("wrong", 403), ("a.b.c", 403), (KEY, 200)])
async def test_where_keys_are_needed_one_of_them_lets_in(secret: str | None, status: int) -> None:
    answer = await asked(client(Callers(KEYS, None)), secret)
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert KEY not in answer.text
    assert ("www-authenticate" in answer.headers) == (status == 401)


async def test_without_keys_or_tokens_anybody_is_let_in() -> None:
    assert (await asked(client(Callers(NO_KEYS, None)))).status_code == 200


@pytest.mark.parametrize("path", ["/readyz", "/nothing"])
async def test_what_says_whether_the_service_is_well_stays_open(path: str) -> None:
    answer = await asked(client(Callers(KEYS, None), "1/minute"), path=path)
    assert answer.status_code in {200, 404}
    assert "ratelimit" not in answer.headers


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Where the provider's keys are."""
    ours = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(OURS.public_key())) | {"kid": "ours", "use": "sig", "alg": "RS256"}

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"keys": [ours]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/keys"
    server.shutdown()


@pytest.fixture
async def guarded(provider: str) -> AsyncIterator[httpx.AsyncClient]:
    async with client(Callers(NO_KEYS, Tokens(ISSUER, AUDIENCE, provider))) as opened:
        yield opened


def token(key: Any = OURS, kid: str = "ours", algorithm: str = "RS256", **claims: Any) -> str:
    told = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ana", "exp": time.time() + 600} | claims
    told = {name: value for name, value in told.items() if value is not None}
    return jwt.encode(told, key, algorithm, {"kid": kid})


def shared() -> str:
    """Signed by what everybody can know: the published key, taken for a secret."""
    head, claims = (jwt.utils.base64url_encode(json.dumps(part).encode()) for part in (
        {"alg": "HS256", "kid": "ours"},
        {"iss": ISSUER, "aud": AUDIENCE, "sub": "ana", "exp": time.time() + 600},
    ))  # fmt: skip
    secret = OURS.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(head + b"." + claims, secret)
    return b".".join((head, claims, jwt.utils.base64url_encode(signature))).decode()


async def test_a_token_of_the_provider_lets_in(guarded: httpx.AsyncClient) -> None:
    assert (await asked(guarded, token())).status_code == 200
    missing = await asked(guarded)
    assert (missing.status_code, missing.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    "made",
    [
        lambda: token(exp=time.time() - 60),
        lambda: token(exp=None),
        lambda: token(sub=None),
        lambda: token(iss="https://other.example.org"),
        lambda: token(aud="somebody else"),
        lambda: token(nbf=time.time() + 600),
        lambda: token(OTHERS),
        lambda: token(OTHERS, kid="theirs"),
        lambda: token(None, algorithm="none"),
        shared,
        lambda: "a.b.c",
        lambda: "x" * 20_000 + ".b.c",
    ],
)
async def test_any_other_does_not(guarded: httpx.AsyncClient, made: Callable[[], str]) -> None:
    answer = await asked(guarded, made())
    assert (answer.status_code, "invalid_token" in answer.headers["www-authenticate"]) == (401, True)
    assert made() not in answer.text


async def test_while_the_provider_is_away_nobody_is_let_in_and_all_are_asked_to_come_back() -> None:
    answer = await asked(client(Callers(NO_KEYS, Tokens(ISSUER, AUDIENCE, "http://127.0.0.1:1/keys"))), token())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_who_asks_too_often_is_told_when_to_come_back_and_others_are_not_held_up() -> None:
    gate = client(Callers(KEYS, None), "2/minute")
    first, second, third = [await asked(gate, KEY) for _ in range(3)]
    assert [answer.status_code for answer in (first, second, third)] == [200, 200, 429]
    assert first.headers["ratelimit-policy"] == '"daybook";q=2;w=60'
    assert first.headers["ratelimit"].startswith('"daybook";r=1;t=')
    assert 1 <= int(third.headers["retry-after"]) <= 60
    assert third.headers["content-type"] == "application/problem+json"
    assert (await asked(gate)).status_code == 401, "another caller, by address"


async def test_whoever_tries_keys_is_counted_too() -> None:
    gate = client(Callers(KEYS, None), "2/minute")
    assert [(await asked(gate, f"guess-{n}")).status_code for n in range(3)] == [403, 403, 429]
    assert (await asked(gate, KEY)).status_code == 200


async def test_without_a_rate_anybody_may_ask_as_often_as_they_like() -> None:
    gate = client(Callers(NO_KEYS, None))
    assert {(await asked(gate)).status_code for _ in range(50)} == {200}


def test_beyond_loopback_somebody_has_to_say_who_asks() -> None:
    need_callers(Callers(NO_KEYS, None), "127.0.0.1", "DAYBOOK_READER_KEYS")
    need_callers(Callers(KEYS, None), "0.0.0.0", "DAYBOOK_READER_KEYS")
    with pytest.raises(BadKeysError, match=r"listening on 0.0.0.0 needs API keys or tokens.*DAYBOOK_READER_KEYS"):
        need_callers(Callers(NO_KEYS, None), "0.0.0.0", "DAYBOOK_READER_KEYS")


@pytest.mark.parametrize(
    "given",
    [
        ("", "a", "https://x"),
        ("i", "", "https://x"),
        ("i", "a", ""),
        ("http://login.example.org", "a", ""),
        ("i", "a", "http://example.org/keys"),
        ("i", "a", "http://127.0.0.1.example.org/keys"),
        ("i", "a", "http://localhost@example.org/keys"),
        ("i", "a", "file:///etc/x"),
        ("i", "a", "https://["),
    ],
)
def test_a_provider_is_given_wholly_and_safely_or_not_at_all(given: tuple[str, str, str]) -> None:
    with pytest.raises(BadKeysError):
        Tokens(*given)


def test_a_rate_that_is_none_is_refused_with_how_to_write_one() -> None:
    with pytest.raises(BadRateError, match="600/minute"):
        Rates("often")
