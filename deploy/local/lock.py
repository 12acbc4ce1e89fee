"""One command at a time works on a state folder."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Callable, Iterator

from deploy.local.errors import BusyError
from deploy.local.state import Folder
from deploy.local.waiting import wait_for


@contextlib.contextmanager
def locked(folder: Folder, say: Callable[[str], None], seconds: float = 180.0) -> Iterator[None]:
    """Alone on this state folder, waiting up to `seconds` for others.

    Raises:
        BusyError: somebody else held it all the time.
    """
    with folder.lock.open("w") as file:
        if not _take(file.fileno()):
            say("waiting for another command that works on this state folder")
            if not wait_for(lambda: _take(file.fileno()), seconds):
                raise BusyError(
                    f"another command has been working on {folder.path} for {seconds:.0f} s", "wait for it to end, or end it, and try again"
                )
        yield


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
