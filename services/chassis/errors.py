"""The two kinds of trouble that a service expects. Anything else is a bug and stops loudly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError, RequestTimedOutError

if TYPE_CHECKING:
    from services.chassis.records import Record


class Permanent(Exception):  # noqa: N818 - what it is reads better than what it is called elsewhere
    """This record can never be applied: quarantine it with its bytes, and go on."""

    def __init__(self, reason: str, record: Record | None = None) -> None:
        super().__init__(reason)
        self.record = record


class Transient(Exception):  # noqa: N818
    """This may pass: wait and try again."""


class Halt(Exception):  # noqa: N818
    """Going on would corrupt the projection: stop, be not ready, and say why."""


class Fenced(Exception):  # noqa: N818
    """Somebody else owns these partitions now: roll back and let go."""


PASSING = (
    Transient,
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,  # the connection is gone, or was taken back by a pool that is closing
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.OperatorInterventionError,  # the server is shutting down or starting up, the backend was terminated
    asyncpg.TransactionRollbackError,  # deadlock, serialization
    asyncpg.LockNotAvailableError,
    KafkaConnectionError,
    KafkaTimeoutError,
    RequestTimedOutError,
)


def is_passing(error: BaseException) -> bool:
    """Whether waiting may help. `Fenced`, `Halt` and `Permanent` never pass by waiting."""
    return isinstance(error, PASSING)
