"""From bytes to text: charsets that are stated, wrongly stated or not stated, and bytes that are no text."""

from __future__ import annotations

import pytest

from services.ingestor.pages.clean import clean
from services.ingestor.pages.decode import Decoded, decode
from services.ingestor.pages.model import Capture, Limits, Refusal

RUSSIAN = "Переговоры в Стамбуле завершились без результата, сообщил представитель министерства. " * 6
FRENCH = "Les négociations ont été reportées à mardi, a déclaré le ministère des Affaires étrangères. " * 6


def decoded(content: bytes | str, media_type: str | None = None, limits: Limits | None = None) -> Decoded:
    found = decode(Capture(content, media_type=media_type), limits or Limits())
    assert isinstance(found, Decoded), found
    return found


def refusal(content: bytes | str, limits: Limits | None = None) -> Refusal:
    found = decode(Capture(content, name="x.bin"), limits or Limits())
    assert isinstance(found, Refusal)
    return found


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_unicode_is_known_with_or_without_its_mark(codec: str) -> None:
    assert decoded(RUSSIAN.encode(codec)).text == RUSSIAN


@pytest.mark.parametrize(("text", "codec"), [(RUSSIAN, "windows-1251"), (RUSSIAN, "koi8-r"), (FRENCH, "iso-8859-1")])
def test_a_stated_charset_is_used_wherever_it_is_stated(text: str, codec: str) -> None:
    assert decoded(text.encode(codec), f"text/html; charset={codec}").text == text
    page = f'<meta charset="{codec}">{text}'
    assert decoded(page.encode(codec)).text == page


@pytest.mark.parametrize(("text", "codec"), [(RUSSIAN, "windows-1251"), (FRENCH, "windows-1252")])
def test_an_unstated_charset_is_guessed_and_said(text: str, codec: str) -> None:
    found = decoded(text.encode(codec))
    assert found.text == text
    assert "no usable charset stated" in found.notes[0]


def test_a_charset_that_is_stated_wrongly_yields_to_what_the_bytes_are() -> None:
    found = decoded(RUSSIAN.encode(), "text/plain; charset=iso-8859-1")
    assert found.text == RUSSIAN
    assert "but is UTF-8" in found.notes[0]


def test_a_page_that_wrongly_says_it_is_utf8_is_read_as_what_it_is() -> None:
    words = "Die Fähre läuft um fünf Uhr zum Sund aus, und kehrt am Abend zurück. "
    found = decoded(words.encode("cp1252"), "text/html; charset=utf-8")
    assert (found.text, found.cleaned) == (words, ())
    assert found.notes[0].startswith("declared as utf-8, but is not: read as cp125")


@pytest.mark.parametrize("content", [b"The ferry \xff sails.", "Die Fähre ".encode() + b"l\xe4uft um f\xfcnf \xfcber den Sund"])
def test_a_page_that_says_it_is_utf8_and_is_torn_stays_utf8(content: bytes) -> None:
    assert decoded(content, "text/html; charset=utf-8").text == content.decode("utf-8", "replace")


def test_invalid_utf8_is_replaced_byte_by_byte_and_said() -> None:
    found = decoded("Zażółć gęślą jaźń. ".encode() * 5 + b"\xff\xfe torn \xc3")
    assert found.text.count("\ufffd") == 3
    assert found.cleaned == ("3 × bytes that are not utf-8 replaced by U+FFFD",)


def test_what_a_store_refuses_is_replaced_one_for_one() -> None:
    text, cleaned = clean("a\x00b\ud800c\udfffd\u202ee")
    assert text == "a\ufffdb\ufffdc\ufffdd\u202ee"
    assert cleaned == ("1 × NUL replaced by U+FFFD", "2 × lone surrogate replaced by U+FFFD")
    text.encode()


def test_characters_that_turn_the_direction_are_kept_and_said() -> None:
    assert "direction" in decoded("abc \u202edef").notes[0]


@pytest.mark.parametrize("codec", ["zip", "hex", "rot13", "unicode_escape", "idna", "utf-7", "no-such", "undefined", "x\x00y"])
def test_a_charset_that_is_no_charset_is_passed_over(codec: str) -> None:
    assert decoded(b"plain text", f"text/html; charset={codec}").text == "plain text"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n...", "PDF"),
        (b"\x89PNG\r\n\x1a\n...", "PNG"),
        (b"PK\x03\x04...", "ZIP"),
        (b"\x1f\x8b\x08...", "gzip"),
        (bytes(range(32)) * 50, "control characters"),
    ],
)
def test_a_binary_file_is_refused_by_what_it_is(content: bytes, what: str) -> None:
    found = refusal(content)
    assert (found.reason, found.page) == ("binary", "x.bin")
    assert what in found.what
    assert found.advice


@pytest.mark.parametrize("content", [b"", b" \n\t ", "", "\u00a0\n", b"\xef\xbb\xbf"])
def test_an_empty_page_is_refused(content: bytes | str) -> None:
    assert refusal(content).reason == "empty"


def test_a_page_beyond_the_limit_is_refused_and_one_at_it_is_not() -> None:
    assert refusal(b"x" * 11, Limits(max_bytes=10)).reason == "too_large"
    assert decoded(b"x" * 10, limits=Limits(max_bytes=10)).text == "x" * 10
