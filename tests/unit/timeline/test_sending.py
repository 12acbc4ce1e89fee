"""An answer leaves as its asker takes it: with the states that it holds packed as they are stored, or opened; or not at all, where it is known."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from services.timeline.api.answers import events_json, history_json
from services.timeline.api.sending import SMALL, answer, takes
from services.timeline.packing import Packed, pack, zstd
from services.timeline.reader import EventsPage, Page, Row
from tests.unit.timeline.builders import TIME

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LONG = Packed((b'{"is":', b"}"), (pack(json.dumps([str(number) for number in range(2 * SMALL)])),))


def unframed(body: bytes) -> bytes:
    return zstd.decompress(body)


def asked(**headers: str) -> Request:
    return Request({"type": "http", "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]})


def answered(body: bytes | Packed, **headers: str) -> Response:
    return answer(asked(**headers), body)


@given(st.lists(TEXTS), st.data())
def test_states_left_packed_are_the_same_text_as_opened_to_whoever_unpacks_all_frames(states: list[str], data: st.DataObject) -> None:
    plain = data.draw(st.lists(TEXTS, min_size=len(states) + 1, max_size=len(states) + 1))
    body = Packed([one.encode() for one in plain], [pack(one) for one in states])
    text = "".join(one + state for one, state in zip(plain, [*states, ""], strict=True)).encode()
    assert (body.opened(), unframed(body.framed())) == (text, text)


@given(st.lists(TEXTS, unique=True, min_size=2, max_size=2))
def test_other_states_have_another_tag(states: list[str]) -> None:
    one, other = (answered(Packed((b"", b""), (pack(state),))).headers["etag"] for state in states)
    assert one != other


@pytest.mark.parametrize("many", [0, 1, 3])
def test_a_page_and_a_history_are_lists_of_states(many: int) -> None:
    states, position = [pack(json.dumps({"event_id": str(number)})) for number in range(many)], {"events.strike.v1-0": 7}
    told = [{"event_id": str(number)} for number in range(many)]
    page = events_json(EventsPage(states, some=False, next="n", total=many, position=position))
    assert isinstance(page, Packed)
    assert json.loads(page.opened()) == {"next": "n", "position": position, "total": many, "events": told}
    plain = {"revision": 1, "change": "revised", "merge_id": None, "split_from": None, "topic": "t", "partition": 0, "offset": 1}
    rows: list[Row] = [{**plain, "cause": '{"why":"x"}', "recorded_at": TIME, "state": state} for state in states]
    past = json.loads(history_json("e-1", Page(rows, None, position)).opened())
    assert [(one["cause"], one["state"], one["recorded_at"]) for one in past.pop("revisions")] == [
        ({"why": "x"}, state, TIME.isoformat()) for state in told
    ]
    assert past == {"event_id": "e-1", "next": None, "position": position}


@pytest.mark.parametrize("body", [LONG, LONG.opened()], ids=["packed", "plain"])
@pytest.mark.parametrize(("known", "status"), [("", 200), ('"other"', 200), ("{0}", 304), ('"other", W/{0}', 304)])
def test_who_has_an_answer_gets_none(body: bytes | Packed, known: str, status: int) -> None:
    tag = answered(body).headers["etag"]
    again = answered(body, if_none_match=known.format(tag))
    assert (again.status_code, again.headers["etag"], again.body == b"") == (status, tag, status == 304)


def test_to_know_that_an_answer_is_had_already_no_state_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    tag = answered(LONG).headers["etag"]
    monkeypatch.delattr("services.timeline.packing.opened")
    assert answered(LONG, if_none_match=tag).status_code == 304
    assert answered(LONG, accept_encoding="zstd").status_code == 200
    with pytest.raises(NameError):  # the control: who takes it unpacked has it opened
        answered(LONG)


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("zstd", True),
        ("gzip, deflate, br, ZSTD", True),
        ("zstd;q=0.5, gzip", True),
        ("zstd; q=1.000", True),
        ("gzip, zstd;q=0", False),
        ("zstd; q=0.000", False),
        ("zstd;q=0.;x", False),
        ("zstd;", False),
        ("xzstd, gzip", False),
        ("*", False),
        ("", False),
    ],
)
def test_states_are_left_packed_for_those_who_take_zstandard(accepted: str, packed: bool) -> None:
    sent = answered(LONG, accept_encoding=accepted)
    assert takes(accepted) == packed
    assert (sent.headers.get("content-encoding"), sent.headers.get("vary")) == (("zstd", "Accept-Encoding") if packed else (None, None))
    assert (unframed(bytes(sent.body)) if packed else sent.body) == LONG.opened()


def test_a_small_answer_is_sent_as_it_is() -> None:
    assert answered(Packed((b"", b""), (pack("{}"),)), accept_encoding="zstd").body == b"{}"
