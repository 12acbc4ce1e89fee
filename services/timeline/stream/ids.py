"""A standing as text: the id of each message, by which a listener goes on. Pure.

`g2;events.strike.v1~5f3a9c0e:17!5!9.4.0,events.summit.v1:3.8`: the generation that told it, then for each topic how the uuid of one of its
logs begins, where it is known, the next offset of partition 0, 1, 2, and behind `!` the offsets below it that were passed by. Where these
are too many, the latest are named, and `g2!1234;` says how many earlier ones there are.
"""

from __future__ import annotations

import re
from itertools import accumulate

from schemas.positions import read_position
from services.timeline.now import Place
from services.timeline.stream.standing import Standing

ROOM = 2_000
"""Characters for what was passed by, of all partitions together: 100 to 400 offsets, by how long they are. An id is a header of
`/v1/snapshot`, beside the position, and of whoever comes back, and common proxies take 8 kB of headers."""
WORDS = ("now", "beginning")
HOW = "write `now`, `beginning`, the id of a message, or a position, as events.strike.v1-0=17"
_GENERATION = re.compile(r"g([0-9]{1,9})(?:!([0-9]{1,9}))?;")
_OFFSETS = re.compile(r"[0-9]{1,18}(?:![0-9]{1,18})*")
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
_LOG = re.compile(r"(?:~[0-9a-f]{8})?")
_MOST_PARTITIONS = 1000


def write(standing: Standing) -> str:
    """The standing as text."""
    topics: dict[str, list[str]] = {}
    named = _named(standing)
    for (topic, number), offset in sorted(standing.following.items()):
        offsets = topics.setdefault(topic, [])
        offsets += ["0"] * (number - len(offsets))  # of a partition that nobody has begun, nothing was told
        offsets.append("!".join(map(str, (offset, *named.get((topic, number), ())))))
    unnamed = sum(map(len, standing.passed.values())) - sum(map(len, named.values()))
    return f"g{standing.generation}{f'!{unnamed}' if unnamed else ''};" + ",".join(
        f"{topic}{_mark(standing, topic)}:{'.'.join(offsets)}" for topic, offsets in topics.items()
    )


def _mark(standing: Standing, topic: str) -> str:
    """One says it for all logs of a topic, as they are made anew together."""
    return f"~{min(marks)}" if (marks := standing.logs.get(topic)) else ""


def _named(standing: Standing) -> dict[Place, list[int]]:
    if not any(standing.passed.values()):
        return {}
    latest = sorted(((offset, at) for at, passed in standing.passed.items() for offset in passed), reverse=True)
    ends = accumulate(len(f"!{offset}") for offset, _ in latest)
    found: dict[Place, list[int]] = {}
    for (offset, at), end in zip(latest, ends, strict=True):
        if end > ROOM:
            break
        found.setdefault(at, []).append(offset)
    return {at: sorted(offsets) for at, offsets in found.items()}


def read(text: str) -> Standing:
    """Read an id back, or a position as answers give it.

    Raises:
        ValueError: it is neither; the message says how to write it.
    """
    if ":" not in text and "=" in text:
        return _position(text)
    generation, _, rest = text.rpartition(";")
    named = _GENERATION.fullmatch(f"{generation};")
    if generation and not named:
        raise ValueError(HOW)
    following: dict[Place, int] = {}
    passed: dict[Place, frozenset[int]] = {}
    logs: dict[str, frozenset[str]] = {}
    for part in rest.split(",") if rest else ():
        name, _, offsets = part.partition(":")
        topic, _, mark = name.partition("~")
        if not _LOG.fullmatch(name.removeprefix(topic)):
            raise ValueError(HOW)
        if mark:
            logs[topic] = frozenset({mark})
        for number, (following_, *passed_) in enumerate(_offsets(topic, offsets)):
            following[topic, number] = following_
            if passed_:
                passed[topic, number] = frozenset(passed_)
    unnamed = int(named[2] or 0) if named else 0
    if unnamed and not passed:
        raise ValueError(HOW)
    return Standing(int(named[1]) if named else 0, following, passed, logs, unnamed)


def _position(text: str) -> Standing:
    places = read_position(text)
    logs: dict[str, frozenset[str]] = {}
    for (topic, _), place in places.items():
        if place.log:
            logs[topic] = logs.get(topic, frozenset()) | {place.log}
    return Standing(following={at: place.offset for at, place in places.items()}, logs=logs)


def _offsets(topic: str, text: str) -> list[list[int]]:
    parts = text.split(".")
    if not _TOPIC.fullmatch(topic) or len(parts) > _MOST_PARTITIONS or not all(map(_OFFSETS.fullmatch, parts)):
        raise ValueError(HOW)
    return [[int(number) for number in part.split("!")] for part in parts]
