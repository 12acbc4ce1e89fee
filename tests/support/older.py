"""A timeline of an earlier version, which did not list contradictions yet: `python -m tests.support.older`."""

from __future__ import annotations

import runpy

from services.timeline import projections
from services.timeline.projections import Projection

now = projections.discover
SINCE = "contradictions"


def discover() -> tuple[Projection, ...]:
    """The projections that there were then."""
    return tuple(one for one in now() if one.name != SINCE)


if __name__ == "__main__":
    projections.discover = discover
    runpy.run_module("services.timeline", run_name="__main__")
