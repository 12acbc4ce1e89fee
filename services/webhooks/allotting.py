"""Which addresses are told of which changes, and which have to read the log for themselves from now on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from services.webhooks.messages import Message, Place
from services.webhooks.wanted import Wanted, fits

At = tuple[str, int]  # topic and partition


@dataclass(frozen=True, slots=True)
class Position:
    """Where an address began in a partition, and from where on it reads for itself; None: it is told."""

    first: int = 0
    next: int | None = None

    def takes(self, offset: int) -> bool:
        """Whether the follower has to tell this address of the record at this offset."""
        return self.first <= offset and (self.next is None or offset < self.next)


@dataclass(frozen=True, slots=True)
class Listener:
    """An address: its filters, and how many more changes its queue has room for."""

    endpoint_id: str
    wanted: Wanted
    room: int


@dataclass(slots=True)
class Allotment:
    """`queued`: what each address is told. `behind`: from which record on it has to read for itself. `told`: events that are new to it."""

    queued: list[tuple[str, Message]] = field(default_factory=list)
    behind: dict[tuple[str, At], int] = field(default_factory=dict)
    told: set[tuple[str, str]] = field(default_factory=set)


def allot(
    messages: Sequence[Message],
    listeners: Iterable[Listener],
    positions: Mapping[tuple[str, At], Position],
    told: AbstractSet[tuple[str, str]],
) -> Allotment:
    """Messages in the order of the log. `told` holds address and event, of those events that an address with filters has heard of.

    What is told again after quarantine is queued whatever the room: whoever read on from there would be told all that came since once more.
    """
    made = Allotment()
    for listener in listeners:
        room = listener.room
        for message in messages:
            at = _at(message.place)
            key = listener.endpoint_id, at
            position = positions.get(key, Position())
            if key in made.behind or not position.takes(message.place.offset):
                continue
            if room <= 0 and position.next is None and not message.again:
                made.behind[key] = message.place.offset
            elif _hears(listener, message, told, made.told):
                room -= 1
                made.queued.append((listener.endpoint_id, message))
                known = listener.endpoint_id, message.event.event_id
                if not listener.wanted.everything and known not in told:
                    made.told.add(known)
    return made


def _hears(listener: Listener, message: Message, *told: AbstractSet[tuple[str, str]]) -> bool:
    """What no longer fits is told to those who heard of it when it did: they would hold it for what it was."""
    known = listener.endpoint_id, message.event.event_id
    return fits(listener.wanted, message.event) or any(known in some for some in told)


def _at(place: Place) -> At:
    return place.topic, place.partition
