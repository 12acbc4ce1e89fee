"""The third stage: the events that the accepted readings make up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from schemas.mentions import Reading
from services.normalizer.merging import merge_all
from tests.pages.golden import expected
from tests.pages.ruleset import RULESET, without_ruleset

FILE = "events.json"
AFTER = "readings.json"


def run(folder: Path) -> Any:
    """Events in canonical order."""
    readings = [Reading.model_validate(row | {"ruleset": RULESET}) for row in expected(folder / AFTER)]
    return [without_ruleset(event.model_dump(mode="json", exclude_defaults=True)) for event in merge_all(readings)]
