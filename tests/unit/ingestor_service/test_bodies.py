"""A body is read within bounds of size, of time, and of what all bodies hold together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.requests import ClientDisconnect

from services.ingestor.bodies import Bodies
from services.ingestor.problems import Problem
from services.ingestor.settings import IngestorSettings


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def silence() -> AsyncIterator[bytes]:
    yield b"a"
    await asyncio.Event().wait()


async def breaking_off() -> AsyncIterator[bytes]:
    yield b"a"
    raise ClientDisconnect


def bodies(**limits: float) -> Bodies:
    return Bodies(IngestorSettings(**limits))  # type: ignore[arg-type]


async def status_of(among: Bodies, coming: AsyncIterator[bytes], **headers: str) -> int:
    with among.holding() as body, pytest.raises(Problem) as refused:
        await body.read({name.replace("_", "-"): value for name, value in headers.items()}, coming, "page.txt")
    assert refused.value.details.page == "page.txt"
    assert refused.value.details.advice
    return refused.value.details.status


async def test_a_body_within_its_limits_is_given_whole() -> None:
    with bodies(page_bytes=4).holding() as body:
        assert await body.read({}, chunks(b"ab", b"cd"), "page.txt") == b"abcd"


async def test_a_body_that_states_too_large_a_size_is_refused_before_any_of_it_is_read() -> None:
    assert await status_of(bodies(page_bytes=4), breaking_off(), content_length="5") == 413


async def test_a_body_that_grows_too_large_is_refused_whatever_it_stated() -> None:
    assert await status_of(bodies(page_bytes=4), chunks(b"abc", b"de", b"f"), content_length="3") == 413


async def test_a_body_that_stops_coming_is_refused_after_the_deadline() -> None:
    assert await status_of(bodies(body_seconds=0.02), silence()) == 408


async def test_a_body_that_breaks_off_is_refused() -> None:
    assert await status_of(bodies(), breaking_off()) == 400


async def test_a_packed_body_is_refused_so_that_no_bomb_is_unpacked() -> None:
    assert await status_of(bodies(), chunks(b"x"), content_encoding="gzip") == 415


async def test_all_bodies_together_hold_no_more_than_their_limit() -> None:
    among = bodies(held_bytes=5)
    with among.holding() as first:
        await first.read({}, chunks(b"abc"), "first.txt")
        assert await status_of(among, chunks(b"def")) == 503
    assert among.held == 0
    with among.holding() as later:
        assert await later.read({}, chunks(b"def"), "later.txt") == b"def"
