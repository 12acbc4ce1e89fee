"""`python -m services.webhooks` runs the service until SIGTERM or Ctrl-C."""

from __future__ import annotations

from services.chassis.service import run_service
from services.chassis.settings import Settings, parsed
from services.webhooks.service import HTTP_PORT, NAME, builder
from services.webhooks.settings import WebhookSettings


def main() -> None:
    """Listen on the webhooks' own port unless the settings name another."""
    settings = parsed(Settings)
    if "http_port" not in settings.model_fields_set:
        settings = settings.model_copy(update={"http_port": HTTP_PORT})
    run_service(NAME, settings, builder(settings, parsed(WebhookSettings)))


if __name__ == "__main__":
    main()
