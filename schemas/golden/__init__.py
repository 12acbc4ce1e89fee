"""Golden records: real ones of every type and version that was ever released, which every later version must go on reading.

A folder a record type, a file a record: `example.json` is the one that is published with the contract, the others are of other days or
circumstances. None is ever changed or taken away; a new version, or a field that is new, adds one.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, JsonValue

from schemas.base import Model, sha256

HOME = Path(__file__).parent
EXAMPLE = "example"


class Golden(Model):
    """One record. `value` is its JSON; `text` stands for bytes that are none, as quarantine has them."""

    type: Annotated[str, Field(description="its `ce_type`, and the name of its folder")]
    name: str
    about: str
    topic: str
    key: str
    headers: dict[str, str]
    value: JsonValue = None
    text: str | None = None

    @property
    def body(self) -> bytes | None:
        """The very bytes; None is a tombstone."""
        if self.text is not None:
            return self.text.encode()
        return None if self.value is None else json.dumps(self.value, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def raw_headers(self) -> tuple[tuple[str, bytes], ...]:
        """As a consumer hands them out."""
        return tuple((name, value.encode()) for name, value in self.headers.items())


def read_golden(home: Path) -> tuple[Golden, ...]:
    """Every golden record under `home`, by type and name.

    Raises:
        pydantic.ValidationError: a file does not have the form of `Golden`.
    """
    return tuple(
        Golden(type=path.parent.name, name=path.stem, **json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(home.glob("*/*.json"))
    )


@cache
def golden() -> tuple[Golden, ...]:
    """The golden records of this installation."""
    return read_golden(HOME)


def digests(home: Path = HOME) -> dict[str, str]:
    """The digest of each golden record by its path, line ends apart."""
    return {path.relative_to(home).as_posix(): sha256(path.read_text(encoding="utf-8")) for path in sorted(home.glob("*/*.json"))}


def examples() -> dict[str, Golden]:
    """The record that is published as an example, by record type."""
    return {record.type: record for record in golden() if record.name == EXAMPLE}
