"""Each address is told each change that it wants exactly once, by the follower or by reading for itself, in the order of the log."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Never

from hypothesis import given
from hypothesis import strategies as st

from services.webhooks.allotting import Listener, Position, allot
from services.webhooks.messages import Message, Place
from services.webhooks.wanted import Wanted
from tests.unit.timeline.builders import TOPIC, event

AT = (TOPIC, 0)
STRANGER = "hook"


def told(offset: int, event_id: str = "e-1", status: str = "occurred", partition: int = 0, *, again: bool = False) -> Message:
    return Message(Place(TOPIC, partition, offset), f"m-{offset}", event(event_id, offset + 1, status=status), b"{}", again)


def listener(room: int = 100, **wanted: object) -> Listener:
    return Listener(STRANGER, Wanted.model_validate(wanted), room)


def offsets(made: list[tuple[str, Message]]) -> list[int]:
    return [message.place.offset for _, message in made]


def test_an_address_that_wants_everything_is_told_everything_in_order() -> None:
    made = allot([told(3), told(4), told(7)], [listener()], {}, set())
    assert offsets(made.queued) == [3, 4, 7]
    assert made.behind == {}
    assert made.told == set(), "who leaves nothing out need not be remembered"


def test_nothing_from_before_its_beginning_is_told() -> None:
    assert offsets(allot([told(3), told(4)], [listener()], {(STRANGER, AT): Position(4)}, set()).queued) == [4]


def test_an_address_that_still_reads_for_itself_is_told_only_what_it_has_passed() -> None:
    """What it has passed comes again only when it was in quarantine meanwhile."""
    assert offsets(allot([told(3), told(9)], [listener()], {(STRANGER, AT): Position(0, 5)}, set()).queued) == [3]


def test_a_full_queue_sends_an_address_to_the_log_from_the_first_change_that_has_no_room() -> None:
    made = allot([told(3), told(4), told(5)], [listener(2)], {}, set())
    assert offsets(made.queued) == [3, 4]
    assert made.behind == {(STRANGER, AT): 5}


def test_what_comes_out_of_quarantine_sends_nobody_back_in_the_log_however_full_the_queue() -> None:
    """Whoever fell behind at this place would read, and be told, all that came since once more."""
    made = allot([told(5, again=True)], [listener(0)], {}, set())
    assert offsets(made.queued) == [5]
    assert made.behind == {}
    assert allot([told(5)], [listener(0)], {}, set()).behind == {(STRANGER, AT): 5}


def test_partitions_fill_a_queue_apart() -> None:
    made = allot([told(3), told(0, "e-2", partition=1), told(4)], [listener(1)], {}, set())
    assert offsets(made.queued) == [3]
    assert made.behind == {(STRANGER, AT): 4, (STRANGER, (TOPIC, 1)): 0}


def test_an_event_that_fits_no_more_is_told_to_whoever_heard_of_it_when_it_did() -> None:
    wanting = listener(statuses=["scheduled"])
    made = allot([told(1, status="scheduled"), told(2, status="cancelled")], [wanting], {}, set())
    assert offsets(made.queued) == [1, 2]
    assert made.told == {(STRANGER, "e-1")}
    assert offsets(allot([told(3, status="retracted")], [wanting], {}, {(STRANGER, "e-1")}).queued) == [3]


def test_an_event_that_never_fitted_is_not_told() -> None:
    assert allot([told(1, status="occurred")], [listener(statuses=["scheduled"])], {}, {("another", "e-1")}).queued == []


class Many(AbstractSet[tuple[str, str]]):
    """So many events that nobody may go through them for each change: the position waits in its transaction meanwhile."""

    def __contains__(self, _: object) -> bool:
        return False

    def __len__(self) -> int:
        return 1_000_000

    def __iter__(self) -> Never:
        raise AssertionError("all that was ever told was gone through")


def test_what_was_told_is_looked_up_and_never_gone_through() -> None:
    made = allot([told(1), told(2, "e-2"), told(3)], [listener(statuses=["occurred"])], {}, Many())
    assert offsets(made.queued) == [1, 2, 3]
    assert made.told == {(STRANGER, "e-1"), (STRANGER, "e-2")}


@given(st.lists(st.integers(1, 4), max_size=12), st.integers(1, 5), st.integers(0, 8), st.data())
def test_whoever_falls_behind_and_catches_up_hears_each_change_once_and_in_order(
    batches: list[int], queue: int, first: int, data: st.DataObject
) -> None:
    """A model of both sides over one partition: the follower in batches, the address by itself whenever its queue has room."""
    log = [told(offset, f"e-{offset % 3}") for offset in range(sum(batches))]
    heard: list[int] = []
    waiting, position, reached = 0, Position(first, first), 0
    for size in batches:
        batch = log[reached : reached + size]
        made = allot(batch, [listener(queue - waiting)], {(STRANGER, AT): position}, set())
        heard += offsets(made.queued)
        waiting += len(made.queued)
        reached += size
        if made.behind:
            position = Position(first, made.behind[STRANGER, AT])
        waiting -= data.draw(st.integers(0, waiting))  # some are delivered
        if position.next is not None and position.next <= reached and waiting < queue:
            end = min(reached, position.next + data.draw(st.integers(1, 4)))
            mine = allot(log[position.next : end], [listener(0)], {(STRANGER, AT): Position(0, end)}, set())
            heard += offsets(mine.queued)
            waiting += len(mine.queued)
            position = Position(first, None if end >= reached else end)
    if position.next is not None:
        heard += list(range(position.next, reached))  # what it would read once there is room
    assert heard == list(range(first, max(first, reached)))
