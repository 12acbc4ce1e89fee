"""The rules of docs/reference/consumer-contract.md that no other test holds: whoever keeps them ends with the right table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from schemas.changes import EventChange
from schemas.events import CanonicalEvent
from services.chassis.records import partition_of
from tests.scenarios.merging.ledger import Ledger
from tests.scenarios.merging.test_merging_any_order import FEW, Revision, histories

PARTITIONS = 4
Sent = tuple[int, int, EventChange]


class Table:
    """A consumer in the fewest lines: what comes again is dropped, and of each event the state after its last change is kept."""

    def __init__(self) -> None:
        self.next: dict[int, int] = defaultdict(int)
        self.rows: dict[str, CanonicalEvent] = {}

    def take(self, partition: int, seq: int, change: EventChange) -> None:
        if seq < self.next[partition]:
            return
        assert seq == self.next[partition], "a hole"
        self.next[partition] = seq + 1
        self.rows[change.event.event_id] = change.event

    @property
    def living(self) -> dict[str, CanonicalEvent]:
        return {name: event for name, event in self.rows.items() if event.merged_into is None and event.status != "retracted"}


class Forgetful(Table):
    """One that takes every record for news."""

    def take(self, partition: int, seq: int, change: EventChange) -> None:
        self.rows[change.event.event_id] = change.event


def told(history: Iterable[Revision]) -> Ledger:
    ledger = Ledger()
    for article, revision, mentions in history:
        ledger.take(article, revision, mentions)
    return ledger


def numbered(changes: Sequence[EventChange]) -> dict[int, list[Sent]]:
    """The changes by partition, as the relay numbers them."""
    found: dict[int, list[Sent]] = defaultdict(list)
    for change in changes:
        at = partition_of(change.event.event_id.encode(), PARTITIONS)
        found[at].append((at, len(found[at]), change))
    return found


def heard(changes: Sequence[EventChange], chance: Random) -> list[Sent]:
    """What a consumer may hear: each partition in its order, with stretches that come again, and the partitions mixed as it happens."""
    queues = []
    for log in numbered(changes).values():
        queue = list(log)
        for _ in range(chance.randint(0, 2)):
            queue += log[chance.randint(0, len(log) - 1) :]
        queues.append(queue)
    mixed: list[Sent] = []
    while queues := [queue for queue in queues if queue]:
        mixed.append(chance.choice(queues).pop(0))
    return mixed


@given(histories(), st.randoms(use_true_random=False))
@FEW
def test_whoever_keeps_the_rules_has_the_living_events_whatever_comes_again_and_however_partitions_mix(
    history: list[Revision], chance: Random
) -> None:
    ledger, table = told(history), Table()
    for sent in heard(ledger.changes, chance):
        table.take(*sent)
    assert table.living == {event.event_id: event for event in ledger.live}


def test_whoever_takes_a_repeat_for_news_goes_back_in_time() -> None:
    # given an event with two revisions, and a relay that sends both again, the second of them later
    first, second = _two_revisions()
    log = [(0, 0, first), (0, 1, second), (0, 0, first)]
    careful, forgetful = Table(), Forgetful()
    for sent in log:
        careful.take(*sent)
        forgetful.take(*sent)
    assert careful.rows[second.event.event_id].revision == second.event.revision
    assert forgetful.rows[second.event.event_id].revision == first.event.revision


def _two_revisions() -> tuple[EventChange, EventChange]:
    event = CanonicalEvent(event_id="e", kind="strike", title="one", ruleset="r", status="occurred")
    changes = [
        EventChange.model_validate({"change": kind, "cause": {"reason": "told"}, "event": event.model_copy(update={"revision": at})})
        for at, kind in enumerate(("identified", "revised"), 1)
    ]
    return changes[0], changes[1]


@given(histories())
@FEW
def test_the_revisions_of_an_event_are_one_two_three_on_one_partition(history: list[Revision]) -> None:
    revisions: dict[str, list[int]] = defaultdict(list)
    for change in told(history).changes:
        revisions[change.event.event_id].append(change.event.revision)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in revisions.values())


@given(histories())
@FEW
def test_an_event_begins_as_identified_or_split_and_nothing_follows_a_merge(history: list[Revision]) -> None:
    of: dict[str, list[str]] = defaultdict(list)
    for change in told(history).changes:
        of[change.event.event_id].append(change.change)
    for kinds in of.values():
        assert kinds[0] in {"identified", "split"}
        assert not {"identified", "split"} & set(kinds[1:])
        assert "merged" not in kinds[:-1]


@given(histories())
@FEW
def test_the_records_of_a_merge_have_one_merge_id_and_lead_to_the_one_that_goes_on(history: list[Revision]) -> None:
    merges: dict[str, list[EventChange]] = defaultdict(list)
    for change in told(history).changes:
        if change.merge_id:
            merges[change.merge_id].append(change)
    for changes in merges.values():
        gone = [change for change in changes if change.change == "merged"]
        (stays,) = [change for change in changes if change.change != "merged"]
        assert gone
        assert {change.event.merged_into for change in gone} == {stays.event.event_id}


@given(histories())
@FEW
def test_a_split_names_an_event_that_was_told_before(history: list[Revision]) -> None:
    known: set[str] = set()
    for change in told(history).changes:
        assert (change.change == "split") == (change.split_from is not None)
        assert change.split_from is None or change.split_from in known
        known.add(change.event.event_id)
