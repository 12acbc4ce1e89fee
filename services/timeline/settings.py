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

    stream_listeners: Annotated[int, Field(ge=1, description="most streams that are open at a time; others are told to come back")] = 2000
    stream_heartbeat_seconds: Annotated[float, Field(gt=0, description="a stream on which nothing happens says so after so long")] = 15.0
    stream_buffer_bytes: Annotated[
        int, Field(ge=1024, description="a listener for whom more than that waits is cut off; it reads on when it asks again")
    ] = 4_194_304
    stream_write_seconds: Annotated[float, Field(gt=0, description="so is one whose connection takes nothing for so long")] = 20.0

    @property
    def asking(self) -> SecretStr:
        """The URL that questions go to."""
        return self.reader_dsn if self.reader_dsn.get_secret_value() else self.dsn
