"""What comes of an attempt: when it is tried again, when it is given up, and when the address is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.webhooks.verdicts import Answer, Patience, pause, verdict

DAY = 86_400.0
PATIENCE = Patience(5.0, 4 * 3600.0, 3 * DAY)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_success_is_a_delivery(status: int) -> None:
    assert verdict(Answer(status), 1, 0, 0.5, PATIENCE).state == "delivered"


@pytest.mark.parametrize("status", [None, 100, 300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 413, 415, 422, 500, 501, 599])
def test_anything_else_is_tried_again_and_only_this_delivery_waits(status: int | None) -> None:
    found = verdict(Answer(status), 1, 0, 0.0, PATIENCE)
    assert (found.state, found.wait, found.rest) == ("waiting", 5.0, 0.0)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_address_is_left_alone_for_as_long_as_it_asks(status: int) -> None:
    found = verdict(Answer(status, retry_after=120), 1, 0, 0.0, PATIENCE)
    assert (found.wait, found.rest) == (120, 120)
    assert verdict(Answer(status), 1, 0, 0.0, PATIENCE).rest == 5.0


def test_a_retry_after_beyond_all_reason_is_cut_off() -> None:
    assert verdict(Answer(429, retry_after=90 * DAY), 1, 0, 0.0, PATIENCE).rest == PATIENCE.longest


def test_an_address_that_is_gone_loses_nothing() -> None:
    found = verdict(Answer(410), 1, 4 * DAY, 0.0, PATIENCE)
    assert found.state == "waiting"
    assert Answer(410).gone


def test_pauses_grow_fourfold_up_to_a_limit() -> None:
    assert [pause(attempt, 0.0, PATIENCE) for attempt in range(1, 9)] == [5, 20, 80, 320, 1280, 5120, 14400, 14400]


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_luck_shortens_a_pause_by_a_half_at_most(attempts: int, luck: float) -> None:
    longest = pause(attempts, 0.0, PATIENCE)
    assert longest / 2 <= pause(attempts, luck, PATIENCE) <= longest <= PATIENCE.longest


@given(st.floats(0, 1))
def test_whoever_always_fails_is_given_up_within_the_limit_and_not_much_sooner(luck: float) -> None:
    age, attempts = 0.0, 1
    while (found := verdict(Answer(500), attempts, age, luck, PATIENCE)).state == "waiting":
        assert found.wait > 0
        age, attempts = age + found.wait, attempts + 1
    assert found.state == "dead"
    assert PATIENCE.give_up - PATIENCE.longest <= age <= PATIENCE.give_up
    assert attempts < 60
