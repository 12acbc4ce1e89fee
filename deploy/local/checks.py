"""What `daybook doctor` looks at. Each check says what it found and, where something is wrong, what to do; none changes anything."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from deploy.local import jars, kafka, ports, postgres, processes, record, state
from deploy.local.addresses import LISTENERS, choose
from deploy.local.errors import StackError
from deploy.local.options import PORT_SETTINGS, Options
from deploy.local.record import Record
from deploy.local.roles import with_login
from deploy.local.state import Folder
from deploy.local.waiting import run_aside

# The stack takes 0.35 GB when idle and a news day a few MB; below these, trouble is near.
LEAST_DISK = 1_000_000_000
LEAST_MEMORY = 700_000_000
LEAST_PYTHON = (3, 11)

Level = Literal["ok", "note", "wrong"]


@dataclass(frozen=True)
class Check:
    """A note is nothing wrong: what has not been started yet, say."""

    name: str
    level: Level
    found: str
    todo: str | None = None


@dataclass(frozen=True)
class Patient:
    """What every check may look at."""

    options: Options
    folder: Folder
    record: Record

    @property
    def ports(self) -> Mapping[str, int]:
        """The ports of what runs, else those that would be taken."""
        return choose(self.options, self.record)

    def todo(self, log: str) -> str:
        """What to do about a server that does not answer."""
        if self.record.external:
            return "see to it that it runs, then run `daybook up`"
        return f"run `daybook up`; its log is {self.folder.logs / log}"


def examine(options: Options) -> list[Check]:
    """All checks, in the order in which their causes lie."""
    folder = state.folder_of(options.state)
    known = Record(kafka=options.kafka, postgres=options.postgres) if options.external else record.read(folder)
    patient = Patient(options, folder, known)
    return [_guarded(name, check, patient) for name, check in CHECKS.items()]


def _guarded(name: str, check: Callable[[Patient], Check], patient: Patient) -> Check:
    try:
        return check(patient)
    except StackError as error:
        return Check(name, "wrong", error.what, error.todo)


def check_python(_: Patient) -> Check:
    found = f"{platform.python_version()}, with Daybook {importlib.metadata.version('daybook')}"
    if sys.version_info >= LEAST_PYTHON:
        return Check("python", "ok", found)
    return Check("python", "wrong", found, "install Python 3.11 or later, then run `make setup`")


def check_java(_: Patient) -> Check:
    program = kafka.java()
    if not program.exists():
        return Check("java", "wrong", f"{program} is missing", "run `make setup` again")
    done = processes.run([str(program), "--version"], Path.cwd())
    if done.returncode != 0:
        return Check("java", "wrong", f"{program} does not run: {done.stdout.strip()[-200:]}", "run `make setup` again")
    return Check("java", "ok", done.stdout.splitlines()[0])


def check_jars(_: Patient) -> Check:
    locked, cache = jars.locked_jars(), jars.cache_folder()
    version = next(jar.version for jar in locked if jar.artifact.startswith("kafka_"))
    if not (bad := jars.faulty(locked, cache)):
        return Check("kafka jars", "ok", f"Kafka {version}: {len(locked)} jars in {cache}, checksums right")
    if len(bad) == len(locked):
        return Check("kafka jars", "note", f"not fetched into {cache} yet", "`daybook up` fetches them")
    names = ", ".join(jar.artifact for jar in bad[:5])
    return Check("kafka jars", "wrong", f"{len(bad)} of {len(locked)} missing or not as locked: {names}", "`daybook up` fetches them again")


def check_postgres_programs(_: Patient) -> Check:
    done = processes.run([str(postgres.programs() / "postgres"), "--version"], Path.cwd())
    if done.returncode != 0:
        return Check("postgres programs", "wrong", f"do not run: {done.stdout.strip()[-200:]}", "run `make setup` again")
    return Check("postgres programs", "ok", done.stdout.strip())


def check_disk(patient: Patient) -> Check:
    there = next(path for path in (patient.folder.path, *patient.folder.path.parents) if path.exists())
    free = shutil.disk_usage(there).free
    found = f"{free / 1e9:.1f} GB free at {there}"
    return Check("disk", "ok", found) if free >= LEAST_DISK else Check("disk", "wrong", found, f"free {LEAST_DISK / 1e9:.0f} GB, or more")


def check_memory(patient: Patient) -> Check:
    available = psutil.virtual_memory().available
    found = f"{available / 1e9:.1f} GB available"
    if available >= LEAST_MEMORY or patient.record.alive:
        return Check("memory", "ok", found)
    return Check("memory", "wrong", found, f"close something: the stack and the services want {LEAST_MEMORY / 1e9:.1f} GB")


def check_state(patient: Patient) -> Check:
    folder = patient.folder
    if state.check_version(folder) is None:
        return Check("state folder", "note", f"{folder.path} does not exist yet", "`daybook up` makes it")
    if not os.access(folder.path, os.W_OK):
        return Check("state folder", "wrong", f"{folder.path} cannot be written", "run as its owner, or choose another with DAYBOOK_STATE")
    if folder.passwords.exists() and stat.S_IMODE(folder.passwords.stat().st_mode) & 0o077:
        return Check("state folder", "wrong", f"{folder.passwords} can be read by others", f"chmod 600 {folder.passwords}")
    return Check("state folder", "ok", f"{folder.path}, version {state.VERSION}")


def check_ports(patient: Patient) -> Check:
    if patient.record.external:
        return Check("ports", "ok", "none needed: the servers are somebody else's")
    alive = patient.record.alive
    needed = {name: port for name, port in patient.ports.items() if LISTENERS[name] not in alive}
    taken = {name: port for name, port in needed.items() if not ports.is_free(port)}
    listed = ", ".join(f"{name} {port}" for name, port in patient.ports.items())
    if not taken:
        return Check("ports", "ok", listed)
    who = "; ".join(f"{port} ({name}) by {ports.holder(port) or 'another process'}" for name, port in taken.items())
    return Check("ports", "wrong", f"in use: {who}", f"stop it, or choose others with {', '.join(PORT_SETTINGS[name] for name in taken)}")


def check_kafka(patient: Patient) -> Check:
    if not (patient.record.external or patient.record.processes):
        return Check("kafka", "note", "not started", "`daybook up` starts it")
    servers = patient.record.kafka or f"{ports.LOOPBACK}:{patient.ports['kafka']}"
    if run_aside(lambda: kafka.serves(servers)):
        return Check("kafka", "ok", f"answers at {servers}")
    return Check("kafka", "wrong", f"does not answer at {servers}", patient.todo("kafka.log"))


def check_postgres(patient: Patient) -> Check:
    if not (patient.record.external or patient.record.processes):
        return Check("postgres", "note", "not started", "`daybook up` starts it")
    base = patient.record.postgres or f"postgresql://{ports.LOOPBACK}:{patient.ports['postgres']}/{postgres.DATABASE}"
    if not patient.folder.passwords.exists():
        return Check("postgres", "wrong", f"{patient.folder.passwords} is missing", "run `daybook up`")
    where = base.rpartition("@")[2].removeprefix("postgresql://")
    secrets = state.passwords(patient.folder)
    shut_out = [role for role in state.SERVICES if not _enters(base, role, secrets[role])]
    if not shut_out:
        return Check("postgres", "ok", f"answers at {where}, and lets each service in")
    found = f"does not let {', '.join(shut_out)} in at {where}" if len(shut_out) < len(state.SERVICES) else f"does not answer at {where}"
    return Check("postgres", "wrong", found, patient.todo("postgres.log"))


def _enters(base: str, role: str, secret: str) -> bool:
    return run_aside(lambda: postgres.lets_in(with_login(base, role, secret)))


CHECKS: dict[str, Callable[[Patient], Check]] = {
    "python": check_python,
    "java": check_java,
    "kafka jars": check_jars,
    "postgres programs": check_postgres_programs,
    "disk": check_disk,
    "memory": check_memory,
    "state folder": check_state,
    "ports": check_ports,
    "kafka": check_kafka,
    "postgres": check_postgres,
}
