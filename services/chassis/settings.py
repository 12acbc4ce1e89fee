"""The settings of a service: one frozen model, from the environment (`DAYBOOK_*`) and a file, parsed once at the start."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

Port = Annotated[int, Field(ge=0, le=65535)]


MISUSED = 2  # the exit code of the command line for a wrong setting


class Settings(BaseSettings):
    """What any service needs to know. A later source never overrides the environment."""

    model_config = SettingsConfigDict(env_prefix="DAYBOOK_", toml_file="daybook.toml", frozen=True, extra="ignore")

    kafka: Annotated[str, Field(description="bootstrap servers, host:port, comma-separated")] = "127.0.0.1:19092"
    dsn: Annotated[SecretStr, Field(description="this service's own Postgres role, as a URL; never logged")] = SecretStr("")
    http_host: Annotated[str, Field(description="where the HTTP side listens; loopback unless you say otherwise")] = "127.0.0.1"
    http_port: Annotated[Port, Field(description="0 picks a free port")] = 0
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Field(description="least level that is logged")] = "info"
    log_format: Annotated[Literal["auto", "console", "json"], Field(description="auto: readable on a terminal, else JSON")] = "auto"
    batch_records: Annotated[int, Field(ge=1, description="most records in one transaction")] = 500
    batch_wait_ms: Annotated[int, Field(ge=1, description="longest wait for a first record before looking again")] = 250
    session_timeout_ms: Annotated[
        int, Field(ge=1000, description="a silent process loses its partitions, and an idle transaction its connection, after this long")
    ] = 10_000
    transaction_timeout_ms: Annotated[
        int,
        Field(ge=1000, description="a transaction loses its connection after this long, and is done again; needs Postgres 17 or later"),
    ] = 30_000
    fetch_bytes: Annotated[int, Field(ge=1024, description="most bytes fetched from one partition at a time")] = 4_194_304
    relay_records: Annotated[int, Field(ge=1, description="most records in one batch sent from the outbox")] = 1000
    pool_size: Annotated[int, Field(ge=2, description="most Postgres connections of this process")] = 6
    stop_seconds: Annotated[float, Field(gt=0, description="longest wait for a graceful stop; after twice as long it ends at once")] = 6.0
    faults: Annotated[str, Field(description="for tests: where this process kills or freezes itself")] = ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings' signature
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then secret files, then `daybook.toml` where the process starts."""
        return init_settings, env_settings, file_secret_settings, TomlConfigSettingsSource(settings_cls, Path("daybook.toml"))


S = TypeVar("S", bound=BaseSettings)


def parsed(kind: type[S]) -> S:
    """The settings. What is wrong with them is said without their values, and ends the process as it would on the command line.

    Raises:
        SystemExit: with 2.
    """
    try:
        return kind()
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False, include_context=False)
        wrong = [f"{_variable(one['loc'])}: {one['msg'].removeprefix('Value error, ')}" for one in told]
    except tomllib.TOMLDecodeError as error:
        wrong = [f"daybook.toml: {error}"]
    sys.stderr.write("".join(f"error: {one}\n" for one in wrong) + "hint: set it in the environment or in daybook.toml\n")
    raise SystemExit(MISUSED)


def _variable(where: tuple[int | str, ...]) -> str:
    return f"DAYBOOK_{'_'.join(map(str, where)).upper()}" if where else "the settings together"
