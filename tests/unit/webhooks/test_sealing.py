"""Secrets in Postgres: sealed by the first key, opened by any, and never by a key that is not there."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

import pytest

from services.chassis.errors import Halt
from services.webhooks.sealing import BadSealError, Seal, seal_of
from services.webhooks.settings import WebhookSettings
from services.webhooks.signing import key_of, new_secret

SECRET = new_secret()
OLD, NEW = (base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))


def test_what_is_sealed_shows_nothing_of_the_secret_and_is_opened_again() -> None:
    seal = Seal([NEW])
    kept = seal.seal(SECRET)
    assert SECRET not in kept
    assert SECRET.removeprefix("whsec_") not in kept
    assert seal.keys(kept, None) == [key_of(SECRET)]


def test_the_same_secret_is_sealed_otherwise_each_time() -> None:
    assert Seal([NEW]).seal(SECRET) != Seal([NEW]).seal(SECRET)


def test_without_a_key_secrets_are_kept_as_they_are() -> None:
    assert Seal().seal(SECRET) == SECRET
    assert Seal().keys(SECRET) == [key_of(SECRET)]
    assert not Seal()
    assert Seal([NEW])


def test_what_was_kept_before_there_was_a_key_is_still_read_and_sealed_by_it() -> None:
    seal = Seal([NEW])
    assert seal.keys(SECRET) == [key_of(SECRET)]
    kept = seal.anew(SECRET)
    assert kept
    assert kept != SECRET
    assert seal.keys(kept) == [key_of(SECRET)]


def test_a_key_is_changed_by_putting_another_before_it() -> None:
    # given what the old one sealed
    before = Seal([OLD]).seal(SECRET)
    both = Seal([NEW, OLD])
    assert both.keys(before) == [key_of(SECRET)]
    # when it is sealed anew
    after = both.anew(before)
    assert after
    # then the new key is enough, and the old one opens it no more
    assert Seal([NEW]).keys(after) == [key_of(SECRET)]
    with pytest.raises(Halt):
        Seal([OLD]).keys(after)


def test_what_the_first_key_has_sealed_is_left_as_it_is() -> None:
    kept = Seal([NEW]).seal(SECRET)
    assert Seal([NEW, OLD]).anew(kept) is kept
    assert Seal([NEW]).anew(None) is None
    assert Seal().anew(SECRET) is SECRET


@pytest.mark.parametrize("seal", [Seal(), Seal([OLD])], ids=["no key", "another key"])
def test_what_no_key_opens_halts_and_says_which_setting_is_missing(seal: Seal) -> None:
    kept = Seal([NEW]).seal(SECRET)
    for opened in (seal.keys, seal.anew):
        with pytest.raises(Halt, match="DAYBOOK_WEBHOOK_SEALING_KEYS") as halt:
            opened(kept)
        assert kept not in str(halt.value)


def test_a_secret_that_was_tampered_with_is_not_opened() -> None:
    kept = Seal([NEW]).seal(SECRET)
    other = kept[:40] + ("A" if kept[40] != "A" else "B") + kept[41:]
    with pytest.raises(Halt):
        Seal([NEW]).keys(other)


def test_keys_come_from_the_settings_first_and_then_from_a_file(tmp_path: Path) -> None:
    listed = tmp_path / "keys"
    listed.write_text(f"# of last year\n{OLD}\n\n")
    settings = WebhookSettings.model_validate({"sealing_keys": NEW, "sealing_keys_file": str(listed)})
    seal = seal_of(settings)
    assert seal.keys(Seal([OLD]).seal(SECRET)) == [key_of(SECRET)]
    assert Seal([NEW]).keys(seal.seal(SECRET)) == [key_of(SECRET)]
    assert NEW not in repr(settings)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"sealing_keys": "short"}, "32 random bytes"),
        ({"sealing_keys": "ü" * 44}, "32 random bytes"),
        ({"sealing_keys_file": "/nowhere/keys"}, "can't be read"),
    ],
)
def test_a_key_that_is_none_is_refused_without_being_repeated(given: dict[str, str], words: str) -> None:
    with pytest.raises(BadSealError, match=words) as refused:
        seal_of(WebhookSettings.model_validate(given))
    if "sealing_keys" in given:
        assert given["sealing_keys"] not in str(refused.value)
