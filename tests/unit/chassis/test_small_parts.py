"""The chassis' small parts: faults, records, queries, settings, health, quarantine."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.envelope import Envelope, from_headers, to_headers
from services.chassis.decoding import decode
from services.chassis.errors import Permanent
from services.chassis.faults import Faults
from services.chassis.health import Health
from services.chassis.quarantine import quarantine_records
from services.chassis.queries import at_once, queries
from services.chassis.records import digest, partition_of, seq_of
from services.chassis.settings import Settings, parsed
from tests.support.records import raw


def test_a_plan_of_faults_that_names_no_such_point_is_refused() -> None:
    with pytest.raises(ValueError, match="before_lunch"):
        Faults("before_lunch:1:kill")


def test_several_statements_at_once_take_the_parameters_of_one_after_the_other() -> None:
    told = at_once("INSERT INTO a VALUES ($1, $2, $1)", "DELETE FROM b", "UPDATE c SET x = $1")
    assert told == (
        "WITH part_0 AS (INSERT INTO a VALUES ($1, $2, $1)), part_1 AS (DELETE FROM b), part_2 AS (UPDATE c SET x = $3) SELECT 1"
    )


def test_of_several_statements_at_once_one_may_be_named_whose_rows_are_wanted() -> None:
    told = at_once("DELETE FROM a WHERE x = $1", "DELETE FROM b WHERE x = $1 RETURNING x", giving=1)
    assert told == "WITH part_0 AS (DELETE FROM a WHERE x = $1), part_1 AS (DELETE FROM b WHERE x = $2 RETURNING x) SELECT * FROM part_1"


def test_no_plan_means_that_nothing_happens() -> None:
    Faults("").reached("before_commit")


@given(st.binary(min_size=1, max_size=40), st.integers(1, 12))
def test_keys_fall_into_the_partitions_that_kafka_s_own_partitioner_gives_them(key: bytes, count: int) -> None:
    partitions = list(range(count))
    assert partition_of(key, count) == DefaultPartitioner()(key, partitions, partitions)


def test_a_digest_tells_records_apart_whose_parts_run_together() -> None:
    assert digest(raw(0, key=b"ab", value=b"c")) != digest(raw(0, key=b"a", value=b"bc"))


@pytest.mark.parametrize("header", [b"", b"x", None, b"9" * 5000])
def test_a_number_that_is_none_counts_as_no_number(header: bytes | None) -> None:
    assert seq_of(raw(0, headers=(("ce_seq", header),))) is None


def test_an_envelope_comes_back_from_its_headers() -> None:
    envelope = Envelope(
        id=str(uuid.UUID(int=1)),
        type="parcel.sent.v1",
        source="test",
        time=datetime(2024, 3, 4, tzinfo=UTC),
        subject="k",
        causation_id="before",
        correlation_id=str(uuid.UUID(int=2)),
        ruleset="r1",
    )
    headers = [(name, value.encode()) for name, value in to_headers(envelope).items()]
    assert from_headers([*headers, ("ce_seq", b"5")]) == envelope.model_copy(update={"seq": 5})


def test_the_trace_is_w3c_and_made_of_the_ids() -> None:
    envelope = Envelope(
        id=str(uuid.UUID(int=1)), type="t", source="s", time=datetime(2024, 3, 4, tzinfo=UTC), correlation_id=str(uuid.UUID(int=2))
    )
    assert to_headers(envelope)["traceparent"] == f"00-{2:032x}-{0:016x}-01"


def test_a_record_without_its_required_attributes_is_permanently_bad() -> None:
    with pytest.raises(Permanent, match="type"):
        decode(raw(0, headers=(("ce_id", b"1"),)))


def test_quarantine_keeps_the_bytes_the_key_and_what_can_be_told_of_the_headers() -> None:
    bad = raw(3, key=b"k", value=b"\xff\x00", headers=(("ce_id", b"\xff"), ("x", None)))
    (kept,) = quarantine_records("follower", [(bad, "it is broken")])
    assert (kept.topic, kept.key, kept.value) == ("parcels.v1.quarantine", b"k", b"\xff\x00")
    assert kept.headers["original_ce_id"] == "\\xff"
    assert (kept.headers["error"], kept.headers["offset"]) == ("it is broken", "3")


def test_a_query_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "twice.sql"
    file.write_text("-- name: one\nSELECT 1\n\n-- name: one\nSELECT 2\n")
    with pytest.raises(ValueError, match="twice"):
        queries(file)


def test_settings_are_frozen_and_keep_the_password_to_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBOOK_DSN", "postgresql://me:secret@db/daybook")
    settings = Settings()
    assert "secret" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.kafka = "elsewhere"  # type: ignore[misc]  # that is the point


def test_settings_come_from_the_environment_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "daybook.toml").write_text('kafka = "file:1"\nbatch_records = 3\n')
    monkeypatch.setenv("DAYBOOK_KAFKA", "environment:1")
    assert (Settings().kafka, Settings().batch_records) == ("environment:1", 3)


def test_a_process_is_ready_when_every_part_is() -> None:
    health = Health("relay", "follower")
    health.set("relay")
    assert not health.ready().ready
    health.set("follower")
    assert health.ready().ready
    health.set("follower", reason="halted: the log was made anew")
    assert health.ready().parts["follower"] == "halted: the log was made anew"


def test_a_wrong_setting_is_named_without_its_value_and_ends_a_service_as_it_ends_a_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAYBOOK_HTTP_PORT", "sesame")
    with pytest.raises(SystemExit) as ended:
        parsed(Settings)
    told = capsys.readouterr().err
    assert (ended.value.code, "DAYBOOK_HTTP_PORT" in told, "sesame" in told, "Traceback" in told) == (2, True, False, False)


def test_what_wants_seeing_to_keeps_no_part_from_being_ready() -> None:
    health = Health("follower")
    health.set("follower")
    health.note("follower", "3 records wait in quarantine")
    assert (health.ready().ready, health.ready().notes) == (True, {"follower": "3 records wait in quarantine"})
    health.note("follower", None)
    assert health.ready().notes == {}
