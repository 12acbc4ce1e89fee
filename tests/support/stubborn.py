"""An ingestor that stumbles where a page tells it to, as no library should: `python -m tests.support.stubborn`."""

from __future__ import annotations

from services.chassis.service import run_service
from services.ingestor import sources
from services.ingestor.pages.model import Capture, Cut, Limits
from services.ingestor.service import builder
from services.ingestor.settings import IngestorSettings
from tests.support import work

DEEDS = {b"please hang": work.hang_in_a_library, b"please die": work.die, b"please fill": work.fill, b"please stumble": work.stumble}


def cut(capture: Capture, limits: Limits) -> Cut:
    for words, deed in DEEDS.items():
        if isinstance(capture.content, bytes) and words in capture.content:
            deed()
    return sources.cut(capture, limits)


if __name__ == "__main__":
    from tests.support.stubborn import cut as by_name  # processes find it by this module's name, which is not __main__

    settings = IngestorSettings()
    run_service("ingestor", settings, builder(settings, by_name))
