"""What a sender says of itself: its API key, and the name by which requests are repeated. A key is never an argument, shown or logged."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

LONGEST = 4_096  # characters of a key
LONGEST_NAME = 200  # characters of a name for repeats: with the digest it stays below what the ingestor takes


class BadKeyError(Exception):
    """The key cannot be used; the message says what to do, and does not repeat it."""


class SenderSettings(BaseSettings):
    """What whoever sends to an ingestor may set."""

    model_config = SettingsConfigDict(env_prefix="DAYBOOK_", frozen=True, extra="ignore")

    api_key: Annotated[SecretStr, Field(description="the key or token itself, to be sent to a service that needs one; never logged")] = (
        SecretStr("")
    )
    api_key_file: Annotated[str, Field(description="a file that holds that key instead, as its first line")] = ""


def key_of(settings: SenderSettings, file: Path | None = None) -> SecretStr:
    """The key to send; empty where there is none. A file that is named goes before the environment's, and that before its key.

    Raises:
        BadKeyError: the file can't be read, or holds no key.
    """
    path = file or (Path(settings.api_key_file) if settings.api_key_file else None)
    key = _first_line(path) if path else settings.api_key.get_secret_value().strip()
    if key and not (len(key) <= LONGEST and key.isascii() and key.isprintable() and " " not in key):
        raise BadKeyError(f"the API key {f'in {path} ' if path else ''}must be one word of ASCII characters")
    return SecretStr(key)


def repeat_key(name: str, asked: str, content: bytes) -> str:
    """The Idempotency-Key of one request out of many that share a name: the same request has the same key, another has another.

    `asked` is all that is said of the content: parameters and media type.
    """
    digest = hashlib.sha256(f"{len(asked)}\n{asked}\n".encode() + content).hexdigest()
    return f'"{name}-{digest[:32]}"'


def is_repeat_name(name: str) -> bool:
    """Whether a name can stand in a header, in quotation marks."""
    return 0 < len(name) <= LONGEST_NAME and name.isascii() and name.isprintable() and not set(name) & {'"', "\\"}


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            key = file.readline(LONGEST + 2).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadKeyError(f"{path} can't be read: {getattr(error, 'strerror', None) or 'it is no text'}") from None
    if not key:
        raise BadKeyError(f"the first line of {path} is empty; it must be the API key")
    return key
