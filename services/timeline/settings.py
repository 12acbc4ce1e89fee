"""The settings of the timeline: those of every service, and how it answers. Each is a variable `DAYBOOK_<NAME>`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr

from services.chassis.settings import Port, Settings


class TimelineSettings(Settings):
    """What is asked is asked by a role of its own."""

    http_port: Annotated[Port, Field(description="0 picks a free port")] = 8803
    reader_dsn: Annotated[
        SecretStr,
        Field(
            description="the Postgres role that questions are asked by, as a URL: it can only read; never logged. Else the service's own"
        ),
    ] = SecretStr("")

    @property
    def asking(self) -> SecretStr:
        """The URL that questions go to."""
        return self.reader_dsn if self.reader_dsn.get_secret_value() else self.dsn
