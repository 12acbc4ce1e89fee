"""The local stack: a Kafka broker and a Postgres server on this machine, or two servers that exist, ready for the services.

    stack = start(from_env(os.environ), print)
    stack.kafka, stack.dsn("timeline")
    stop(stack.state)

`start` gives back at once what runs already, and brings up again what does not. Everything here blocks: in a coroutine, use
`asyncio.to_thread`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local import addresses, external, ports, processes, record, state
from deploy.local.errors import StartError
from deploy.local.kafka import Kafka
from deploy.local.lock import locked
from deploy.local.options import Options
from deploy.local.postgres import Postgres
from deploy.local.processes import Started, uninterrupted
from deploy.local.record import Record
from deploy.local.roles import with_login
from deploy.local.servers import PARTS, START_SECONDS, STOP_SECONDS, STOP_SIGNALS, Part, Say, Server
from deploy.local.state import Folder
from deploy.local.waiting import wait_for


@dataclass(frozen=True)
class Stack:
    """What a service needs to know: Kafka's bootstrap servers, and a Postgres DSN for each role.

    `pids` is empty for servers of somebody else.
    """

    state: Path
    kafka: str
    pids: Mapping[Part, int]
    dsns: Mapping[str, str] = field(repr=False)

    def dsn(self, role: str) -> str:
        """The DSN (a URL) of admin, ingestor, normalizer, timeline or reader.

        Raises:
            KeyError: there is no such role.
        """
        return self.dsns[role]

    @property
    def address(self) -> str:
        """Postgres' host, port and database, without a login."""
        parts = urlsplit(self.dsns[state.ADMIN])
        return parts.netloc.rpartition("@")[2] + parts.path

    @property
    def logs(self) -> Path:
        return self.state / "logs"


def start(options: Options, say: Say = lambda _: None) -> Stack:
    """The stack, running and settled. `say` is told each step that takes time.

    Raises:
        StackError: one of its kinds, each with what is wrong and what to do. What this call had started is stopped again.
    """
    folder = state.make(options.state)
    with locked(folder, say):
        if options.external:
            return _stack(folder, external.attach(options, folder))
        return _stack(folder, _start(folder, options, say))


def running(path: Path) -> Stack | None:
    """The stack of a state folder, if all of it runs (it may still be starting).

    Raises:
        StateVersionError, StateFolderError: the folder is not one that we can use.
    """
    folder = state.folder_of(path)
    if state.check_version(folder) is None:
        return None
    known = record.read(folder)
    return _stack(folder, known) if known.external or len(known.alive) == len(PARTS) else None


def stop(path: Path, say: Say = lambda _: None) -> bool:
    """Stop what runs, Kafka first. False: nothing ran. A folder of another version is served as well as its record allows.

    Raises:
        BusyError: another command works on the folder.
        StateFolderError: it is not a state folder.
    """
    folder = state.folder_of(path)
    if state.found_version(folder) is None:
        return False
    with locked(folder, say):
        alive = record.read(folder).alive
        for part, started in alive.items():
            _stop(part, started, say)
        record.forget(folder)
    return bool(alive)


def kill(path: Path, part: Part) -> None:
    """End one part as a crash would; `start` brings it up again. For tests, and for people who want to see what happens."""
    if started := record.read(state.folder_of(path)).alive.get(part):
        processes.kill(started)


def _start(folder: Folder, options: Options, say: Say) -> Record:
    known = record.read(folder)
    chosen = addresses.choose(options, known)
    servers = _servers(folder, chosen)
    alive = _answering(servers, known)
    missing = [server for server in servers if server.part not in alive]
    addresses.check({server.part for server in missing}, chosen)
    launched: dict[Part, Started] = {}
    try:
        for server in missing:
            server.prepare(say)
            with uninterrupted():  # what runs has to be written down
                launched[server.part] = server.launch(say)
                record.write(folder, Record({**alive, **launched}, chosen))
        for server in reversed(servers):  # Postgres answers first
            if server.part in launched:
                _await(server, launched[server.part])
            server.settle()  # also what runs already: a newer version may need more than was there when it started
    except BaseException:
        for part, started in launched.items():
            _stop(part, started, say)
        record.write(folder, Record(alive, chosen)) if alive else record.forget(folder)
        raise
    return Record({**alive, **launched}, chosen)


def _answering(servers: Sequence[Server], known: Record) -> dict[Part, Started]:
    """The parts that run and answer. One that is about to die may run for a moment; one that neither answers nor dies is an error."""
    for server in servers:
        started = known.alive.get(server.part)
        if started and not _came_up(server, started) and processes.is_alive(started):
            what = f"{server.title} (pid {started.pid}) runs, but has not answered for {START_SECONDS:.0f} s"
            raise StartError(what, "run `daybook down`, then start again")
    return known.alive


def _came_up(server: Server, started: Started) -> bool:
    return wait_for(lambda: not processes.is_alive(started) or server.ready(), START_SECONDS) and processes.is_alive(started)


def _servers(folder: Folder, chosen: Mapping[str, int]) -> tuple[Server, Server]:
    return Kafka(folder, chosen["kafka"], chosen["controller"]), Postgres(folder, chosen["postgres"])


def _await(server: Server, started: Started) -> None:
    if _came_up(server, started):
        return
    why = f"did not answer within {START_SECONDS:.0f} s" if processes.is_alive(started) else "ended as soon as it was started"
    last = "\n".join(text for log in server.logs if (text := processes.tail(log)))
    raise StartError(f"{server.title} {why}; the end of its log:\n{last}", f"see {server.logs[0]}, and run `daybook doctor`")


def _stop(part: Part, started: Started, say: Say) -> None:
    say(f"stopping {part}")
    if not processes.stop(started, STOP_SIGNALS[part], STOP_SECONDS):
        say(f"{part} did not stop within {STOP_SECONDS:.0f} s and was killed; nothing acknowledged is lost, its next start takes longer")


def _stack(folder: Folder, known: Record) -> Stack:
    if known.kafka and known.postgres:
        logins = {role: with_login(known.postgres, role, secret) for role, secret in state.passwords(folder).items()}
        return Stack(folder.path, known.kafka, {}, logins | {state.ADMIN: known.postgres})
    postgres = Postgres(folder, known.ports["postgres"])
    pids = {part: started.pid for part, started in known.processes.items()}
    return Stack(folder.path, f"{ports.LOOPBACK}:{known.ports['kafka']}", pids, {role: postgres.dsn(role) for role in state.ROLES})
