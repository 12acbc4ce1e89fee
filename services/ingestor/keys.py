"""The API keys of the ingestor: who may push. Who is let in, and who is not, is the chassis' business (`admitting.py`)."""

from __future__ import annotations

from services.chassis.api_keys import HOW, ApiKeys, BadKeysError, is_loopback, read_keys
from services.ingestor.settings import IngestorSettings


def keys_of(settings: IngestorSettings) -> ApiKeys:
    """The keys of `api_keys` and of the file `api_keys_file`.

    Raises:
        BadKeysError: the file can't be read, a digest is none, or there is no key although the service listens beyond loopback.
    """
    keys = read_keys(settings.api_keys, settings.api_keys_file, "DAYBOOK_API_KEYS_FILE")
    if not keys and not is_loopback(settings.http_host):
        where, what = settings.http_host or "all addresses", "set DAYBOOK_API_KEYS to the SHA-256 of each key"
        raise BadKeysError(f"listening on {where} needs an API key, or anybody may push: {what} ({HOW}), or listen on 127.0.0.1")
    return keys
