"""Every environment variable, from the settings models."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from deploy.reference._markdown import code, table
from services.chassis.settings import Settings
from services.ingestor.credentials import SenderSettings
from services.ingestor.fetching.settings import FetchSettings
from services.ingestor.settings import IngestorSettings
from services.normalizer.settings import NormalizerSettings
from services.timeline.settings import TimelineSettings
from services.webhooks.settings import WebhookSettings

TITLE = "Settings"
ABOUT = "What can be set by environment variables, for which service, and what holds where nothing is set."


def told() -> Iterator[tuple[str, str, FieldInfo]]:
    """Each variable, whose it is, and its field."""
    groups = (
        ("all", "DAYBOOK_", Settings.model_fields),
        ("ingestor", "DAYBOOK_", _own(IngestorSettings)),
        ("normalizer", "DAYBOOK_", _own(NormalizerSettings)),
        ("timeline", "DAYBOOK_", _own(TimelineSettings)),
        ("sending", "DAYBOOK_", SenderSettings.model_fields),
        ("fetching", "DAYBOOK_FETCH_", FetchSettings.model_fields),
        ("webhooks", "DAYBOOK_WEBHOOK_", WebhookSettings.model_fields),
    )
    return ((prefix + name.upper(), who, field) for who, prefix, fields in groups for name, field in fields.items())


def body() -> str:
    rows = ((code(variable), who, _default(field.default), field.description or "") for variable, who, field in told())
    return table(("variable", "of", "default", "meaning"), rows)


def _own(settings: type[Settings]) -> dict[str, FieldInfo]:
    return {name: field for name, field in settings.model_fields.items() if name not in Settings.model_fields}


def _default(value: object) -> str:
    return "" if value is PydanticUndefined or str(value) == "**********" else code(value)
