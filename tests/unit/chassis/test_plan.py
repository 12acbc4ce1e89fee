"""What a follower does with a batch: apply, drop as a repeat, quarantine, or halt."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.checkpoints import Checkpoint
from services.chassis.errors import Halt
from services.chassis.plan import Plan, make_plan
from tests.support.records import TOPIC, genesis, raw

AT = TopicPartition(TOPIC, 0)


def held(next_offset: int = 0, next_seq: int = 0, log_uuid: str | None = None) -> dict[TopicPartition, Checkpoint]:
    return {AT: Checkpoint(AT, 1, next_offset, next_seq, log_uuid, None)}


def plan_of(batch: list[ConsumerRecord], next_offset: int = 0, next_seq: int = 0) -> Plan:
    return make_plan(held(next_offset, next_seq), set(), batch, {})


def offsets(plan: Plan) -> list[int]:
    return [record.offset for record in plan.fresh]


def test_records_in_order_are_applied_and_move_the_position() -> None:
    plan = plan_of([raw(0, 0), raw(1, 1)])
    assert offsets(plan) == [0, 1]
    assert (plan.reached[AT].next_offset, plan.reached[AT].next_seq) == (2, 2)


def test_a_record_sent_twice_by_the_relay_is_applied_once() -> None:
    plan = plan_of([raw(0, 0), raw(1, 1), raw(2, 0), raw(3, 1), raw(4, 2)])
    assert offsets(plan) == [0, 1, 4]
    assert [r.offset for r in plan.repeated] == [2, 3]


def test_records_before_the_position_are_ignored() -> None:
    assert offsets(plan_of([raw(3, 3), raw(4, 4), raw(5, 5)], next_offset=5, next_seq=5)) == [5]


def test_a_missing_number_halts() -> None:
    with pytest.raises(Halt, match="records are missing"):
        plan_of([raw(0, 0), raw(1, 2)])


def test_a_partition_that_is_not_held_is_left_alone() -> None:
    plan = plan_of([raw(0, 0, partition=7)])
    assert not plan.reached
    assert not plan.fresh


def test_a_topic_without_numbers_is_followed_by_offset() -> None:
    assert offsets(plan_of([raw(0), raw(4), raw(5)])) == [0, 4, 5]


def test_the_genesis_record_names_the_log_and_is_not_applied() -> None:
    plan = plan_of([genesis("one"), raw(1, 1)])
    assert offsets(plan) == [1]
    assert plan.reached[AT].log_uuid == "one"


def test_the_genesis_record_of_another_log_halts() -> None:
    with pytest.raises(Halt, match="made anew"):
        make_plan(held(next_offset=5, next_seq=5, log_uuid="one"), set(), [genesis("other", offset=5), raw(6, 1)], {})


def test_the_genesis_record_sent_again_is_a_repeat() -> None:
    plan = make_plan(held(next_offset=5, next_seq=5, log_uuid="one"), set(), [genesis("one", offset=5), raw(6, 5)], {})
    assert offsets(plan) == [6]


def test_a_record_refused_without_a_word_is_refused_all_the_same() -> None:
    plan = make_plan(held(), set(), [raw(0, 0, key=b"a"), raw(1, 1, key=b"b")], {(AT, 0): ""})
    assert offsets(plan) == [1]


@pytest.mark.parametrize(
    ("unreadable", "reason"),
    [
        (raw(1, 1, key=None), "no key"),
        (raw(1, headers=(("ce_seq", b"1"), ("ce_id", b"\xff\xfe"))), "can't be read"),
        (raw(1, headers=(("ce_seq", b"1"), ("ce_id", None))), "can't be read"),
    ],
    ids=["null key", "a header that is not UTF-8", "a null header"],
)
def test_an_unreadable_record_is_refused_and_its_neighbours_are_kept(unreadable: ConsumerRecord, reason: str) -> None:
    plan = plan_of([raw(0, 0, key=b"a"), unreadable, raw(2, 2, key=b"b")])
    assert offsets(plan) == [0, 2]
    assert [(r.offset, reason in why) for r, why in plan.refused] == [(1, True)]


def test_later_records_of_a_refused_key_wait_with_it() -> None:
    plan = make_plan(held(), set(), [raw(0, 0, key=b"a"), raw(1, 1, key=b"b"), raw(2, 2, key=b"a")], {(AT, 0): "bad"})
    assert offsets(plan) == [1]
    assert [r.offset for r, _ in plan.refused] == [0, 2]


def test_a_key_that_waits_since_an_earlier_batch_still_waits() -> None:
    plan = make_plan(held(), {(AT, b"a")}, [raw(0, 0, key=b"a"), raw(1, 1, key=b"b")], {})
    assert offsets(plan) == [1]


NEWER: list[dict[str, Any]] = [
    {"schema": "urn:daybook:schema:EventChange:v2"},
    {"schema": "urn:daybook:schema:EventChange:v0"},
    {"schema": "urn:daybook:schema:EventChange:v1", "kind": "daybook.event.revised.v2"},
    {"kind": "daybook.event.current.v2", "value": None},
    {"kind": "daybook.log.genesis.v2"},
]


@pytest.mark.parametrize("version", NEWER, ids=lambda version: " ".join(map(str, version.values())))
def test_a_record_of_an_unknown_version_stops_its_partition_there_and_no_other(version: dict[str, Any]) -> None:
    # given
    other = TopicPartition(TOPIC, 1)
    both = held() | {other: Checkpoint(other, 1, 0, 0, None, None)}
    batch = [raw(0, 0), raw(1, 1, **version), raw(2, 2), raw(0, 0, partition=1), raw(1, 1, partition=1)]
    # when
    plan = make_plan(both, set(), batch, {})
    # then
    assert [(record.at.partition, record.offset) for record in plan.fresh] == [(0, 0), (1, 0), (1, 1)]
    assert (plan.reached[AT].next_offset, plan.refused) == (1, [])
    assert {"topic": TOPIC, "partition": 0, "offset": 1}.items() <= plan.stopped[AT].about.items()
    assert "upgrade" in str(plan.stopped[AT])


def test_were_versions_not_looked_at_a_record_of_an_unknown_one_would_be_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.chassis.decoding.present", lambda value, _kind, _schema: value)
    assert offsets(plan_of([raw(0, 0), raw(1, 1, **NEWER[0]), raw(2, 2)])) == [0, 1, 2]


def test_an_unknown_version_stops_also_where_its_key_waits_for_quarantine() -> None:
    plan = make_plan(held(), {(AT, b"k")}, [raw(0, 0, **NEWER[0])], {})
    assert (list(plan.stopped), plan.refused) == ([AT], [])


@given(st.integers(1, 30), st.lists(st.integers(0, 29), max_size=20), st.integers(1, 7))
def test_any_repeats_and_any_batches_apply_each_number_once_and_in_order(count: int, restarts: list[int], size: int) -> None:
    """Given a relay that starts again from somewhere it had acknowledged, any number of times."""
    numbers, sent = list(range(count)), count
    for restart in restarts:
        numbers += range(min(restart, sent), sent)
    log = [raw(offset, seq) for offset, seq in enumerate(numbers)]
    applied, position = [], held()
    for first in range(0, len(log), size):
        plan = make_plan(position, set(), log[first : first + size], {})
        applied += [record.envelope.seq for record in plan.fresh]
        position = dict(plan.reached)
    assert applied == list(range(count))
