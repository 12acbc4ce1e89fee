"""The two kinds of trouble that a service expects. Anything else is a bug and stops loudly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import asyncpg
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError, RequestTimedOutError
from pydantic import ValidationError

if TYPE_CHECKING:
    from services.chassis.records import Record


LONGEST_REASON = 2000  # characters: a reason travels in a header, a row and a log line
TOLD_ERRORS = 5


class Permanent(Exception):  # noqa: N818 - what it is reads better than what it is called elsewhere
    """This record can never be applied: quarantine it with its bytes, and go on. `others` are refused along with it."""

    def __init__(self, reason: str, record: Record | None = None, others: Sequence[Permanent] = ()) -> None:
        super().__init__(reason[:LONGEST_REASON])
        self.record = record
        self.others = tuple(others)


class Halt(Exception):  # noqa: N818
    """Going on would corrupt the projection: stop, be not ready, and say why."""


class Fenced(Exception):  # noqa: N818
    """Somebody else owns these partitions now: roll back and let go."""


PASSING = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,  # the protocol broke off in the middle
    asyncpg.InterfaceError,  # the connection is gone, or was taken back by a pool that is closing
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.OperatorInterventionError,  # the server is shutting down or starting up, the backend was terminated
    asyncpg.TransactionRollbackError,  # deadlock, serialization
    asyncpg.LockNotAvailableError,
    KafkaConnectionError,
    KafkaTimeoutError,
    RequestTimedOutError,
)


def brief(error: ValidationError) -> str:
    """The first few things that are wrong with a value, without the value: it may be large."""
    told = error.errors(include_url=False, include_input=False, include_context=False)
    more = f"; and {len(told) - TOLD_ERRORS} more" if len(told) > TOLD_ERRORS else ""
    return "; ".join(": ".join(filter(None, (".".join(map(str, one["loc"])), _plain(one["msg"])))) for one in told[:TOLD_ERRORS]) + more


def _plain(message: str) -> str:
    """What we say ourselves, without the library's word before it."""
    return message.removeprefix("Value error, ")


def is_passing(error: BaseException) -> bool:
    """Whether waiting may help. `Fenced`, `Halt` and `Permanent` never pass by waiting."""
    return isinstance(error, PASSING)
