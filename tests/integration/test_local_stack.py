"""The local stack, for real: it starts, is found again, keeps what it holds, and heals."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local import external, ports, processes, record, roles, stack, state
from deploy.local.errors import PortInUseError, StartError, StateFolderError, UnreachableError
from deploy.local.options import Options
from deploy.local.postgres import Postgres
from deploy.local.servers import PARTS, Part
from deploy.local.stack import Stack
from deploy.local.waiting import wait_for

DAYBOOK = [sys.executable, "-c", "from services.cli import main; main()"]


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Options:
    return Options(tmp_path_factory.mktemp("a stack") / "state", kafka_port=0, postgres_port=0)


@pytest.fixture(scope="module")
def started(options: Options) -> Iterator[Stack]:
    yield stack.start(options)
    stack.stop(options.state)


@pytest.fixture
def here(started: Stack, options: Options) -> Stack:
    """The stack, brought up again if the test before left it ill."""
    return stack.start(options)


async def select(dsn: str, query: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def write_record(kafka: str, topic: str, value: bytes) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        await producer.send_and_wait(topic, value)


async def read_record(kafka: str, topic: str) -> bytes | None:
    async with AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest") as consumer:
        value: bytes | None = (await consumer.getone()).value
        return value


def listening(pids: list[int]) -> set[str]:
    family = [process for pid in pids for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]]
    found: set[str] = set()
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):  # Postgres' own come and go, and may end while they are looked at
            found |= {c.laddr.ip for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN}
    return found


def daybook(folder: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*DAYBOOK, *arguments], env=environment(folder, **extra), capture_output=True, text=True, check=False)


def environment(folder: Path, **extra: str) -> dict[str, str]:
    return {
        **os.environ,
        "DAYBOOK_STATE": str(folder),
        "DAYBOOK_KAFKA_PORT": "0",
        "DAYBOOK_POSTGRES_PORT": "0",
        "DAYBOOK_HTTP_PORT": "0",
        **extra,
    }


def test_a_second_start_gives_the_stack_that_runs(here: Stack, options: Options) -> None:
    assert stack.start(options) == here
    assert stack.running(options.state) == here


def test_both_listen_on_the_loopback_address_only(here: Stack) -> None:
    assert listening(list(here.pids.values())) == {"127.0.0.1"}


def test_passwords_do_not_show_where_the_stack_is_printed(here: Stack) -> None:
    secrets = state.passwords(state.folder_of(here.state)).values()

    assert not any(secret in repr(here) for secret in secrets)


@pytest.mark.parametrize("role", state.SERVICES)
async def test_each_service_gets_in_and_sees_its_own_schema_first(here: Stack, role: str) -> None:
    assert await select(here.dsn(role), "SELECT current_schema()") == role


async def test_a_wrong_password_does_not_get_in(here: Stack) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await select(roles.with_login(here.dsn("admin"), "timeline", "guessed"), "SELECT 1")


async def test_a_service_does_not_see_into_anothers_schema_nor_make_one(here: Stack) -> None:
    await select(here.dsn("admin"), "CREATE TABLE IF NOT EXISTS normalizer.secret (x int)")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await select(here.dsn("timeline"), "SELECT count(*) FROM normalizer.secret")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await select(here.dsn("timeline"), "CREATE SCHEMA more")


async def test_the_reader_sees_what_the_timeline_holds_and_writes_nothing(here: Stack) -> None:
    await select(here.dsn("admin"), "CREATE TABLE IF NOT EXISTS timeline.shown AS SELECT 7 AS x")

    assert await select(here.dsn("reader"), "SELECT x FROM shown") == 7
    with pytest.raises((asyncpg.ReadOnlySQLTransactionError, asyncpg.InsufficientPrivilegeError)):
        await select(here.dsn("reader"), "DELETE FROM shown")


async def test_committed_rows_outlive_a_crash_of_postgres(here: Stack, options: Options) -> None:
    await select(here.dsn("admin"), "CREATE TABLE kept AS SELECT 42 AS x")

    stack.kill(here.state, "postgres")
    assert stack.running(here.state) is None
    again = stack.start(options)

    assert await select(again.dsn("admin"), "SELECT x FROM kept") == 42
    assert again.kafka == here.kafka
    assert again.pids["kafka"] == here.pids["kafka"]


async def test_acknowledged_records_outlive_a_crash_of_both_that_nobody_waited_for(here: Stack, options: Options) -> None:
    await write_record(here.kafka, "kept-over-a-crash", b"still there")

    for part in PARTS:
        os.kill(here.pids[part], signal.SIGKILL)
    again = stack.start(options)

    assert await read_record(again.kafka, "kept-over-a-crash") == b"still there"
    assert again.dsns == here.dsns
    assert set(again.pids.values()).isdisjoint(here.pids.values())


async def test_everything_outlives_a_stop_that_was_clean(here: Stack, options: Options) -> None:
    await write_record(here.kafka, "kept-over-a-stop", b"still there")
    told: list[str] = []

    assert stack.stop(here.state, told.append)
    again = stack.start(options)

    assert told == ["stopping kafka", "stopping postgres"]  # and neither had to be killed
    assert await read_record(again.kafka, "kept-over-a-stop") == b"still there"
    assert "ended as soon" not in (again.logs / "postgres.log").read_text()


@pytest.fixture
def reused_id(here: Stack) -> Iterator[None]:
    """Postgres has crashed, and another process of its user has got its id."""
    stack.kill(here.state, "postgres")
    mine = Postgres(state.folder_of(here.state), 0)
    sleeper = processes.launch(["/bin/sleep", "60"], Path("/"), here.logs / "sleeper.log", mine._owner())
    noted = mine.data / "postmaster.pid"
    noted.write_text(noted.read_text().replace(str(here.pids["postgres"]), str(sleeper.pid), 1))
    yield
    processes.kill(sleeper)


@pytest.mark.usefixtures("reused_id")
def test_an_id_that_was_given_out_again_does_not_keep_postgres_from_starting(options: Options) -> None:
    assert stack.start(options).pids["postgres"]


@pytest.mark.usefixtures("reused_id")
def test_without_that_care_postgres_takes_the_other_process_for_itself(options: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Postgres, "_forget_stale_pid", lambda _: None)

    with pytest.raises(StartError, match=r'lock file "postmaster\.pid" already exists'):
        stack.start(options)


def test_many_starts_at_once_make_one_stack(here: Stack, options: Options) -> None:
    stack.stop(here.state)

    with ThreadPoolExecutor(4) as pool:
        stacks = list(pool.map(stack.start, [options] * 4))

    assert all(other == stacks[0] for other in stacks)


@pytest.mark.parametrize("part", PARTS)
def test_a_port_in_use_is_told_before_anything_is_started(tmp_path: Path, part: Part) -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        asked = Options(tmp_path / "state", **{"kafka_port": 0, "postgres_port": 0, f"{part}_port": port})
        with pytest.raises(PortInUseError, match=f"port {port}, wanted for {part}"):
            stack.start(asked)

    assert not record.read(state.folder_of(asked.state)).alive


async def test_servers_that_exist_are_used_as_they_are(here: Stack, tmp_path: Path) -> None:
    borrowed = Options(tmp_path / "state", kafka=here.kafka, postgres=here.dsn("admin"))
    try:
        guest = stack.start(borrowed)

        assert guest.pids == {}
        assert stack.running(borrowed.state) == guest
        assert await select(guest.dsn("timeline"), "SELECT current_schema()") == "timeline"
        assert not stack.stop(borrowed.state)  # they are not ours to stop
        assert psutil.pid_exists(here.pids["kafka"])
    finally:
        await roles.make_roles(here.dsn("admin"), state.passwords(state.folder_of(here.state)))


def test_servers_that_do_not_answer_are_told(here: Stack, tmp_path: Path) -> None:
    nobody = f"127.0.0.1:{ports.pick()}"

    with pytest.raises(UnreachableError, match=f"Kafka does not answer at {nobody}"):
        stack.start(Options(tmp_path / "state", kafka=nobody, postgres=here.dsn("admin")))
    with pytest.raises(UnreachableError, match="Postgres could not be prepared"):
        stack.start(Options(tmp_path / "state", kafka=here.kafka, postgres=f"postgresql://admin@{nobody}/news"))


def test_a_folder_whose_own_stack_runs_is_not_lent_to_other_servers(here: Stack) -> None:
    with pytest.raises(StateFolderError, match="a stack of its own runs"):
        external.attach(Options(here.state, kafka=here.kafka, postgres=here.dsn("admin")), state.folder_of(here.state))


def test_the_commands_bring_it_up_look_at_it_and_take_it_down_without_java_on_the_path(tmp_path: Path) -> None:
    folder = tmp_path / "state"

    up = daybook(folder, "up", PATH="/nowhere")
    assert (up.returncode, json.loads(up.stdout)["state"]) == (0, str(folder))
    assert "Traceback" not in up.stderr

    doctor = daybook(folder, "doctor")
    assert (doctor.returncode, json.loads(doctor.stdout)["healthy"]) == (0, True)

    alone = daybook(folder, "down", "--delete")
    assert (alone.returncode, bool(stack.running(folder))) == (2, True)  # nobody to ask: nothing is done

    assert daybook(folder, "down", "--delete", "--yes").returncode == 0
    assert not folder.exists()


def test_ctrl_c_while_it_starts_ends_with_130_and_leaves_nothing_running(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    up = subprocess.Popen([*DAYBOOK, "up"], env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    begun = state.folder_of(folder)
    assert wait_for(lambda: bool(record.read(begun).processes), 60)
    launched = record.read(begun).processes.values()

    up.send_signal(signal.SIGINT)
    _, errors = up.communicate(timeout=60)

    assert up.returncode == 130
    assert "Traceback" not in errors
    assert not any(psutil.pid_exists(s.pid) and psutil.Process(s.pid).status() != psutil.STATUS_ZOMBIE for s in launched)


def test_a_broken_setting_and_state_of_another_version_end_with_a_hint(tmp_path: Path) -> None:
    folder = state.make(tmp_path / "state")
    folder.version.write_text('{"version": 7}')

    old, wrong = daybook(folder.path, "up"), daybook(folder.path, "up", DAYBOOK_KAFKA_PORT="many")

    assert (old.returncode, wrong.returncode) == (1, 2)
    assert all("error: " in done.stderr and "hint: " in done.stderr and not done.stdout for done in (old, wrong))


async def test_a_role_that_a_newer_version_needs_is_made_although_the_servers_run_already(here: Stack, options: Options) -> None:
    admin = await asyncpg.connect(here.dsn("admin"))
    await admin.execute("DROP SCHEMA webhooks CASCADE; DROP OWNED BY webhooks; DROP ROLE webhooks")
    await admin.close()
    again = stack.start(options)
    assert again.pids == here.pids
    assert await select(again.dsn("webhooks"), "SELECT current_user") == "webhooks"
