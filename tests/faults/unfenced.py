"""The negative control: a service whose compare-and-swap has been taken out. `python -m tests.faults.unfenced normalizer`."""

from __future__ import annotations

import re
import runpy
import sys

from services.chassis import checkpoints


def take_out_the_compare_and_swap() -> None:
    """Positions are then set whatever the row holds, as they would be without the protocol."""
    sql = checkpoints.SQL["advance"]
    without = re.sub(r"AND held\.owner_epoch = .*?\n", "", re.sub(r"\s+AND held\.owner_epoch.*", "\n", sql, flags=re.DOTALL))
    checkpoints.SQL["advance"] = without + "RETURNING held.topic, held.partition"


if __name__ == "__main__":
    take_out_the_compare_and_swap()
    assert "owner_epoch =" not in checkpoints.SQL["advance"].split("WHERE")[1]
    runpy.run_module(f"services.{sys.argv[1]}", run_name="__main__")
