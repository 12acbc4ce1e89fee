"""Subscribing to Daybook's event topics: changes in order, without repeats, with a position to go on from.

    async for change in subscribe("127.0.0.1:19092", kinds=["strike"], from_=Position.read(stored)):
        ...  # apply it, and store str(change.position), in one transaction of your own

It needs `schemas` and aiokafka, and nothing else of Daybook.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from schemas.kinds import kinds as known_kinds
from subscribing.beginning import Origin
from subscribing.broker import Broker
from subscribing.change import Change
from subscribing.errors import Hole, LogRecreated, NoSuchTopic, PositionLost, SubscribingError, UnknownVersion
from subscribing.only import Only, need_known
from subscribing.position import Position
from subscribing.snapshots import Snapshot, snapshot
from subscribing.subscription import LOOK_SECONDS, Subscription

__all__ = [
    "Change",
    "Hole",
    "LogRecreated",
    "NoSuchTopic",
    "Only",
    "Origin",
    "Position",
    "PositionLost",
    "Snapshot",
    "SubscribingError",
    "Subscription",
    "UnknownVersion",
    "present",
    "snapshot",
    "subscribe",
]
CURRENT_TOPIC = "events.current.v1"
EVERYTHING = Only()


def subscribe(
    kafka: str,
    *,
    kinds: Iterable[str] = (),
    from_: Origin | Snapshot = "beginning",
    only: Only = EVERYTHING,
    connection: Mapping[str, Any] | None = None,
    look_seconds: float = LOOK_SECONDS,
) -> Subscription:
    """Every change of events of these kinds (none: of all), from a place in the log on, for ever.

    `kafka`: bootstrap servers, host:port, comma-separated. `from_`: beginning, end (only what comes from now on), a moment of log time, a
    position, or a snapshot whose events were stored. `only`: which changes. `connection`: what else aiokafka needs to know to connect.

    Raises:
        ValueError: there is no such kind.
    """
    asked = tuple(dict.fromkeys(kinds)) or tuple(known_kinds())
    need_known("kind of event", asked, known_kinds())
    topics = [f"events.{kind}.v1" for kind in asked]
    return Subscription(Broker(kafka, connection or {}), topics, _origin(from_), only, look_seconds)


def present(
    kafka: str, *, from_: Origin | Snapshot = "beginning", only: Only = EVERYTHING, connection: Mapping[str, Any] | None = None
) -> Subscription:
    """The present state of every event, then each new one, from the compacted topic: no history, and what is gone is a tombstone.

    Of one event only what is newer comes, as long as this process reads; store `change.seq` beside the state to know it after a restart.
    """
    return Subscription(Broker(kafka, connection or {}), [CURRENT_TOPIC], _origin(from_), only)


def _origin(from_: Origin | Snapshot) -> Origin:
    return from_.position if isinstance(from_, Snapshot) else from_
