"""Merging in Postgres: whatever order revisions come in, the events are those of a recomputation from the set."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest
import pytest_asyncio

from deploy.local.stack import Stack
from schemas.articles import RawArticle
from schemas.events import Quantity
from schemas.mentions import Reading
from services.chassis.errors import Permanent
from services.chassis.passing import PASSING
from services.normalizer import merger, store
from services.normalizer.desk import readings_to_publish
from services.normalizer.editing import Editing
from services.normalizer.merger import Merger
from services.normalizer.merging import Told, kept, merge_all, partition
from services.normalizer.reading import Ruleset
from tests.faults.world import articles
from tests.integration.merging_world import EMPTY, Kept, OneConnection, live, merged, merging_tables, record
from tests.scenarios.merging.ledger import by_content
from tests.scenarios.merging.test_merging_large_events import reports
from tests.unit.merging.telling import readings as readings_of


@pytest_asyncio.fixture
async def tx(stack: Stack) -> AsyncIterator[asyncpg.Connection]:
    async with merging_tables(stack) as connection:
        yield connection


@pytest.fixture(scope="module")
def readings() -> list[Reading]:
    ruleset = Ruleset.load()
    return [reading for article in articles(40) for reading in readings_to_publish(article, ruleset)]


@pytest.mark.parametrize("size", [3, 1000])
async def test_the_history_does_not_depend_on_how_records_fell_into_batches(
    tx: asyncpg.Connection, readings: list[Reading], size: int
) -> None:
    _, one_by_one = await merged(tx, readings)
    await tx.execute(EMPTY)
    outbox = Kept()
    effects, records = Merger(outbox), [record(offset, reading) for offset, reading in enumerate(readings)]
    for at in range(0, len(records), size):
        await effects.apply(tx, await effects.prepare(records[at : at + size]))
    assert outbox.changes == one_by_one


async def test_a_batch_that_was_rolled_back_leaves_nothing_in_memory(tx: asyncpg.Connection, readings: list[Reading]) -> None:
    # given a merger whose second batch is rolled back, as when it was fenced or a record in it was refused
    outbox = Kept()
    effects, half = Merger(outbox), len(readings) // 2
    await effects.apply(tx, await effects.prepare([record(n, reading) for n, reading in enumerate(readings[:half])]))
    under_way = tx.transaction()
    await under_way.start()
    await effects.apply(tx, await effects.prepare([record(n, reading) for n, reading in enumerate(readings[half:], half)]))
    await under_way.rollback()
    # when it goes on with other records than those
    rest = readings[half + 3 :]
    await effects.apply(tx, await effects.prepare([record(n, reading) for n, reading in enumerate(rest, half + 3)]))
    # then the events are those of the records that count
    assert by_content(await live(tx)) == by_content(merge_all([*readings[:half], *rest]))


@pytest.mark.parametrize("seed", range(5))
async def test_any_order_of_revisions_gives_the_events_of_the_set(tx: asyncpg.Connection, readings: list[Reading], seed: int) -> None:
    # given the same readings in another order, some of them twice
    shuffled = readings + readings[:20]
    random.Random(seed).shuffle(shuffled)
    events, _ = await merged(tx, shuffled)
    assert by_content(events) == by_content(merge_all(readings))


@pytest.mark.parametrize("seed", range(3))
async def test_what_was_read_again_takes_the_place_of_what_was_read_in_any_order(
    tx: asyncpg.Connection, readings: list[Reading], seed: int
) -> None:
    # given articles of which every other one was read again, and tells less, or something else under the ids that it had
    anew = [read_otherwise(reading) for reading in readings[::2]]
    shuffled = [*readings, *anew]
    random.Random(seed).shuffle(shuffled)
    events, _ = await merged(tx, shuffled)
    assert by_content(events) == by_content(merge_all([*readings, *anew])) != by_content(merge_all(readings))


def read_otherwise(reading: Reading) -> Reading:
    """As another ruleset might read it: one number more for each mention, and of many mentions not the last."""
    kept_ = reading.mentions[: max(1, len(reading.mentions) - 1)] if reading.article.revision > 1 else reading.mentions
    more = Quantity(measure="wounded", low=5, best=5, high=5)
    told = tuple(one.model_copy(update={"quantities": (*one.quantities, more)}) for one in kept_)
    return reading.model_copy(update={"mentions": told, "ruleset": "another", "rereading": 1})


async def test_without_what_was_taken_back_among_the_touched_the_events_would_depend_on_the_order(
    tx: asyncpg.Connection, readings: list[Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: mentions that an article takes back are forgotten too early."""

    def forgetful(self: store.Store, reading: Reading, told: Sequence[Told]) -> list[Told]:
        replace(self, reading, told)
        return []

    replace = store.Store.replace
    monkeypatch.setattr(store.Store, "replace", forgetful)
    events, _ = await merged(tx, readings)
    assert by_content(events) != by_content(merge_all(readings))


async def test_what_is_withdrawn_is_retracted_and_what_returns_keeps_its_id(tx: asyncpg.Connection) -> None:
    ruleset = Ruleset.load()
    (first,) = articles(1)[:1]
    again = first.model_copy(update={"revision": 4, "pubstatus": "corrected"})
    steps = [first, _withdrawn(first, 2), again]
    _, changes = await merged(tx, [r for article in steps for r in readings_to_publish(article, ruleset) if r.kind == "strike"])
    assert [change.change for change in changes] == ["identified", "retracted", "revised"]
    assert len({change.event.event_id for change in changes}) == 1
    assert [change.event.revision for change in changes] == [1, 2, 3]
    assert changes[1].event.quantities == ()
    assert changes[1].cause.reason.startswith("withdrawn by")


def _withdrawn(article: RawArticle, revision: int) -> RawArticle:
    return article.model_copy(update={"revision": revision, "pubstatus": "withdrawn"})


async def test_a_reading_that_postgres_could_not_store_is_refused_before_it_is_tried(readings: list[Reading]) -> None:
    told = next(reading for reading in readings if reading.mentions)
    spoilt = told.model_copy(update={"article": told.article.model_copy(update={"outlet": "a\x00b"})})
    with pytest.raises(Permanent, match="NUL"):
        await Merger(Kept()).prepare([record(0, spoilt)])


def hard_to_merge(monkeypatch: pytest.MonkeyPatch) -> None:
    """All together the readings take twice as long as Postgres waits."""

    def slow(*given: object) -> tuple[tuple[Told, ...], ...]:
        time.sleep(0.05)
        return partition(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(merger, "partition", slow)


async def test_a_batch_that_takes_longer_than_a_session_does_not_pass_for_dead(
    tx: asyncpg.Connection, readings: list[Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    await tx.execute("SET LOCAL idle_in_transaction_session_timeout = 1000")
    hard_to_merge(monkeypatch)
    await merge_at_once(tx, readings[:40])
    assert await live(tx)


async def test_without_a_word_now_and_then_postgres_would_end_it(
    tx: asyncpg.Connection, readings: list[Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    await tx.execute("SET LOCAL idle_in_transaction_session_timeout = 1000")
    hard_to_merge(monkeypatch)
    monkeypatch.setattr(merger, "BREATH_SECONDS", 60.0)
    with pytest.raises(PASSING):
        await merge_at_once(tx, readings[:40])


async def merge_at_once(tx: asyncpg.Connection, readings: Sequence[Reading]) -> None:
    effects = Merger(Kept())
    await effects.apply(tx, await effects.prepare([record(offset, reading) for offset, reading in enumerate(readings)]))


async def test_of_an_event_too_large_to_carry_all_its_mentions_each_is_known_to_belong_to_it(tx: asyncpg.Connection) -> None:
    # given more reports of one strike than an event carries, and one of those that it does not carry withdrawn again
    world = reports(kept.MOST + 12)
    empty = [reading.model_copy(update={"mentions": ()}) for reading in readings_of(world[kept.MOST - 40])]
    gone = [one.model_copy(update={"article": one.article.model_copy(update={"revision": 2})}) for one in empty]
    events, changes = await merged(tx, [*readings_of(*world), *gone])
    # then all belong to it, as Postgres knows, and the event says how many there are
    (event,) = events
    assert await tx.fetchval("SELECT count(*) FROM told WHERE present AND event_id = $1", event.event_id) == len(world) - 1
    assert event.evidenced is not None
    assert (event.evidenced.mentions, len(event.mentions)) == (len(world) - 1, kept.MOST)
    assert {change.event.event_id for change in changes} == {event.event_id}
    left = [one for at, one in enumerate(world) if at != kept.MOST - 40]
    assert by_content(events) == by_content(merge_all(readings_of(*left)))
    # and whoever wants the rest asks for it, page by page
    editing = Editing(OneConnection(tx), Kept())
    first = await editing.mentions(event.event_id, "", 200)
    rest = await editing.mentions(event.event_id, first[-1].mention.mention_id, 200)
    assert {one.mention.mention_id for one in (*first, *rest)} == {one.mention.mention_id for one in left}
