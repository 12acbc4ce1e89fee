"""Parameters that are ill-formed are named, with an example of how to write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.ingestor.parameters import is_gone, moment, plain_url
from services.ingestor.problems import Problem


@pytest.mark.parametrize("text", ["2025-08-20T00:00Z", "2025-08-20T02:00+02:00", "2025-08-19T20:00:00-04:00"])
def test_an_instant_with_its_zone_is_taken(text: str) -> None:
    assert moment(text) == datetime(2025, 8, 20, tzinfo=UTC)


def test_a_capture_in_the_future_is_refused_and_one_within_the_skew_of_clocks_is_taken() -> None:
    latest = datetime(2025, 8, 20, 0, 10, tzinfo=UTC)
    assert moment("2025-08-20T00:10Z", latest) == latest
    with pytest.raises(Problem, match="lies in the future") as refused:
        moment("2025-08-20T00:10:01Z", latest)
    assert "clock" in (refused.value.details.advice or "")
    assert moment("2025-08-20T00:10:01Z") is not None, "the negative control: without the bound it is taken"


@pytest.mark.parametrize(("status", "gone"), [(None, False), (200, False), (204, False), (404, True), (410, True)])
def test_a_page_is_gone_when_its_site_says_so(status: int | None, gone: bool) -> None:
    assert is_gone(status, "https://news.example/1") is gone


@pytest.mark.parametrize(("status", "url"), [(500, "https://news.example/1"), (302, "https://news.example/1"), (404, None), (410, "")])
def test_an_answer_that_says_nothing_of_the_page_is_refused(status: int, url: str | None) -> None:
    with pytest.raises(Problem, match="status"):
        is_gone(status, url)


def test_nothing_said_is_nothing_said() -> None:
    assert moment(None) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2025-08-20T00:00", "has no zone"),
        ("2025-08-20", "has no zone"),
        ("yesterday", "is not an instant"),
        ("", "is not an instant"),
        ("2025-08-20T02:00 02:00", "is not an instant"),  # a plus sign that an address turned into a space
    ],
)
def test_what_is_no_instant_is_refused_with_an_example(text: str, why: str) -> None:
    with pytest.raises(Problem, match=why) as refused:
        moment(text)
    assert refused.value.details.status == 422
    assert "2025-08-20T00:00Z" in (refused.value.details.advice or "")


@pytest.mark.parametrize("text", ["https://news.example/a\x00", "https://news.example/\x1b[2J", "a\nb"])
def test_an_address_with_control_characters_is_refused(text: str) -> None:
    with pytest.raises(Problem, match="url"):
        plain_url(text)
