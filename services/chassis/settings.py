"""The settings of a service: one frozen model, from the environment (`DAYBOOK_*`) and a file, parsed once at the start."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

Port = Annotated[int, Field(ge=0, le=65535)]


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
