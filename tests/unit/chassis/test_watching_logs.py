"""Which openings of a log are those of another log."""

from __future__ import annotations

from typing import cast

import pytest
from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndTimestamp

from services.chassis.errors import Halt
from services.chassis.follower import Follower
from services.chassis.watching_logs import LogWatch, Opening

AT = TopicPartition("events.strike.v1", 0)
EMPTY: Opening = (0, None)
EARLY: Opening = (0, OffsetAndTimestamp(0, 1_000))
LATE: Opening = (0, OffsetAndTimestamp(0, 2_000))
SHORTENED: Opening = (5, OffsetAndTimestamp(5, 3_000))


def seen(*openings: Opening) -> None:
    watch = LogWatch(cast("Follower", None), [AT.topic], "nowhere")
    for opening in openings:
        watch._same_opening(AT, opening)


@pytest.mark.parametrize("openings", [(EARLY, EARLY), (EMPTY, EMPTY, EARLY, EARLY), (EARLY, SHORTENED, SHORTENED)])
def test_a_log_that_was_empty_and_opens_or_whose_beginning_is_removed_is_the_same(openings: tuple[Opening, ...]) -> None:
    seen(*openings)


@pytest.mark.parametrize("openings", [(EARLY, LATE), (EMPTY, EARLY, LATE), (EARLY, EMPTY)])
def test_a_log_that_opens_with_another_record_is_another(openings: tuple[Opening, ...]) -> None:
    with pytest.raises(Halt, match="another log"):
        seen(*openings)


def test_a_follower_whose_client_has_not_started_has_nothing_to_claim_anew() -> None:
    """The watch may look before the broker has let anybody in."""
    follower = Follower.__new__(Follower)
    follower.bind(lambda: None)  # the subscriber has no consumer yet
    follower.claim_anew([])
    with pytest.raises(KeyError):
        follower.halt_all(KeyError("what the look stumbled over"))
