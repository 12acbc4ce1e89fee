"""The settings of the timeline: those of every service, and how it answers. Each is a variable `DAYBOOK_<NAME>`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr

from services.chassis.api_keys import read_keys
from services.chassis.callers import Callers, need_callers
from services.chassis.settings import Port, Settings
from services.chassis.tokens import Tokens


class TimelineSettings(Settings):
    """What is asked is asked by a role of its own."""

    http_port: Annotated[Port, Field(description="0 picks a free port")] = 8803
    reader_dsn: Annotated[
        SecretStr,
        Field(
            description="the Postgres role that questions are asked by, as a URL: it can only read; never logged. Else the service's own"
        ),
    ] = SecretStr("")

    reader_keys: Annotated[
        str,
        Field(description="SHA-256 of each API key by which one may ask, in hexadecimal, comma-separated; beyond loopback, these or OIDC"),
    ] = ""
    reader_keys_file: Annotated[str, Field(description="a file with more of them, one a line; # opens a comment")] = ""
    oidc_issuer: Annotated[str, Field(description="the OpenID Connect provider whose bearer tokens (JWT) let one ask, as they name it")] = (
        ""
    )
    oidc_audience: Annotated[str, Field(description="whom its tokens must be for")] = ""
    oidc_keys: Annotated[str, Field(description="the https address of its keys, a JWK set; else the provider is asked")] = ""
    rate_limit: Annotated[
        str, Field(description="most requests of one caller, by key, subject or address, as 600/minute; empty: any number")
    ] = "60000/minute"
    stream_listeners: Annotated[int, Field(ge=1, description="most streams that are open at a time; others are told to come back")] = 2000
    stream_heartbeat_seconds: Annotated[float, Field(gt=0, description="a stream on which nothing happens says so after so long")] = 15.0
    stream_buffer_bytes: Annotated[
        int, Field(ge=1024, description="a listener for whom more than that waits is cut off; it reads on when it asks again")
    ] = 4_194_304
    stream_write_seconds: Annotated[float, Field(gt=0, description="so is one whose connection takes nothing for so long")] = 20.0

    @property
    def callers(self) -> Callers:
        """Who may ask.

        Raises:
            BadKeysError: a key or the provider is not rightly given, or there is neither and the service listens beyond loopback.
        """
        oidc = self.oidc_issuer, self.oidc_audience, self.oidc_keys
        keys = read_keys(self.reader_keys, self.reader_keys_file, "DAYBOOK_READER_KEYS_FILE")
        callers = Callers(keys, Tokens(*oidc) if any(oidc) else None)
        need_callers(callers, self.http_host, "DAYBOOK_READER_KEYS")
        return callers

    @property
    def asking(self) -> SecretStr:
        """The URL that questions go to."""
        return self.reader_dsn if self.reader_dsn.get_secret_value() else self.dsn
