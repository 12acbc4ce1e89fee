"""Whatever a crawler writes into its topic is a capture, or a refusal with its bytes; never an error."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from schemas.topics import cards
from services.chassis.checkpoints import Checkpoint
from services.ingestor.crawl import BadTopicError, check_topic, plan_of
from services.ingestor.crawled import Crawled, crawled, written_at
from services.ingestor.cutting import Piece
from tests.support.records import raw

NOW = datetime(2024, 3, 5, 12, tzinfo=UTC)
AT = TopicPartition("parcels.v1", 0)
HELD = Checkpoint(AT, 1, 7, 0, None, None)


def record(**headers: str) -> ConsumerRecord:
    given_headers = tuple((name.replace("_", "-"), text.encode()) for name, text in headers.items())
    return raw(7, key=None, value=b"news", headers=given_headers)


def said(**headers: str) -> Crawled:
    found = crawled(record(**headers), NOW)
    assert isinstance(found, Crawled)
    return found


def test_a_record_without_headers_is_a_page_that_nobody_knows_anything_of() -> None:
    capture = said().capture
    assert (capture.content, capture.url, capture.captured_at, capture.media_type) == (b"news", None, None, None)
    assert capture.label == "parcels.v1-0@7"


def test_headers_say_of_the_page_what_parameters_do_whatever_their_case() -> None:
    capture = crawled(
        raw(7, headers=(("URL", b"https://news.example/1"), ("captured_at", b"2024-03-05T11:00Z"), ("Content-Type", b"text/html"))), NOW
    )
    assert isinstance(capture, Crawled)
    assert (capture.capture.url, capture.capture.media_type) == ("https://news.example/1", "text/html")
    assert capture.capture.captured_at == datetime(2024, 3, 5, 11, tzinfo=UTC)
    assert not capture.gone


def test_a_page_that_was_answered_with_404_is_gone() -> None:
    assert said(status="404", url="https://news.example/1").gone
    assert not said(status="200").gone


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"url": "https://news.example/\x1b[2J"}, "url"),
        ({"status": "404"}, "needs the `url`"),
        ({"status": "teapot"}, "is no answer"),
    ],
)
def test_headers_that_cannot_be_true_refuse_the_record_with_its_bytes(headers: dict[str, str], why: str) -> None:
    found = crawled(record(**headers), NOW)
    assert isinstance(found, Piece)
    assert found.refused == b"news"
    assert why in found.refusals[0].what


@pytest.mark.parametrize("text", ["2024-03-05T12:01Z", "yesterday", "2024-03-05"])
def test_a_capture_time_that_cannot_be_refuses_the_record(text: str) -> None:
    found = crawled(raw(7, headers=(("captured_at", text.encode()),)), NOW)
    assert isinstance(found, Piece)
    assert "captured_at" in found.refusals[0].what


@given(st.binary(), st.lists(st.tuples(st.sampled_from(["url", "captured_at", "status", "content-type", "x"]), st.none() | st.binary())))
def test_no_record_is_an_error(value: bytes, headers: list[tuple[str, bytes | None]]) -> None:
    assert isinstance(crawled(raw(7, value=value, headers=tuple(headers)), NOW), Crawled | Piece)


def test_the_time_of_a_record_is_never_later_than_now() -> None:
    early = datetime(2024, 3, 1, tzinfo=UTC)
    assert written_at(record(), NOW) == datetime.fromtimestamp(1_709_542_800, UTC)
    assert written_at(record(), early) == early


def test_a_record_is_applied_from_the_position_on_and_no_count_of_its_own_counts() -> None:
    plan = plan_of({AT: HELD}, raw(7, headers=(("ce_seq", b"9" * 40),)))
    assert [one.offset for one in plan.fresh] == [7]
    assert (plan.reached[AT].next_offset, plan.reached[AT].next_seq) == (8, 0)


def test_a_record_before_the_position_or_of_another_owner_is_left() -> None:
    assert not plan_of({AT: HELD}, raw(6)).reached
    assert not plan_of({}, raw(7)).reached


@pytest.mark.parametrize("topic", [card.topic for card in cards()][:3])
def test_a_topic_of_our_own_is_not_followed(topic: str) -> None:
    with pytest.raises(BadTopicError, match=topic):
        check_topic(topic)
    check_topic("crawler.pages")
