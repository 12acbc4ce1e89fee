"""What the migrations of each service make, from nothing and from each earlier state, is what its `schema.sql` says.

`make test ARGS="-n0 tests/integration/test_migrations.py --accept"` writes those files anew; then review the diff.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import asyncpg
import pytest
from pogo_core.util import migrate

import services
from deploy.local.postgres import programs
from deploy.local.stack import Stack
from deploy.pipeline.services import service_cards
from services.chassis.postgres import CHASSIS_MIGRATIONS, migrate_schema
from tests.support.stack import empty

HOME = Path(services.__file__).parent
CHASSIS = "chassis"
FOLDERS = {card.name: card.migrations for card in service_cards()}
SERVICES = sorted(FOLDERS)
NOT_SCHEMA = re.compile(r"^(--|SET |SELECT pg_catalog|\\|$)")


def earlier() -> list[tuple[str, int, int]]:
    """Each state that a service's schema may be in: so many migrations of the chassis, and so many of its own."""
    states = []
    for name, (chassis, *own) in FOLDERS.items():
        counts = [len(list(folder.glob("*.sql"))) for folder in (chassis, *own)]
        states += [(name, first, second) for first, second in product(range(counts[0] + 1), range(sum(counts[1:]) + 1)) if first]
    return states


async def made(stack: Stack, name: str, folders: Sequence[Path]) -> None:
    await migrate_schema(stack.dsn("admin"), name, folders)


async def tables(stack: Stack, name: str) -> set[str]:
    admin = await asyncpg.connect(stack.dsn("admin"))
    try:
        return {row["tablename"] for row in await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", name)}
    finally:
        await admin.close()


def catalogue(stack: Stack, name: str, without: set[str]) -> str:
    """The schema as pg_dump tells it, its tables in order, but for some that are told elsewhere."""
    left_out = [f"--exclude-table={name}.{table}" for table in sorted(without)]
    command = [
        str(programs() / "pg_dump"),
        "--schema-only",
        "--no-owner",
        "--no-privileges",
        f"--schema={name}",
        *left_out,
        stack.dsn("admin"),
    ]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [line for line in told.splitlines() if not NOT_SCHEMA.match(line) and not line.startswith("CREATE SCHEMA")]
    statements = "\n".join(lines).replace(f"{name}.", "").replace(";\n", ";\n\n")
    return statements + "\n"


async def chassis_tables(stack: Stack) -> set[str]:
    """What every service's schema holds alike."""
    await empty(stack, (SERVICES[0],), topics_of=())
    await made(stack, SERVICES[0], [CHASSIS_MIGRATIONS])
    return await tables(stack, SERVICES[0])


def says(name: str, found: str, accept: bool) -> None:
    file = HOME / name / "schema.sql"
    if accept:
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8"), f"{file} does not say what the migrations make"


async def test_the_chassis_schema_is_what_its_migrations_make(stack: Stack, pytestconfig: pytest.Config) -> None:
    await chassis_tables(stack)
    says(CHASSIS, catalogue(stack, SERVICES[0], set()), pytestconfig.getoption("--accept"))


@pytest.mark.parametrize("name", SERVICES)
async def test_a_service_s_schema_is_what_its_migrations_make_from_nothing(stack: Stack, name: str, pytestconfig: pytest.Config) -> None:
    shared = await chassis_tables(stack)
    await empty(stack, (name,), topics_of=())
    await made(stack, name, FOLDERS[name])
    says(name, catalogue(stack, name, shared), pytestconfig.getoption("--accept"))


@pytest.mark.parametrize(("name", "chassis", "own"), earlier())
async def test_each_earlier_state_is_brought_to_the_same_schema(stack: Stack, name: str, chassis: int, own: int, tmp_path: Path) -> None:
    # given
    await empty(stack, (name,), topics_of=())
    then = [first_of(folder, count, tmp_path) for folder, count in zip(FOLDERS[name], (chassis, own), strict=False)]
    await made(stack, name, then)
    # when
    await made(stack, name, FOLDERS[name])
    # then
    alike = {table for table in await tables(stack, name) if f"CREATE TABLE {table} " in (HOME / CHASSIS / "schema.sql").read_text()}
    assert catalogue(stack, name, alike) == (HOME / name / "schema.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SERVICES)
async def test_what_is_rolled_back_leaves_nothing_and_can_be_made_again(stack: Stack, name: str) -> None:
    await empty(stack, (name,), topics_of=())
    await made(stack, name, FOLDERS[name])
    before = catalogue(stack, name, set())
    # when
    admin = await asyncpg.connect(stack.dsn("admin"))
    await admin.execute(f"SET search_path TO {name}")
    for folder in reversed(FOLDERS[name]):
        await migrate.rollback(admin, folder, schema_name=name)
    await admin.close()
    # then
    assert await tables(stack, name) == set()
    await made(stack, name, FOLDERS[name])
    assert catalogue(stack, name, set()) == before


async def test_a_schema_that_was_altered_by_hand_is_seen(stack: Stack) -> None:
    """The negative control."""
    await empty(stack, (SERVICES[0],), topics_of=())
    await made(stack, SERVICES[0], FOLDERS[SERVICES[0]])
    before = catalogue(stack, SERVICES[0], set())
    admin = await asyncpg.connect(stack.dsn("admin"))
    await admin.execute(f"ALTER TABLE {SERVICES[0]}.checkpoints ALTER next_seq DROP NOT NULL")
    await admin.close()
    assert catalogue(stack, SERVICES[0], set()) != before


def first_of(folder: Path, count: int, at: Path) -> Path:
    """A folder with only the first so many migrations."""
    copy = at / f"{folder.parent.name}-{count}"
    copy.mkdir(exist_ok=True)
    for file in sorted(folder.glob("*.sql"))[:count]:
        shutil.copy(file, copy)
    return copy
