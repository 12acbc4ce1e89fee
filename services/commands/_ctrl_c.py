"""Ctrl-C that is heard: a SIGINT is told again until the work that it is meant for has ended.

Once is not enough for code that waits, for two reasons, each seen. A signal that comes between Python's last look and the system call
wakes nothing, and a pause goes on to its end. A KeyboardInterrupt that is raised just as a lock of the HTTP client is taken leaves it
taken, and closing the client then waits for it for ever; httpcore's locks are entered by Python code, which may be interrupted.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

AGAIN_SECONDS = 0.5


@contextmanager
def heard() -> Iterator[None]:
    """Within, a SIGINT that has not ended the block is raised again every half second; outside of the main thread no signal comes.

    The watcher learns of it from the file descriptor that Python's own handler writes to in C, thus before any Python code has run.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours, pythons = socket.socketpair()
    pythons.setblocking(False)
    over = threading.Event()
    watcher = threading.Thread(target=_tell_again, args=(ours, over), name="ctrl-c", daemon=True)
    before = signal.set_wakeup_fd(pythons.fileno(), warn_on_full_buffer=False)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        signal.set_wakeup_fd(before)
        pythons.close()
        watcher.join()
        ours.close()


def _tell_again(ours: socket.socket, over: threading.Event) -> None:
    while told := ours.recv(1):
        while told[0] == signal.SIGINT and not over.wait(AGAIN_SECONDS):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
