"""Where a stream begins: what its listener sends is held against the logs that are followed. Pure.

An id or a position of other logs would be taken without a word otherwise: nothing comes as long as the new log is the shorter one, and
what lies below the old offsets is never told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from services.timeline.now import Now
from services.timeline.stream.ids import WORDS, read
from services.timeline.stream.standing import Standing, standing_at


class UnknownPlaceError(Exception):
    """A topic or partition that is not followed."""


class AnotherLogError(Exception):
    """The topic was made anew since: what was told is of a log that is there no more."""


class UnnamedError(Exception):
    """An id that names but some of the records that were passed by, and others of them wait no more."""


def beginning(after: str, now: Now) -> Standing:
    """The standing of a listener that sends `now`, `beginning`, an id or a position.

    Raises:
        ValueError: it is none of them.
        UnknownPlaceError, AnotherLogError: it is not of the logs that are followed; the message says what to do.
        UnnamedError: what is to be told can't be known any more; the message says what to do.
    """
    if after in WORDS:
        return standing_at(now) if after == "now" else Standing()
    standing = read(after)
    for place in _unknown(standing, now):
        known = ", ".join(sorted({topic for topic, _ in now.reached}))
        raise UnknownPlaceError(f"{place} is not followed; these topics are: {known}")
    for topic in other_logs(standing.logs, now):
        raise AnotherLogError(f"{topic} was made anew since; read /v1/snapshot, and go on from its position, or `after=beginning`")
    if standing.unnamed:
        return _naming_all(standing, now)
    return standing if standing.generation else standing.passing_by(now.waiting)  # a position names none; what waits now waited then too


def other_logs(logs: Mapping[str, frozenset[str]], now: Now) -> list[str]:
    """The topics of which none of these logs is followed any more. They are made anew as a whole; of an empty one nothing is known."""
    return sorted(topic for topic, marks in logs.items() if (followed := now.logs.get(topic)) and not marks & followed)


def _unknown(standing: Standing, now: Now) -> Iterator[str]:
    topics = {topic for topic, _ in now.reached}
    for (topic, number), offset in sorted(standing.following.items()):
        if topic not in topics:
            yield topic
        elif offset and (topic, number) not in now.reached:  # an id names partitions that nobody has begun with 0
            yield f"{topic}-{number}"


def _naming_all(standing: Standing, now: Now) -> Standing:
    """With those that the id left out: they wait still, as many as there were. If some don't, nobody can say which those were."""
    first = min((offset, at) for at, passed in standing.passed.items() for offset in passed)
    earlier = {at: frozenset(n for n in offsets if (n, at) < first) for at, offsets in now.waiting.items()}
    found = replace(standing, passed={}, unnamed=0).passing_by(earlier)
    if sum(map(len, found.passed.values())) < standing.unnamed:
        raise UnnamedError(
            f"{standing.unnamed:,} records waited in quarantine that this id is too short to name, and some of them were applied since; "
            "read /v1/snapshot, and go on from its Daybook-Stream-Id"
        )
    return found.passing_by(standing.passed)
