"""Which trouble may pass by waiting, told by the errors of the clients that a service speaks to.

Apart from `errors.py`, as loading the clients takes time that a process which speaks to nobody need not spend.
"""

from __future__ import annotations

import asyncpg
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError, RequestTimedOutError

PASSING = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,  # the protocol broke off in the middle
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.OperatorInterventionError,  # the server is shutting down or starting up, the backend was terminated
    asyncpg.TransactionRollbackError,  # deadlock, serialization
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,  # we were frozen, or the machine was
    asyncpg.TransactionTimeoutError,  # the same, or there was too much work for the time
    KafkaConnectionError,
    KafkaTimeoutError,
    RequestTimedOutError,
)
# asyncpg raises one and the same error for a connection that is gone and for a mistake of ours, such as one argument too many. Only its
# words tell them apart; waiting mends no mistake.
GONE = ("connection is closed", "released back to the pool", "pool is closing", "pool is closed", "another operation is cancelling")


def is_passing(error: BaseException) -> bool:
    """Whether waiting may help. `Fenced`, `Halt` and `Permanent` never pass by waiting."""
    return isinstance(error, PASSING) or (isinstance(error, asyncpg.InterfaceError) and any(words in str(error) for words in GONE))
