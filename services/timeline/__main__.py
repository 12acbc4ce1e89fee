"""`python -m services.timeline` runs the service until SIGTERM or Ctrl-C."""

from __future__ import annotations

from services.chassis.service import run_service
from services.chassis.settings import Settings
from services.timeline.service import HTTP_PORT, NAME, build


def main() -> None:
    """Listen on the timeline's own port unless the settings name another."""
    settings = Settings()
    if "http_port" not in settings.model_fields_set:
        settings = settings.model_copy(update={"http_port": HTTP_PORT})
    run_service(NAME, settings, build)


if __name__ == "__main__":
    main()
