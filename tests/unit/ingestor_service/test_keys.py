"""API keys: needed beyond loopback, held as digests, compared whole, and told to nobody."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
from pathlib import Path

import httpx
import pytest
from fastapi import Depends, Request

from services.chassis.admitting import only_known
from services.chassis.api_keys import ApiKeys, BadKeysError, KeyUnknownError, is_loopback, read_keys
from services.chassis.http import application
from services.ingestor.keys import keys_of
from services.ingestor.problems import install
from services.ingestor.service import builder
from services.ingestor.settings import IngestorSettings
from services.ingestor.sources import cut


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


KEYS = ApiKeys([digest("first"), digest("second").upper()])


@pytest.mark.parametrize("key", ["first", "second"])
def test_a_known_key_says_who_asks(key: str) -> None:
    assert KEYS.who(f"Bearer {key}") == KEYS.who(f"bearer  {key} ") == digest(key)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (None, 401),
        ("", 401),
        ("Bearer", 401),
        ("Bearer ", 401),
        ("Basic first", 401),
        ("Bearer third", 403),
        (f"Bearer {digest('first')}", 403),
    ],
)
async def test_no_key_is_401_and_a_wrong_one_is_403_and_each_says_what_to_do(said: str | None, status: int) -> None:
    """In the ingestor's own form, by whose `type` a sender knows that sending it again is of no use."""
    async with asking(KEYS) as client:
        answer = await client.get("/v1/who", headers={} if said is None else {"authorization": said})
    assert answer.status_code == status
    assert answer.headers.get("www-authenticate") == ("Bearer" if status == 401 else None)
    assert answer.json()["type"] == f"urn:daybook:problem:{'key_missing' if status == 401 else 'key_unknown'}"
    assert answer.json()["advice"]
    assert "third" not in answer.text


@pytest.mark.parametrize(("keys", "said", "caller"), [(KEYS, "Bearer first", digest("first")), (ApiKeys([]), None, "")])
async def test_whoever_is_let_in_is_known_to_the_route(keys: ApiKeys, said: str | None, caller: str) -> None:
    async with asking(keys) as client:
        assert (await client.get("/v1/who", headers={"authorization": said} if said else {})).json() == caller


def asking(keys: ApiKeys) -> httpx.AsyncClient:
    app = application("ingestor")
    install(app)

    @app.get("/v1/who", dependencies=[Depends(only_known(keys, "127.0.0.1", "no"))])
    async def who(request: Request) -> str:
        return str(request.state.caller)

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://daybook")


def test_without_any_keys_nobody_is_asked_for_one() -> None:
    assert ApiKeys([]).who(None) == ""


@pytest.mark.parametrize("key", ["first", "second", "third"])
def test_every_digest_is_compared_in_constant_time_whichever_fits(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def counting(one: str, other: str) -> bool:
        compared.append(other)
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", counting)
    with contextlib.suppress(KeyUnknownError):
        KEYS.who(f"Bearer {key}")
    assert compared == [digest("first"), digest("second")]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "news.example", ""])
def test_listening_beyond_loopback_without_a_key_is_refused_with_what_to_do(host: str) -> None:
    with pytest.raises(SystemExit, match=r"needs an API key.*DAYBOOK_API_KEYS.*sha256sum"):
        builder(IngestorSettings(http_host=host), cut)


def test_with_a_key_it_may_listen_anywhere() -> None:
    assert len(keys_of(IngestorSettings(http_host="0.0.0.0", api_keys=digest("first")))) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_on_loopback_no_key_is_needed(host: str) -> None:
    assert is_loopback(host)
    assert len(keys_of(IngestorSettings(http_host=host))) == 0


def test_keys_may_stand_in_a_file_and_in_a_list(tmp_path: Path) -> None:
    listed = tmp_path / "keys"
    listed.write_text(f"# the crawler\n{digest('second')}  -\n\n{digest('third')}\n")
    settings = IngestorSettings(api_keys=f"{digest('first')}, {digest('second')}", api_keys_file=str(listed))
    assert len(keys_of(settings)) == 3


def test_whose_a_key_is_stands_behind_it_in_the_file(tmp_path: Path) -> None:
    listed = tmp_path / "keys"
    listed.write_text(f"{digest('first').upper()}  Grace Hopper # until May\n{digest('second')}  -\n{digest('third')}\n")
    keys = read_keys(digest("fourth"), str(listed), "KEYS_FILE")
    assert [keys.owner(keys.who(f"Bearer {key}")) for key in ("first", "second", "third", "fourth")] == ["Grace Hopper", "", "", ""]


@pytest.mark.parametrize(
    ("behind", "owner"),
    [
        ("\tGrace", "Grace"),
        (" \t Grace  Hopper\t", "Grace  Hopper"),
        ("\u00a0Grace", "Grace"),
        (" *Grace", "Grace"),
        (" *-", ""),
        ("  -", ""),
        ("\t-\t# no one's", ""),
        ("\t", ""),
    ],
)
def test_any_white_space_parts_a_digest_from_whose_it_is_and_the_marks_of_sha256sum_name_nobody(
    behind: str, owner: str, tmp_path: Path
) -> None:
    listed = tmp_path / "keys"
    listed.write_text(f"{digest('first')}{behind}\n", encoding="utf-8")
    keys = read_keys("", str(listed), "KEYS_FILE")
    assert keys.owner(keys.who("Bearer first")) == owner


def test_a_key_in_the_clear_is_refused_and_not_repeated() -> None:
    with pytest.raises(BadKeysError) as refused:
        keys_of(IngestorSettings(api_keys="open-sesame"))
    assert "open-sesame" not in str(refused.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadKeysError, match="gone"):
        keys_of(IngestorSettings(api_keys_file=str(tmp_path / "gone")))
