"""Arrays inside arrays: Postgres can't `unnest` ragged ones, so an inner array travels as its text and is cast."""

from __future__ import annotations

from collections.abc import Iterable


def array_literal(items: Iterable[str]) -> str:
    r"""The text form of a `text[]`: each item quoted, with `\` before `\` and `"`."""
    return "{" + ",".join('"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items) + "}"
