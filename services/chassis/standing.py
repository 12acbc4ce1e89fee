"""How a follower stands: what it waits for, and which partitions have halted. Readiness, the metric and the log say the same."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from aiokafka import TopicPartition

from services.chassis import metrics
from services.chassis.errors import Halt
from services.chassis.health import Health

log = structlog.get_logger()


class Standing:
    """A follower is ready while none of its partitions has halted and it waits for nothing."""

    def __init__(self, name: str, health: Health) -> None:
        self._name, self._health = name, health
        self._halted: dict[TopicPartition, str] = {}
        self._waits: str | None = "for partitions"

    @property
    def stopped(self) -> frozenset[TopicPartition]:
        """The partitions that have halted."""
        return frozenset(self._halted)

    def waits(self, what: str | None) -> None:
        """It waits for something; for nothing: None."""
        self._waits = what
        self._tell()

    def claims(self, partitions: Iterable[TopicPartition]) -> None:
        """These partitions are looked at afresh; all others are no longer this process's."""
        claimed = set(partitions)
        self._halted = {at: why for at, why in self._halted.items() if at not in claimed}
        self.waits("to take over partitions" if claimed else None)

    def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        """Whatever was wrong with these, is somebody else's business now."""
        for at in partitions:
            self._halted.pop(at, None)
        self._tell()

    def halt(self, partitions: Iterable[TopicPartition], error: Exception) -> None:
        """Going on with these would do harm. A bug is logged with its traceback."""
        reason = str(error) if isinstance(error, Halt) else f"{type(error).__name__}: {error}"
        self._halted |= dict.fromkeys(partitions, reason)
        self._waits = None
        self._tell()
        about = error.about if isinstance(error, Halt) else {"exc_info": error}
        log.error("follower_halted", follower=self._name, reason=reason, **about)

    def aside(self, count: int, *, more: bool) -> None:
        """So many of its records wait in quarantine, or more. That keeps it from no work, and wants seeing to."""
        metrics.ASIDE.labels(self._name).set(count)
        told = f"{count:,}{' or more' if more else ''} records wait in quarantine: see `daybook quarantine list`"
        self._health.note(self._name, told if count else None)

    @property
    def halted(self) -> str | None:
        """Why something of it has halted; None while nothing has."""
        return "; ".join(dict.fromkeys(self._halted.values())) or None

    def _tell(self) -> None:
        metrics.HALTED.labels(self._name).set(1 if self._halted else 0)
        waits = f"waits {self._waits}" if self._waits else None
        halted = f"halted: {self.halted}" if self.halted else None
        self._health.set(self._name, reason=halted or waits)
