"""`python -m services.chassis.worker BYTES`: one process of `workers.py`. Reads work from its standard input until that ends.

The limits are the kernel's, so that they hold in any library and after the parent has been killed: an alarm that is not caught ends the
process in the middle of whatever it does, and memory beyond so many bytes is not given. Time is the processor's, which a busy machine does
not lengthen (docs/adr/0006); work that takes none and does not end is given up by the clock. What libraries print goes to standard error.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import signal
import sys
import traceback
from typing import BinaryIO

LENGTH_BYTES = 8
PATIENCE = 20  # by the clock: times the limit of processor time


def framed(thing: object) -> bytes:
    """One message: its length, then its bytes."""
    content = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
    return len(content).to_bytes(LENGTH_BYTES, "big") + content


def main() -> None:
    """Answer until nobody asks any more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    most = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    with contextlib.suppress(BrokenPipeError):  # who asked was killed before it could be answered
        while question := _read(sys.stdin.buffer):
            answers.write(framed(_answer(question)))
            answers.flush()


def _read(questions: BinaryIO) -> bytes:
    length = questions.read(LENGTH_BYTES)
    return questions.read(int.from_bytes(length, "big")) if length else b""


def _answer(question: bytes) -> tuple[object, str]:
    """What the work gives, and what went wrong; the second is empty if nothing did."""
    seconds, work, arguments = pickle.loads(question)  # noqa: S301 - from the parent, by a pipe of its own
    _allow(seconds)
    try:
        return work(*arguments), ""
    except MemoryError:
        raise  # a process that is full is of no more use
    except Exception as error:  # noqa: BLE001 - whatever it is, the next question is another one's
        return None, "".join(traceback.format_exception(error))
    finally:
        _allow(0)


def _allow(seconds: float) -> None:
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE * seconds)


if __name__ == "__main__":
    main()
