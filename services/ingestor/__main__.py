"""`python -m services.ingestor`: takes pages in by HTTP until SIGTERM or Ctrl-C."""

from __future__ import annotations

from services.chassis.service import run_service
from services.chassis.settings import parsed
from services.ingestor.service import builder
from services.ingestor.settings import IngestorSettings
from services.ingestor.sources import cut

if __name__ == "__main__":
    settings = parsed(IngestorSettings)
    run_service("ingestor", settings, builder(settings, cut))
