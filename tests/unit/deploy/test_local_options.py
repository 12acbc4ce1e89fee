"""What the environment may ask of the stack."""

from pathlib import Path

import pytest

from deploy.local.addresses import choose
from deploy.local.errors import BadSettingError
from deploy.local.external import given
from deploy.local.options import Options, from_env
from deploy.local.record import Record


def test_an_empty_environment_asks_for_nothing_special() -> None:
    assert from_env({}) == Options(state=Path(".daybook"))


def test_settings_are_taken_from_the_environment() -> None:
    asked = from_env({"DAYBOOK_STATE": "/srv/daybook", "DAYBOOK_KAFKA_PORT": "29092", "DAYBOOK_POSTGRES_PORT": "0"})

    assert (asked.state, asked.kafka_port, asked.postgres_port) == (Path("/srv/daybook"), 29092, 0)


@pytest.mark.parametrize("text", ["nineteen", "-1", "65536", "1.5", "٣"])
def test_what_is_no_port_is_refused_by_the_name_of_its_setting(text: str) -> None:
    with pytest.raises(BadSettingError, match="DAYBOOK_KAFKA_PORT") as refused:
        from_env({"DAYBOOK_KAFKA_PORT": text})

    assert "65535" in refused.value.todo


def test_both_external_servers_together_mean_that_nothing_is_started() -> None:
    assert from_env({"DAYBOOK_KAFKA": "broker:9092", "DAYBOOK_POSTGRES": "postgresql://db/news"}).external
    assert not from_env({}).external


@pytest.mark.parametrize(("given", "missing"), [("DAYBOOK_KAFKA", "DAYBOOK_POSTGRES"), ("DAYBOOK_POSTGRES", "DAYBOOK_KAFKA")])
def test_one_external_server_alone_is_refused(given: str, missing: str) -> None:
    with pytest.raises(BadSettingError, match=f"{given} is set, but {missing} is not"):
        from_env({given: "x"})


@pytest.mark.parametrize("kafka", ["broker", "broker:many", ":9092", "a:1,,b:2", "a:1:x", "a:99999"])
def test_kafka_servers_that_are_no_addresses_are_refused(kafka: str) -> None:
    with pytest.raises(BadSettingError, match="DAYBOOK_KAFKA="):
        given(Options(kafka=kafka, postgres="postgresql://db/news"))


@pytest.mark.parametrize(
    "dsn", ["host=db user=x", "mysql://db/news", "postgresql://", "postgresql://db:many/news", "postgresql://[db/news"]
)
def test_a_dsn_that_is_no_url_of_postgres_is_refused_without_showing_its_password(dsn: str) -> None:
    with pytest.raises(BadSettingError, match="DAYBOOK_POSTGRES is not a URL") as refused:
        given(Options(kafka="broker:9092", postgres=dsn))

    assert dsn not in refused.value.what


def test_servers_that_exist_may_be_several_and_have_addresses_of_any_form() -> None:
    asked = Options(kafka="a:1, [::1]:9092", postgres="postgres://admin:s@[::1]:5433/news?sslmode=require")

    assert given(asked) == (asked.kafka, asked.postgres)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Options(), {"kafka": 19092, "controller": 19093, "postgres": 15432}),
        (Options(kafka_port=29092), {"kafka": 29092, "controller": 29093, "postgres": 15432}),
        (Options(kafka_port=29092, controller_port=5, postgres_port=6), {"kafka": 29092, "controller": 5, "postgres": 6}),
    ],
)
def test_ports_are_those_asked_for_and_the_controller_stands_beside_kafka(asked: Options, expected: dict[str, int]) -> None:
    assert choose(asked, Record()) == expected


def test_port_zero_takes_free_ports_that_differ() -> None:
    chosen = choose(Options(kafka_port=0, postgres_port=0), Record())

    assert len(set(chosen.values())) == 3
    assert 0 not in chosen.values()


def test_a_stack_that_crashed_comes_up_on_the_ports_it_had() -> None:
    before = Record(ports={"kafka": 21000, "controller": 21001, "postgres": 21002})

    assert choose(Options(), before) == before.ports
    assert choose(Options(kafka_port=29092), before)["kafka"] == 29092  # unless it is told otherwise
