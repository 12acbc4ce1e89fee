"""Start a program as another user, apart from whoever started it, or both. Run as a script; the standard library is all it needs.

    launch.py [--user UID:GID] [--enter] [--detach LOG] PROGRAM [ARGUMENT…]

A process of its own does this, and not a hook between fork and exec of a process with threads; and a server started by a
process that has gone is nobody's child, so that nobody has to reap it. With `--detach` the program gets a session of its own, its
output goes to the end of LOG, and its process id is printed. Without it, the program takes the place of this script.

`--enter` lets the other user pass through folders that are closed to it (root's home, say), by the one capability that does so
and without touching those folders. Linux only; numbers from linux/capability.h and linux/prctl.h.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys
from pathlib import Path

_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAP_DAC_OVERRIDE = 1
_CAPABILITY_VERSION_3 = 0x20080522


def _check(result: int, call: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{call}: {os.strerror(code)}")


def become(uid: int, gid: int, *, enter: bool) -> None:
    """Turn this process into that user's, keeping (with `enter`) the right to pass through folders, across exec too."""
    libc = ctypes.CDLL(None, use_errno=True)
    if enter:
        _check(libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0), "keep capabilities")
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if enter:
        header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
        mask = 1 << _CAP_DAC_OVERRIDE
        sets = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)  # effective, permitted, inheritable: low words, then high ones
        _check(libc.capset(header, sets), "set capabilities")
        _check(libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, _CAP_DAC_OVERRIDE, 0, 0), "pass a capability on")


def detach(log: Path) -> None:
    """Leave the parent: a session of our own, nothing to read, output to the end of `log`. The parent prints our id and ends."""
    if pid := os.fork():
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        os._exit(0)
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--user", metavar="UID:GID")
    parser.add_argument("--enter", action="store_true")
    parser.add_argument("--detach", type=Path, metavar="LOG")
    parser.add_argument("program", nargs=argparse.REMAINDER)
    asked = parser.parse_args(argv)
    if asked.detach:
        detach(asked.detach)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # whoever started us may have put signals off; a server wants them
    os.umask(0o077)
    if asked.user:
        uid, _, gid = asked.user.partition(":")
        become(int(uid), int(gid), enter=asked.enter)
    os.execv(asked.program[0], asked.program)  # noqa: S606 - to take this script's place is what it is for


if __name__ == "__main__":
    main(sys.argv[1:])
