"""Signatures are those of the Standard Webhooks specification, as its official library sees them."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from services.webhooks.signing import headers, key_of, new_secret

SECRET = new_secret()


def signed(body: bytes, *secrets: str, at: float = 0.0) -> dict[str, str]:
    return headers("e-1", body, map(key_of, secrets or (SECRET,)), int(time.time() + at))


def verified(secret: str, body: bytes, said: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, said, json_parse=False)
    except WebhookVerificationError:
        return False
    return True


@given(st.text())
def test_any_text_that_is_posted_verifies(text: str) -> None:
    body = text.encode(errors="replace")
    assert verified(SECRET, body, signed(body))


@given(st.binary(min_size=24, max_size=64))
def test_any_secret_of_the_specified_length_verifies(key: bytes) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    assert verified(secret, b"{}", signed(b"{}", secret))


def test_the_signature_is_what_the_specification_says() -> None:
    """Worked out by hand from its formula: base64 of HMAC-SHA256 over id, full stop, time, full stop, body."""
    said = headers("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", b'{"a": 1}', [b"k" * 24], 1_674_087_231)
    assert said["webhook-timestamp"] == "1674087231"
    assert said["webhook-signature"].startswith("v1,")
    assert len(base64.b64decode(said["webhook-signature"].removeprefix("v1,"))) == 32


@pytest.mark.parametrize("changed", ["body", "id", "time", "secret"])
def test_whatever_is_changed_on_the_way_is_noticed(changed: str) -> None:
    """The negative control of the check: each part of what is signed is needed."""
    said, body, secret = signed(b'{"a": 1}'), b'{"a": 1}', SECRET
    if changed == "body":
        body = b'{"a": 2}'
    elif changed == "id":
        said["webhook-id"] = "e-2"
    elif changed == "time":
        said["webhook-timestamp"] = str(int(said["webhook-timestamp"]) + 1)
    else:
        secret = new_secret()
    assert not verified(secret, body, said)


def test_an_old_delivery_played_back_is_noticed() -> None:
    assert not verified(SECRET, b"{}", signed(b"{}", at=-600))


def test_while_a_secret_is_changed_both_verify() -> None:
    former = new_secret()
    said = signed(b"{}", SECRET, former)
    assert verified(SECRET, b"{}", said)
    assert verified(former, b"{}", said)
    assert not verified(new_secret(), b"{}", said)


@pytest.mark.parametrize("secret", ["", "whsec_", "secret", "whsec_!!", "whsec_c2hvcnQ=", "whsec_" + "QUFB" * 30, "whsec_é"])
def test_what_is_no_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(ValueError, match="24 to 64 random bytes") as refusal:
        key_of(secret)
    assert len(secret) < 10 or secret not in str(refusal.value)


def test_no_two_secrets_are_the_same() -> None:
    assert len({new_secret() for _ in range(50)}) == 50
