"""The two kinds of trouble that a service expects. Anything else is a bug and stops loudly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import ValidationError

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

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
    """Going on would corrupt the projection: stop, be not ready, and say why. `about` are fields for the log line."""

    about: Mapping[str, object] = {}


class Ahead(Halt):
    """A record of a version that this installation does not know: a newer one will read it, so it is neither skipped nor set aside."""

    def __init__(self, raw: ConsumerRecord, version: str) -> None:
        self.about = {"topic": raw.topic, "partition": raw.partition, "offset": raw.offset, "version": version}
        super().__init__(
            f"{raw.topic}-{raw.partition}@{raw.offset} is of {version}, which a newer Daybook wrote and this one can't read; "
            "nothing was skipped: upgrade, and it goes on from there"
        )


class Fenced(Exception):  # noqa: N818
    """Somebody else owns these partitions now: roll back and let go."""


class Unapplied(Exception):  # noqa: N818
    """A batch was not applied, or not to its end: go back to the positions that are held."""


def brief(error: ValidationError) -> str:
    """The first few things that are wrong with a value, without the value: it may be large."""
    told = error.errors(include_url=False, include_input=False, include_context=False)
    more = f"; and {len(told) - TOLD_ERRORS} more" if len(told) > TOLD_ERRORS else ""
    return "; ".join(": ".join(filter(None, (".".join(map(str, one["loc"])), _plain(one["msg"])))) for one in told[:TOLD_ERRORS]) + more


def _plain(message: str) -> str:
    """What we say ourselves, without the library's word before it."""
    return message.removeprefix("Value error, ")
