"""What was started, written down in the state folder for the commands that come later."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field

from deploy.local.processes import Started, is_alive
from deploy.local.servers import PARTS, Part
from deploy.local.state import Folder, write_private


@dataclass(frozen=True)
class Record:
    """Processes by part, and the ports (also the controller's) they were given; or the two servers of somebody else."""

    processes: dict[Part, Started] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    kafka: str | None = None
    postgres: str | None = None

    @property
    def external(self) -> bool:
        return self.kafka is not None

    @property
    def alive(self) -> dict[Part, Started]:
        """The parts that still run."""
        return {part: self.processes[part] for part in PARTS if part in self.processes and is_alive(self.processes[part])}

    def having(self, part: Part, started: Started) -> Record:
        return dataclasses.replace(self, processes={**self.processes, part: started})


def read(folder: Folder) -> Record:
    """The record of a state folder; an empty one where nothing was started, or the file says nothing that we understand."""
    try:
        row = json.loads(folder.record.read_text(encoding="utf-8"))
        started = {part: Started(**row["processes"][part]) for part in PARTS if part in row["processes"]}
        return Record(started, row["ports"], row["kafka"], row["postgres"])
    except (OSError, ValueError, KeyError, TypeError):
        return Record()


def write(folder: Folder, record: Record) -> None:
    write_private(folder.record, dataclasses.asdict(record))


def forget(folder: Folder) -> None:
    folder.record.unlink(missing_ok=True)
