"""What can be wrong with a log, or with where a subscription wants to go on in it. Going on would make a consumer wrong, so it stops."""

from __future__ import annotations


class SubscribingError(Exception):
    """The base of all: the message says which partition, what is wrong and what to do."""


class NoSuchTopic(SubscribingError):  # noqa: N818 - what it is reads better than what it is called elsewhere
    """The broker has no such topic: another broker, or a Daybook that has never been started."""


class Hole(SubscribingError):  # noqa: N818
    """A number is missing: records were lost from the log, or its beginning is no longer kept."""


class LogRecreated(SubscribingError):  # noqa: N818
    """The topic was deleted and made anew: positions of the old log mean nothing in it. Begin again, with an empty table."""


class PositionLost(SubscribingError):  # noqa: N818
    """The log no longer holds what was read last: the broker was put back to an older state. Begin again, with an empty table."""


class UnknownVersion(SubscribingError):  # noqa: N818
    """A record of a type or major version that this client does not know. Update the client; the position stays good."""
