"""Ports of this machine: is one free, who has it, which are free."""

from __future__ import annotations

import contextlib
import random
import socket

import psutil

LOOPBACK = "127.0.0.1"

# Below the range that systems hand out for outgoing connections (from 32768 on Linux, 49152 elsewhere), so that a port
# stays free between being picked and being used.
_PICK_FROM = range(20000, 32000)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what is only left over from closed connections does not count
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def answers(port: int, seconds: float = 1.0) -> bool:
    """Whether something accepts connections on this port of the loopback address."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=seconds):
        return True
    return False


def holder(port: int) -> str | None:
    """The process that listens on a port, "java (pid 12)", or None where this user may not know."""
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    return None


def pick(taken: frozenset[int] = frozenset()) -> int:
    """A port that is free now and is not one of `taken`."""
    candidates = (port for port in random.sample(_PICK_FROM, len(_PICK_FROM)) if port not in taken and is_free(port))
    return next(candidates)
