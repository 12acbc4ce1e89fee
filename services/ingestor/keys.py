"""The API keys of the ingestor: who may push."""

from __future__ import annotations

from http import HTTPStatus

from services.chassis.api_keys import HOW, ApiKeys, BadKeysError, KeyMissingError, KeyUnknownError, digests_of, is_loopback
from services.ingestor.problems import Problem
from services.ingestor.settings import IngestorSettings

__all__ = ["BadKeysError", "Keys", "is_loopback", "keys_of"]
_SEND = "Send `Authorization: Bearer <key>`."


class Keys(ApiKeys):
    """The keys that may push; none at all means that nobody is asked for one."""

    def caller(self, authorization: str | None) -> str:
        """Who asks: the digest of the key, or nobody's empty name where no key is needed.

        Raises:
            Problem: 401 without a key, 403 with one that is not known.
        """
        try:
            return self.who(authorization)
        except KeyMissingError:
            raise Problem(HTTPStatus.UNAUTHORIZED, "key_missing", "an API key is needed", _SEND, challenge="Bearer") from None
        except KeyUnknownError:
            advice = "Ask whoever runs the ingestor for one."
            raise Problem(HTTPStatus.FORBIDDEN, "key_unknown", "this API key is not known", advice) from None


def keys_of(settings: IngestorSettings) -> Keys:
    """The keys of `api_keys` and of the file `api_keys_file`, one a line, its digest first.

    Raises:
        BadKeysError: the file can't be read, a digest is none, or there is no key although the service listens beyond loopback.
    """
    keys = Keys(digests_of(settings.api_keys, settings.api_keys_file, "DAYBOOK_API_KEYS_FILE"))
    if not keys and not is_loopback(settings.http_host):
        where, what = settings.http_host or "all addresses", "set DAYBOOK_API_KEYS to the SHA-256 of each key"
        raise BadKeysError(f"listening on {where} needs an API key, or anybody may push: {what} ({HOW}), or listen on 127.0.0.1")
    return keys
