"""What Kafka and Postgres are told."""

from pathlib import Path

from deploy.local import kafka, postgres, record, roles, state
from deploy.local.kafka import settings
from deploy.local.postgres import Postgres
from deploy.local.processes import Started
from deploy.local.record import Record


def told(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))


def test_kafka_listens_on_the_loopback_address_only() -> None:
    values = told(settings(29092, 29093))

    assert values["listeners"] == "CLIENT://127.0.0.1:29092,CONTROLLER://127.0.0.1:29093"
    assert values["advertised.listeners"] == "CLIENT://127.0.0.1:29092"
    assert values["controller.quorum.voters"] == "1@127.0.0.1:29093"


def test_kafka_makes_no_topic_by_itself_and_takes_short_sessions() -> None:
    values = told(settings(29092, 29093))

    assert values["auto.create.topics.enable"] == "false"
    assert values["group.min.session.timeout.ms"] == "1000"
    assert values["group.initial.rebalance.delay.ms"] == "0"


def test_postgres_writes_down_what_it_commits_and_listens_on_the_loopback_address_only() -> None:
    text = postgres._SETTINGS.read_text()

    assert all(line in text for line in ("fsync = on", "synchronous_commit = on", "full_page_writes = on"))
    assert "listen_addresses = '127.0.0.1'" in text


def test_the_jre_and_the_programs_of_postgres_come_with_packages() -> None:
    assert kafka.java().is_file()
    assert (postgres.programs() / "initdb").is_file()


def test_clusters_in_different_folders_have_different_names() -> None:
    one, other = (Postgres(state.folder_of(Path(path)), 1) for path in ("/a", "/b"))

    assert one.cluster != other.cluster
    assert len(one.cluster) < 64  # Postgres cuts longer ones


def test_names_and_passwords_are_quoted_in_statements() -> None:
    sql = "\n".join(roles.statements('the "news"', dict.fromkeys(state.ROLES, "it's")))

    assert 'ON DATABASE "the ""news""" TO "ingestor"' in sql
    assert "PASSWORD 'it''s'" in sql


def test_a_dsn_for_another_role_keeps_server_database_and_parameters() -> None:
    dsn = roles.with_login("postgresql://admin:old@db:5432/news?sslmode=require", "reader", "a/b@c")

    assert dsn == "postgresql://reader:a%2Fb%40c@db:5432/news?sslmode=require"


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    folder = state.make(tmp_path / "state")
    noted = Record({"kafka": Started(12, 34.5)}, {"kafka": 1, "controller": 2, "postgres": 3})

    record.write(folder, noted)

    assert record.read(folder) == noted


def test_a_missing_or_damaged_record_means_that_nothing_was_started(tmp_path: Path) -> None:
    folder = state.make(tmp_path / "state")
    assert record.read(folder) == Record()

    folder.record.write_text('{"processes": ')
    assert record.read(folder) == Record()
