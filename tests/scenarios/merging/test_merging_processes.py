"""Two processes with different hash seeds say the same: no order of sets leaks into an event."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
from services.normalizer.merging import merge_all
from tests.scenarios.merging.test_merging_coreference import TABLE, tellings
from tests.unit.merging.telling import readings
for row in TABLE:
    for event in merge_all(readings(*tellings(row))):
        print(event.model_dump_json())
"""


def said(seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", PROGRAM], env=environment, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_the_order_of_sets_changes_no_byte() -> None:
    assert said("1") == said("2") != ""
