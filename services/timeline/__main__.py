"""`python -m services.timeline` runs the service until SIGTERM or Ctrl-C."""

from __future__ import annotations

from services.chassis.service import run_service
from services.chassis.settings import parsed
from services.timeline.service import NAME, builder
from services.timeline.settings import TimelineSettings

if __name__ == "__main__":
    settings = parsed(TimelineSettings)
    run_service(NAME, settings, builder(settings))
