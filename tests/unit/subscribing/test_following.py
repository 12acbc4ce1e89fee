"""What a subscriber makes of a partition: each number once, whatever comes again, and nothing beyond a hole."""

from __future__ import annotations

import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from subscribing.errors import Hole, LogRecreated
from subscribing.following import Step, followed, followed_loosely
from tests.support.records import genesis, raw

LOG = "aaaaaaaa-0000-0000-0000-000000000000"
START = Step(0, 0, None)


def log_of(numbers: list[int]) -> list[ConsumerRecord]:
    """Records with these numbers, at offsets that count up."""
    return [genesis(LOG, offset) if number == 0 else raw(offset, number) for offset, number in enumerate(numbers)]


def handed_out(records: list[ConsumerRecord], step: Step = START) -> list[int]:
    """The offsets of what is news."""
    found = []
    for record in records:
        step, fresh = followed(step, record)
        found += [record.offset] if fresh else []
    return found


@st.composite
def logs_with_repeats(draw: st.DrawFn) -> list[int]:
    """A dense log in which stretches of what was there already come again anywhere: of a relay that crashed, or froze and woke."""
    numbers = [0]
    for _ in range(draw(st.integers(0, 6))):
        newest = max(numbers)
        numbers += range(newest + 1, newest + 1 + draw(st.integers(0, 5)))
        first = draw(st.integers(0, max(numbers)))
        numbers += range(first, draw(st.integers(first, max(numbers))) + 1)
    return numbers


@given(logs_with_repeats())
def test_each_number_is_handed_out_once_where_it_first_stood(numbers: list[int]) -> None:
    firsts = [numbers.index(number) for number in range(1, max(numbers) + 1)]
    assert handed_out(log_of(numbers)) == firsts


@given(logs_with_repeats(), st.data())
def test_who_stops_anywhere_and_goes_on_gets_the_rest(numbers: list[int], data: st.DataObject) -> None:
    records = log_of(numbers)
    stop = data.draw(st.integers(0, len(records)))
    step = START
    for record in records[:stop]:
        step, _ = followed(step, record)
    place = step.place
    again = Step(place.offset, place.seq or 0, place.log, None, place.last)
    assert handed_out(records[:stop]) + handed_out(records[stop:], again) == handed_out(records)


def test_without_what_a_position_knows_of_numbers_a_repeat_would_be_handed_out_twice() -> None:
    """The negative control of `seq` in a position: the offset alone does not tell which records come again."""
    records = log_of([0, 1, 2, 3, 2, 3])
    step = START
    for record in records[:4]:
        step, _ = followed(step, record)
    assert handed_out(records[4:], step) == []
    assert handed_out(records[4:], step._replace(seq=2)) == [4, 5]


def test_a_number_that_is_missing_is_a_hole() -> None:
    with pytest.raises(Hole, match=r"parcels.v1-0: number 3 at offset 2 follows 1"):
        handed_out(log_of([0, 1, 3]))


def test_a_record_without_a_number_is_not_daybooks() -> None:
    with pytest.raises(Hole, match="somebody else writes to this topic"):
        handed_out([genesis(LOG), raw(1)])


def test_a_genesis_of_another_log_is_no_repeat() -> None:
    other = genesis("bbbbbbbb-0000-0000-0000-000000000000", 2)
    assert handed_out([*log_of([0, 1]), genesis(LOG, 2)]) == [1]
    with pytest.raises(LogRecreated, match="bbbbbbbb…, it was aaaaaaaa…"):
        handed_out([*log_of([0, 1]), other])


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.integers(0, 9)), max_size=20))
def test_of_a_compacted_topic_each_key_only_moves_forward(told: list[tuple[bytes, int]]) -> None:
    step, newest, kept = START, dict[bytes, int](), dict[bytes, list[int]]()
    for offset, (key, number) in enumerate(told):
        step, fresh = followed_loosely(step, raw(offset, number, key=key), newest)
        kept.setdefault(key, []).extend([number] if fresh else [])
    assert all(numbers == sorted(set(numbers)) for numbers in kept.values())
    assert {key: numbers[-1] for key, numbers in kept.items()} == {key: max(n for k, n in told if k == key) for key, _ in told}
