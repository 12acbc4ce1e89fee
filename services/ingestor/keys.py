"""API keys: held as SHA-256 digests, compared in constant time, never logged. Needed as soon as the service listens beyond loopback."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path

from services.ingestor.problems import Problem
from services.ingestor.settings import IngestorSettings

_DIGEST = re.compile(r"[0-9a-f]{64}")
_HOW = "printf %s KEY | sha256sum"
_SEND = "Send `Authorization: Bearer <key>`."


class BadKeysError(Exception):
    """The settings of the keys cannot be used; the message says what to do."""


class Keys:
    """The keys that may push; none at all means that nobody is asked for one."""

    def __init__(self, digests: Iterable[str]) -> None:
        """`digests` in hexadecimal.

        Raises:
            BadKeysError: one is no SHA-256; it is not repeated in the message, as it may be a key in the clear.
        """
        self._digests = tuple(dict.fromkeys(digest.lower() for digest in digests))
        if not all(_DIGEST.fullmatch(digest) for digest in self._digests):
            raise BadKeysError(f"an API key must be given as its SHA-256 in hexadecimal: {_HOW}")

    def __len__(self) -> int:
        return len(self._digests)

    def caller(self, authorization: str | None) -> str:
        """Who asks: the digest of the key, or nobody's empty name where no key is needed.

        Raises:
            Problem: 401 without a key, 403 with one that is not known.
        """
        if not self._digests:
            return ""
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise Problem(HTTPStatus.UNAUTHORIZED, "key_missing", "an API key is needed", _SEND, challenge="Bearer")
        asked = hashlib.sha256(key.strip().encode("utf-8", "surrogateescape")).hexdigest()
        # All are compared, whichever fits, so that the time taken tells nothing.
        if not any([hmac.compare_digest(asked, digest) for digest in self._digests]):  # noqa: C419 - a generator would stop early
            raise Problem(HTTPStatus.FORBIDDEN, "key_unknown", "this API key is not known", "Ask whoever runs the ingestor for one.")
        return asked


def keys_of(settings: IngestorSettings) -> Keys:
    """The keys of `api_keys` and of the file `api_keys_file`, one a line, its digest first.

    Raises:
        BadKeysError: the file can't be read, a digest is none, or there is no key although the service listens beyond loopback.
    """
    listed = settings.api_keys.replace(",", " ").split()
    keys = Keys([*listed, *_in_file(settings.api_keys_file)])
    if not keys and not is_loopback(settings.http_host):
        where, what = settings.http_host or "all addresses", "set DAYBOOK_API_KEYS to the SHA-256 of each key"
        raise BadKeysError(f"listening on {where} needs an API key, or anybody may push: {what} ({_HOW}), or listen on 127.0.0.1")
    return keys


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address. A name other than localhost may be any machine's."""
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _in_file(path: str) -> list[str]:
    if not path:
        return []
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadKeysError(f"DAYBOOK_API_KEYS_FILE: {path} can't be read: {error}") from error
    return [line.split()[0] for line in lines if line.strip() and not line.lstrip().startswith("#")]
