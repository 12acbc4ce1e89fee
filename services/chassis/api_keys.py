"""API keys: held as SHA-256 digests, compared in constant time, never logged. Needed as soon as a service listens beyond loopback."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

_DIGEST = re.compile(r"[0-9a-f]{64}")
HOW = "printf %s KEY | sha256sum"


class BadKeysError(Exception):
    """The settings of the keys cannot be used; the message says what to do."""


class KeyMissingError(Exception):
    """Nobody said who asks."""


class KeyUnknownError(Exception):
    """The key is none of ours."""


class ApiKeys:
    """The keys that may do something; none at all means that nobody is asked for one."""

    def __init__(self, digests: Iterable[str], owners: Mapping[str, str] = MappingProxyType({})) -> None:
        """`digests` in hexadecimal; `owners`: whose some of them are.

        Raises:
            BadKeysError: one is no SHA-256; it is not repeated in the message, as it may be a key in the clear.
        """
        self._digests = tuple(dict.fromkeys(digest.lower() for digest in digests))
        if not all(_DIGEST.fullmatch(digest) for digest in self._digests):
            raise BadKeysError(f"an API key must be given as its SHA-256 in hexadecimal: {HOW}")
        self._owners = {digest.lower(): owner for digest, owner in owners.items()}

    def __len__(self) -> int:
        return len(self._digests)

    def who(self, authorization: str | None) -> str:
        """Who asks: the digest of the key, or nobody's empty name where no key is needed.

        Raises:
            KeyMissingError, KeyUnknownError: the header `authorization` holds none, or none of these.
        """
        if not self._digests:
            return ""
        scheme, _, key = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise KeyMissingError
        asked = hashlib.sha256(key.strip().encode("utf-8", "surrogateescape")).hexdigest()
        # All are compared, whichever fits, so that the time taken tells nothing.
        if not any([hmac.compare_digest(asked, digest) for digest in self._digests]):  # noqa: C419 - a generator would stop early
            raise KeyUnknownError
        return asked

    def owner(self, digest: str) -> str:
        """Whose key it is that `who` gave; nothing, where the settings do not say."""
        return self._owners.get(digest, "")


def read_keys(listed: str, file: str, variable: str) -> ApiKeys:
    """The keys of a list of digests, comma-separated, and of a file, one a line: its digest, then whose it is; # opens a comment.

    Raises:
        BadKeysError: a digest is none, or the file can't be read; the message names the `variable` that named it.
    """
    held = dict(_in_file(file, variable))
    return ApiKeys([*listed.replace(",", " ").split(), *held], held)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address. A name other than localhost may be any machine's."""
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _in_file(path: str, variable: str) -> Iterator[tuple[str, str]]:
    if not path:
        return
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadKeysError(f"{variable}: {path} can't be read: {error}") from error
    for line in lines:
        digest, *owner = line.partition("#")[0].split(maxsplit=1) or [""]
        if digest:
            # sha256sum writes a dash where it read no file, and a star before it where it read bytes.
            yield digest, "".join(owner).strip().removeprefix("*").removeprefix("-").strip()
