"""Which versions of the contract this installation reads: of each model the present one, and older ones through upcasters.

A version is a whole number in `dataschema` (`urn:daybook:schema:EventChange:v1`) and in the record's type (`daybook.event.merged.v1`).
Within a version a model only gains fields that have a default; anything else is the next version, with an upcaster from the one before
(`schemas/upcasters/`), so that whatever was once written can be read for ever.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache

from schemas.envelope import GENESIS
from schemas.topics import cards
from schemas.upcasters import Upcast, upcasters

PRESENT: dict[str, int] = {
    "CanonicalEvent": 1,
    "Edit": 1,
    "Envelope": 1,
    "EventChange": 1,
    "Genesis": 1,
    "RawArticle": 1,
    "Reading": 1,
}
_SCHEMA = re.compile(r"urn:daybook:schema:(?P<name>\w+):v(?P<version>\d{1,9})")
_TYPE = re.compile(r"(?P<name>.+)\.v(?P<version>\d{1,9})")


class UnknownVersionError(Exception):
    """The record has a version that this installation has never heard of: a newer Daybook wrote it."""


def dataschema(model: str) -> str:
    """What a record says of its value: the model, in its present version."""
    return f"urn:daybook:schema:{model}:v{PRESENT[model]}"


def present(value: bytes | None, kind: str, schema: str | None) -> bytes | None:
    """A record's value as the present version has it, given the record's type and `dataschema`. What is of the present version, is a
    tombstone, or is not ours to judge, is given back untouched.

    Raises:
        UnknownVersionError: no upcaster leads from its version to the present one.
        ValueError: it is of an older version, but not as that version had it.
    """
    steps = _steps(kind, schema)
    return upcast(value, steps) if steps and value else value


def upcast(value: bytes, steps: tuple[Upcast, ...]) -> bytes:
    """The value after each step.

    Raises:
        ValueError: a step can't read it.
    """
    try:
        told = json.loads(value)
        for step in steps:
            told = step(told)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it is not as its version has it: {type(error).__name__}: {error}") from error
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def _steps(kind: str, schema: str | None) -> tuple[Upcast, ...]:
    found = _SCHEMA.fullmatch(schema or "")
    steps = chain(found["name"], int(found["version"]), PRESENT, upcasters()) if found else ()
    named = _TYPE.fullmatch(kind)
    if named and not steps and int(named["version"]) > _newest_types().get(named["name"], int(named["version"])):
        raise UnknownVersionError(kind)
    return steps


def chain(name: str, version: int, known: Mapping[str, int], steps: Mapping[tuple[str, int], Upcast]) -> tuple[Upcast, ...]:
    """The steps from a version of a model to the present one; none for a model that is not ours.

    Raises:
        UnknownVersionError: they do not lead there.
    """
    wanted = [(name, number) for number in range(version, known.get(name, version))]
    if version > known.get(name, version) or not all(step in steps for step in wanted):
        raise UnknownVersionError(f"{name} v{version}")
    return tuple(steps[step] for step in wanted)


@cache
def _newest_types() -> dict[str, int]:
    """The newest version of each record type that this installation knows."""
    named = [_TYPE.fullmatch(kind) for kind in (GENESIS, *(kind for card in cards() for kind in card.types))]
    return {found["name"]: int(found["version"]) for found in sorted(filter(None, named), key=lambda found: int(found["version"]))}
