"""Editors' commands in Postgres: among readings in whatever order, they end in what a recomputation from both sets gives."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.local.stack import Stack
from schemas.edits import Edit
from schemas.events import CanonicalEvent
from schemas.mentions import Reading
from services.normalizer.commands import SQL as COMMANDS
from services.normalizer.commands import Commands
from services.normalizer.merging import Command, Told, merge_all
from services.normalizer.store import SQL, Parsed, Store
from tests.integration.merging_world import EMPTY, merged, merging_tables
from tests.scenarios.merging.ledger import by_content
from tests.scenarios.merging.test_merging_edits_any_order import edited
from tests.unit.merging.telling import command, readings, told

NIGHT: dict[str, Any] = {"date": "night 2025-08-18", "where": "Kharkiv", "who": "Russia > Ukraine"}
A, B, C = (told(name, "strike", numbers={"killed": 3 + at}, **NIGHT) for at, name in enumerate("abc"))
TALKS = told("talks", who="Trump, Putin", where="Geneva", date="2025-08-18")
FAR = told("far", "strike", date="2025-09-02", where="Odesa", who="Russia > Ukraine")


@pytest_asyncio.fixture
async def tx(stack: Stack) -> AsyncIterator[asyncpg.Connection]:
    async with merging_tables(stack) as connection:
        yield connection


def numbered(orders: Sequence[Command]) -> list[tuple[int, Edit]]:
    return [(one.seq, one.edit) for one in orders]


def of(history: Sequence[tuple[str, int, tuple[Told, ...]]]) -> list[Reading]:
    """The readings of every revision; one that tells nothing of a kind any more takes it back."""
    kinds = {article: {one.mention.kind for name, _, told_ in history if name == article for one in told_} for article, _, _ in history}
    found: list[Reading] = []
    for article, revision, mentions in history:
        given_ = {reading.kind: reading for reading in readings(*mentions)}
        ref = told(f"{article}.empty", article=article, revision=revision).article
        found += [given_.get(kind) or Reading(article=ref, kind=kind, ruleset="told") for kind in sorted(kinds[article])]
    return found


@given(edited(), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_corrected_and_withdrawn_articles_and_commands_in_any_interleaving_end_in_the_events_of_the_sets(
    tx: asyncpg.Connection, world: tuple[list[Any], list[Command]], chance: random.Random
) -> None:
    history, orders = world
    await tx.execute(EMPTY)
    given_: list[Any] = of(history)
    given_ += given_[:2]
    chance.shuffle(given_)
    places = sorted(chance.randrange(len(given_) + 1) for _ in orders)
    for at, order in reversed(list(zip(places, numbered(orders), strict=True))):
        given_.insert(at, order)
    events, _ = await merged(tx, given_, lambda: chance.randint(1, 8))
    newest = {article: revision for article, revision, _ in sorted(history, key=lambda one: one[:2])}
    latest = [one for one in of(history) if one.article.revision == newest[one.article.article_id]]
    assert by_content(events) == by_content(merge_all(latest, orders))


async def test_a_split_outlives_the_ids_of_events_and_a_correction_of_the_article(tx: asyncpg.Connection) -> None:
    # given three reports of one strike, of which an editor takes one away
    events, changes = await merged(tx, [*readings(A, B, C), *numbered([command(1, "split", C, rest=(A, B), reason="another street")])])
    assert {tuple(m.mention_id for m in event.mentions) for event in events} == {("a", "b"), ("c",)}
    # then the change names the command and its editor
    (split,) = [change for change in changes if change.change == "split"]
    assert (split.cause.edit_id, split.cause.editor, split.cause.topic) == ("edit-1", "A. Editor", "edits.v1")
    assert split.cause.reason == "split by A. Editor: another street"
    # and a correction that moves the mention within its article, under a new id, changes nothing of it
    evidence = C.mention.evidence.model_copy(update={"revision": 2, "start": 40, "end": 40 + C.mention.evidence.end})
    moved = Told(C.mention.model_copy(update={"mention_id": "c.2", "evidence": evidence}), C.article.model_copy(update={"revision": 2}))
    again, _ = await merged(tx, readings(moved))
    assert {tuple(m.mention_id for m in event.mentions) for event in again} == {("a", "b"), ("c.2",)}


async def test_events_that_nothing_else_joins_are_one_by_an_editors_command_until_it_is_revoked(tx: asyncpg.Connection) -> None:
    before, _ = await merged(tx, readings(A, FAR))
    together, changes = await merged(tx, numbered([command(1, "merge", A, FAR)]))
    assert [change.change for change in changes] == ["revised", "merged"]
    (event,) = together
    assert [edit.action for edit in event.edits] == ["merge"]
    assert {m.membership.edit_id for m in event.mentions if m.membership} == {"edit-1"}
    after, _ = await merged(tx, numbered([command(2, "revoke", kind="strike", revokes="edit-1")]))
    assert by_content(after) == by_content(before)


async def test_a_correction_is_a_claim_of_the_editor_and_no_later_article_overrides_it(tx: asyncpg.Connection) -> None:
    order = command(1, "correct", A, field="quantities.killed", value=9, reason="the morgue's list")
    (event,), _ = await merged(tx, [*readings(A), *numbered([order]), *readings(B, C)])
    (number,) = event.quantities
    assert (number.low, number.best, number.high) == (3, 9, 9)
    claim = next(claim for claim in event.claims if claim.claim_id == number.claim_ids[-1])
    assert claim.speaker is not None
    assert (claim.speaker.name, claim.evidence.edit_id, claim.evidence.quote) == ("A. Editor", "edit-1", "the morgue's list")


async def test_what_an_editor_retracted_stays_so_whoever_tells_it_again_until_revoked(tx: asyncpg.Connection) -> None:
    events, changes = await merged(tx, [*readings(A), *numbered([command(1, "retract", A)]), *readings(B, C)])
    assert events == []
    assert [change.change for change in changes] == ["identified", "retracted"]
    assert changes[-1].event.edits[0].edit_id == "edit-1"
    back, more = await merged(tx, numbered([command(2, "revoke", kind="strike", revokes="edit-1")]))
    assert by_content(back) == by_content(merge_all(readings(A, B, C)))
    assert {change.event.event_id for change in changes + more} == {back[0].event_id}


async def test_a_command_that_is_there_before_its_articles_holds_once_they_come(tx: asyncpg.Connection) -> None:
    events, changes = await merged(tx, [*numbered([command(1, "merge", A, FAR)]), *readings(FAR), *readings(A)])
    assert len(events) == 1
    assert [change.change for change in changes] == ["identified", "revised"]


async def test_a_command_holds_for_all_that_it_names_of_an_article_though_a_new_report_resembles_but_some_of_it(
    tx: asyncpg.Connection,
) -> None:
    # given an article of two blows that an editor called one, and retracted
    here, there = (told(f"x.{name}", "strike", article="x", **one) for name, one in (("near", NIGHT), ("far", {**NIGHT, "where": "Odesa"})))
    orders = [command(1, "merge", here, there), command(2, "retract", there)]
    await merged(tx, [*readings(here, there), *numbered(orders)])
    # when another reports the nearer one
    events, _ = await merged(tx, readings(A))
    # then the farther one, which it says nothing of, still counts
    assert by_content(events) == by_content(merge_all(readings(here, there, A), orders)) == set()


async def test_an_event_outlives_the_retraction_of_one_to_which_a_report_went_over(tx: asyncpg.Connection) -> None:
    events, orders = await went_over(tx)
    assert by_content(events) == by_content(merge_all(readings(RETRACTED, OVER, NEXT_DAY, LATER), orders))
    assert [[m.mention_id for m in event.mentions] for event in events] == [["next-day"]]


async def test_a_report_that_was_not_let_go_would_take_the_event_that_it_left_with_it(
    tx: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr(Store, "_let_go", lambda *_: None)
    events, _ = await went_over(tx)
    assert events == []


THREE, EVENING = "Trump, Putin, Zelensky", "night 2025-08-17"
RETRACTED = told("retracted", who="Russia, Ukraine", date=EVENING)
OVER = told("over", who=THREE, date=EVENING, says="proposed")
NEXT_DAY = told("next-day", who=THREE, date="night 2025-08-18")
BETWEEN = told("between", who="Trump, Putin", date="2025-08-18", says="postponed")
LATER = told("later", who="Russia, Ukraine")


async def went_over(tx: asyncpg.Connection) -> tuple[list[CanonicalEvent], list[Command]]:
    """What lives after a retracted meeting, one of the next day, a report that fits both, and one between that ties it to the latter until
    it is withdrawn; then another report of the first is retracted, which looks at the first again, but not at the next day's.
    """
    orders = [command(1, "retract", RETRACTED), command(2, "retract", LATER)]
    told_ = [*readings(RETRACTED), *readings(OVER), *readings(NEXT_DAY), *readings(BETWEEN), *readings(LATER)]
    withdrawn = Reading(article=BETWEEN.article.model_copy(update={"revision": 2}), kind="summit", ruleset="told")
    events, _ = await merged(tx, [*numbered(orders[:1]), *told_, withdrawn, *numbered(orders[1:])])
    return events, orders


async def test_as_long_as_nobody_gave_a_command_none_is_looked_for(tx: asyncpg.Connection) -> None:
    """A reading comes oftener than a command by far, and waits for each question."""
    for orders, looked_for in (numbered([command(1, "retract", A)]), True), ([], False):
        await tx.execute(EMPTY)
        await merged(tx, orders)
        asked: list[str] = []
        with tx.query_logger(lambda told_, asked=asked: asked.append(told_.query)):
            await merged(tx, readings(A, TALKS))
        assert (COMMANDS["naming"] in asked) == looked_for


async def test_a_store_that_believed_that_there_were_no_commands_would_miss_those_that_came_before_their_articles(
    tx: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    believe = Commands.there_are
    monkeypatch.setattr(Commands, "there_are", lambda commands, **_: believe(commands, any_at_all=False))
    events, _ = await merged(tx, [*numbered([command(1, "merge", A, FAR)]), *readings(A, FAR)])
    assert len(events) == 2


async def test_the_same_command_again_changes_nothing(tx: asyncpg.Connection) -> None:
    order = numbered([command(1, "merge", A, FAR)])
    _, changes = await merged(tx, [*readings(A, FAR), *order, *order])
    assert len(changes) == len(["a", "far", "revised", "merged"])


async def test_without_the_articles_that_a_command_names_it_would_fall_out_of_force_on_the_next_report(
    tx: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: a store that looks only at what is alike forgets what editors tied to it."""

    async def blind(self: Commands, slots: object) -> set[Any]:
        return set()

    given_: list[Any] = [*readings(A, FAR), *numbered([command(1, "merge", A, FAR)])]
    await merged(tx, given_)
    monkeypatch.setattr(Commands, "load", blind)
    events, _ = await merged(tx, readings(B))
    assert by_content(events) != by_content(merge_all(readings(A, B, FAR), [command(1, "merge", A, FAR)]))


async def test_one_transaction_at_a_time_merges_a_kind_whichever_topic_its_records_come_from(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with merging_tables(stack):
        pass  # they are there
    one, other = [await asyncpg.connect(stack.dsn("normalizer")) for _ in range(2)]
    try:
        async with one.transaction():
            # given a transaction that merges a reading of a kind
            await Store(one, Parsed()).open(readings(A), [A])
            # then one with a command on that kind waits, and one on another kind does not
            assert await opened(other, [], [command(1, "retract", A).edit]) is False
            assert await opened(other, [], [command(1, "retract", TALKS).edit]) is True
            # and without the lock it would not wait: each would compute from what it does not see of the other
            monkeypatch.setitem(SQL, "alone", "SELECT $1::text[]")
            assert await opened(other, [], [command(1, "retract", A).edit]) is True
    finally:
        await one.close()
        await other.close()


async def opened(connection: asyncpg.Connection, batch: list[Reading], edits: list[Edit]) -> bool:
    """Whether a store opens without waiting for another's."""
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '200ms'")
        try:
            await Store(connection, Parsed()).open(batch, [], edits)
        except asyncpg.LockNotAvailableError:
            return False
        return True
