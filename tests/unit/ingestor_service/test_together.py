"""Pages that wait are made durable together: each is done once, in order where it matters, and one page's trouble is its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestor import together
from services.ingestor.together import Together

asks = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, together.MOST_BYTES)), max_size=30)


class Desk:
    """Work that waits until it is let go, and remembers its groups."""

    def __init__(self, trouble: dict[str, Exception] | None = None) -> None:
        self.trouble = trouble or {}
        self.go = asyncio.Event()
        self.groups: list[list[str]] = []
        self.together: Together[str, str] = Together(self.work, about=lambda asked: frozenset(asked[:1]), size=lambda _: 1)

    async def work(self, asked: Sequence[str]) -> list[str]:
        self.groups.append(list(asked))
        await self.go.wait()
        for one in asked:
            if one in self.trouble:
                raise self.trouble[one]
        return [one.upper() for one in asked]

    async def asked(self, *asked: str) -> list[str | BaseException]:
        """Ask all of it at a time, and then let the work go."""
        answers = [asyncio.create_task(self.together.do(one)) for one in asked]
        while not self.groups:
            await asyncio.sleep(0)
        self.go.set()
        async with asyncio.timeout(5):
            return await asyncio.gather(*answers, return_exceptions=True)


async def test_whoever_finds_nothing_under_way_goes_at_once_and_the_others_go_together_after_it() -> None:
    desk = Desk()
    first = asyncio.create_task(desk.together.do("a"))
    while not desk.groups:
        await asyncio.sleep(0)
    assert await desk.asked("b", "c", "d") == ["B", "C", "D"]
    assert (await first, desk.groups) == ("A", [["a"], ["b", "c", "d"]])


async def test_two_about_the_same_never_go_together_and_keep_their_order() -> None:
    desk = Desk()
    assert await desk.asked("a1", "a2", "b1", "a3") == ["A1", "A2", "B1", "A3"]
    assert desk.groups == [["a1", "b1"], ["a2"], ["a3"]]


async def test_what_one_page_stumbles_over_costs_its_neighbours_nothing() -> None:
    desk = Desk({"b": ValueError("a bug")})
    told = await desk.asked("a", "b", "c")
    assert (told[0], repr(told[1]), told[2]) == ("A", "ValueError('a bug')", "C")


async def test_trouble_that_may_pass_is_told_to_all_at_once() -> None:
    desk = Desk({"b": ConnectionError("Postgres is away")})
    assert all(isinstance(one, ConnectionError) for one in await desk.asked("a", "b", "c"))
    assert desk.groups == [["a", "b", "c"]]


async def test_an_asker_that_has_gone_away_holds_up_nobody() -> None:
    desk = Desk()
    gone = asyncio.create_task(desk.together.do("a"))
    while not desk.groups:
        await asyncio.sleep(0)
    gone.cancel()
    assert await desk.asked("b") == ["B"]


@given(asks)
def test_no_group_is_too_large_and_everyone_is_answered_once(given_asks: list[tuple[str, int]]) -> None:
    groups: list[list[tuple[str, int]]] = []

    async def work(asked: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
        groups.append(list(asked))
        return list(asked)

    async def all_at_once() -> list[tuple[str, int]]:
        desk = Together(work, about=lambda one: frozenset(one[0]), size=lambda one: one[1])
        return list(await asyncio.gather(*map(desk.do, given_asks)))

    assert asyncio.run(all_at_once()) == given_asks
    assert sorted(one for group in groups for one in group) == sorted(given_asks)
    assert all(len(group) == 1 or sum(size for _, size in group) <= together.MOST_BYTES for group in groups)
    assert all(len({name for name, _ in group}) == len(group) <= together.MOST for group in groups)


async def test_without_the_rule_two_texts_of_one_article_would_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    monkeypatch.setattr(desk.together, "_about", lambda _: frozenset())
    await desk.asked("a1", "a2")
    assert desk.groups == [["a1", "a2"]]
