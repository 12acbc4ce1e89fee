"""The state folder: where everything of one stack lives, what is in it, and who may work on it at a time.

version.json     which layout this is, and the servers whose data it holds
lock             held while a command starts or stops something
stack.json       what was started: processes and ports (0600: it may hold the DSN of an external server)
passwords.json   made once (0600)
kafka/           settings and data          postgres/    data
logs/            kafka.log, kafka.out, postgres.log
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.errors import StateFolderError, StateVersionError

# Raise it when older data can no longer be used as it is: the layout, Postgres' major version, Kafka's storage format.
VERSION = 1
POSTGRES_MAJOR = 18

ADMIN = "admin"
SERVICES = ("ingestor", "normalizer", "timeline", "webhooks")
READER = "reader"
ROLES = (ADMIN, *SERVICES, READER)


@dataclass(frozen=True)
class Folder:
    """The paths of one state folder; `path` is absolute."""

    path: Path

    @property
    def version(self) -> Path:
        return self.path / "version.json"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def record(self) -> Path:
        return self.path / "stack.json"

    @property
    def passwords(self) -> Path:
        return self.path / "passwords.json"

    @property
    def kafka(self) -> Path:
        return self.path / "kafka"

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def logs(self) -> Path:
        return self.path / "logs"


def folder_of(path: Path) -> Folder:
    return Folder(path.expanduser().absolute())


def found_version(folder: Folder) -> int | None:
    """The version of a state folder, or None where there is none yet: no folder, or an empty one.

    Raises:
        StateFolderError: something else is there, or this user may not look.
    """
    try:
        if folder.version.exists():
            return int(json.loads(folder.version.read_text(encoding="utf-8"))["version"])
        if folder.path.exists() and any(entry.name != "lock" for entry in folder.path.iterdir()):
            raise StateFolderError(f"{folder.path} holds files that are not Daybook's", "choose another folder with DAYBOOK_STATE")
    except (PermissionError, NotADirectoryError) as error:
        raise StateFolderError(f"{folder.path} cannot be read: {error.strerror}", _whose(folder.path)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise StateFolderError(f"{folder.version} is damaged", f"move {folder.path} away, or delete it") from error
    return None


def check_version(folder: Folder) -> int | None:
    """The version of a state folder that this Daybook can use, or None where there is none yet.

    Raises:
        StateVersionError: another Daybook made it.
        StateFolderError: see `found_version`.
    """
    found = found_version(folder)
    if found not in {None, VERSION}:
        raise StateVersionError(
            f"{folder.path} has state of version {found}, and this Daybook uses version {VERSION}",
            f"move {folder.path} away to keep it, or delete it with `daybook down --delete`; the next `daybook up` starts afresh",
        )
    return found


def make(path: Path) -> Folder:
    """The state folder at `path`, made if need be.

    Raises:
        StateVersionError: another Daybook made it.
        StateFolderError: it is not Daybook's, or this user may not write there.
    """
    folder = folder_of(path)
    if check_version(folder) is None:
        _create(folder)
    if not os.access(folder.path, os.W_OK):
        raise StateFolderError(f"{folder.path} cannot be written", _whose(folder.path))
    return folder


def _create(folder: Folder) -> None:
    try:
        folder.path.mkdir(parents=True, exist_ok=True)
        folder.path.chmod(0o711)  # Postgres may run as another user (see owner.py), who passes through but lists nothing
        for part in (folder.kafka, folder.postgres, folder.logs):
            part.mkdir(mode=0o700, exist_ok=True)
        write_private(folder.version, {"version": VERSION, "postgres": POSTGRES_MAJOR})
    except OSError as error:
        raise StateFolderError(f"{folder.path} cannot be made: {error.strerror}", "choose another folder with DAYBOOK_STATE") from error


def _whose(path: Path) -> str:
    try:
        owner = path.stat().st_uid
    except OSError:
        return "choose another folder with DAYBOOK_STATE"
    return f"it belongs to the user with id {owner}: run as that user, or choose another folder with DAYBOOK_STATE"


def write_private(path: Path, value: Any) -> None:
    """Write JSON that only this user reads, all or nothing."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def passwords(folder: Folder) -> dict[str, str]:
    """The password of each role, made where there is none yet."""
    known: dict[str, str] = json.loads(folder.passwords.read_text(encoding="utf-8")) if folder.passwords.exists() else {}
    if missing := [role for role in ROLES if role not in known]:
        known |= {role: secrets.token_urlsafe(24) for role in missing}
        write_private(folder.passwords, known)
    return known


def delete(folder: Folder) -> None:
    """Remove a state folder of any version. Does nothing where there is none.

    Raises:
        StateFolderError: what is there is not Daybook's, or this user may not remove it.
    """
    found_version(folder)
    try:
        if folder.path.exists():
            shutil.rmtree(folder.path)
    except OSError as error:
        raise StateFolderError(f"{folder.path} cannot be deleted: {error.strerror}", _whose(folder.path)) from error
