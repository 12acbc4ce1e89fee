"""What can be wrong with the local stack. Each error says what it is and what a person can do about it."""

from __future__ import annotations


class StackError(Exception):
    """The base of all: `what` is wrong, and what `todo`. Both are sentences for a person, without a full stop."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo


class BadSettingError(StackError):
    """A setting has a value that cannot be used."""


class PortInUseError(StackError):
    """Somebody else listens on a port that a part of the stack needs."""


class StateVersionError(StackError):
    """The state folder was made by another version of Daybook."""


class StateFolderError(StackError):
    """The state folder is not Daybook's, or cannot be read and written by this user."""


class BusyError(StackError):
    """Another command has been working on the same state folder for too long."""


class JarsError(StackError):
    """A Kafka jar could not be fetched, or what came is not what the lock file names."""


class StartError(StackError):
    """A part of the stack did not come up."""


class UnreachableError(StackError):
    """A server that somebody else runs (`--external`) does not answer, or does not let us in."""
