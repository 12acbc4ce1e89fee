"""Signatures as the Standard Webhooks specification (1.0.0) has them: `v1`, HMAC-SHA256 of id, time and body. Pure but for new secrets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes, by the specification


def new_secret() -> str:
    """A secret that nobody else has."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The bytes that a secret stands for.

    Raises:
        ValueError: it is none; it is not repeated in the message.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True) if secret.startswith(PREFIX) else b""
    except ValueError:  # no base64, or no ASCII
        key = b""
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(f"a secret is {PREFIX} and then {SHORTEST} to {LONGEST} random bytes in base64; leave it out to be given one")
    return key


def headers(message_id: str, body: bytes, keys: Iterable[bytes], now: int) -> dict[str, str]:
    """The headers of one attempt: `now`, in seconds, is the attempt's. There is a signature by each key, so that keys can be changed."""
    signed = f"{message_id}.{now}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys)
    said = " ".join(f"v1,{signature}" for signature in signatures)
    return {"webhook-id": message_id, "webhook-timestamp": str(now), "webhook-signature": said}
