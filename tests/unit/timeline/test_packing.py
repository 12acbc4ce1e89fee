"""States as they are stored: packed and unpacked, compared unopened, and cut down to some members."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.timeline.packing import CHECKSUM, pack, some, unpack, zstd
from tests.unit.timeline.builders import event

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_what_is_packed_is_unpacked_as_it_was(text: str) -> None:
    assert unpack(pack(text)) == text


def test_what_an_earlier_version_stored_as_text_is_taken_as_it_is() -> None:
    assert unpack('{"title": "Talks"}') == '{"title": "Talks"}'


@given(TEXTS)
def test_two_releases_of_the_library_leave_the_same_checksum_at_the_end(text: str) -> None:
    otherwise = zstd.compress(
        text.encode(), options={zstd.CompressionParameter.compression_level: 19, zstd.CompressionParameter.checksum_flag: 1}
    )
    assert otherwise[-CHECKSUM:] == pack(text)[-CHECKSUM:]


@given(TEXTS, TEXTS)
def test_other_texts_leave_another(one: str, other: str) -> None:
    assert (pack(one)[-CHECKSUM:] == pack(other)[-CHECKSUM:]) == (one == other)


WHOLE = pack(event().model_dump_json())


@pytest.mark.parametrize("damaged", [WHOLE[:-1] + bytes([WHOLE[-1] ^ 1]), WHOLE[:-1], b"", WHOLE + WHOLE, WHOLE + b" "])
def test_a_state_that_is_not_one_whole_frame_is_no_answer(damaged: bytes) -> None:
    with pytest.raises(zstd.ZstdError):
        unpack(damaged)


def test_some_members_are_given_in_the_order_of_the_state() -> None:
    told = some(pack(event("e-1", 3, title="Talks").model_dump_json()), ["title", "revision", "event_id"])
    assert told == b'{"event_id":"e-1","revision":3,"title":"Talks"}'
    assert json.loads(some('{"title": "Talks", "revision": 1}', ["title"])) == {"title": "Talks"}
