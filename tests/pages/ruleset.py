"""Goldens do not hold the ruleset's version: it changes with each rule, and would drown the differences that matter."""

from __future__ import annotations

from typing import Any

RULESET = "any"


def without_ruleset(row: dict[str, Any]) -> dict[str, Any]:
    """The row without its ruleset."""
    return {name: value for name, value in row.items() if name != "ruleset"}
