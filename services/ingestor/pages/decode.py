"""From bytes to text: what the file is, which charset it is in, and what had to be mended.

The order: byte order mark; UTF-8, when it fits and says something that ASCII does not, since no other charset gives valid
multi-byte sequences by chance; what was declared; a guess over a bounded sample; UTF-8 with replacements.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from charset_normalizer import from_bytes

from services.ingestor.pages.clean import REPLACEMENT, clean, has_overrides
from services.ingestor.pages.model import Capture, Limits, Refusal
from services.ingestor.pages.refuse import refuse
from services.ingestor.pages.resources import resource

SAMPLE = 65_536  # bytes that a guess looks at: it costs time by the byte, and more would not change it
FOREIGN = 3  # bytes that are not UTF-8, and none that are: from so many on a page is not what it declares
_CHARSET = re.compile(rb"""charset\s{0,8}=\s{0,8}["']?\s{0,8}([\w.:-]{1,40})""", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class Decoded(NamedTuple):
    """A page's text, what was replaced in it, and what was guessed about it."""

    text: str
    cleaned: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def decode(capture: Capture, limits: Limits) -> Decoded | Refusal:
    """The capture's text, fit for every store; or why it is not taken in (empty, binary, too large)."""
    content = capture.content
    if len(content) > limits.max_bytes:
        return refuse(capture, "too_large", f"{len(content):,} bytes, more than {limits.max_bytes:,}")
    found = Decoded(content) if isinstance(content, str) else _read(content, capture.media_type)
    what = _binary(content, found.text)
    if what:
        return refuse(capture, "binary", what)
    if not found.text.strip():
        return refuse(capture, "empty")
    return _mended(found)


def _mended(found: Decoded) -> Decoded:
    text, cleaned = clean(found.text)
    note = ("characters that turn the direction of writing are kept",) if has_overrides(text) else ()
    return Decoded(text, found.cleaned + cleaned, found.notes + note)


def _binary(content: bytes | str, text: str) -> str | None:
    if isinstance(content, bytes):
        for row in resource("bytes")["signatures"]:
            if content.startswith(bytes.fromhex(row["opens"])):
                return str(row["what"])
    head = text[:SAMPLE]
    controls = len(_CONTROLS.findall(head))
    return f"{controls} control characters in the first {len(head)}" if controls > 8 + len(head) // 20 else None


def _read(content: bytes, media_type: str | None) -> Decoded:
    marked = next((row["codec"] for row in resource("bytes")["boms"] if content.startswith(bytes.fromhex(row["opens"]))), None)
    if marked:
        return _forced(content, marked, ())
    wide = _wide(content[:SAMPLE])
    if wide:
        return _forced(content, wide, (f"no charset stated: read as {wide}",))
    told = _told(content, media_type)
    if content.isascii() and told not in {"iso2022_jp", "hz"}:
        return Decoded(content.decode("ascii"))
    return _as_utf8(content, told) or _as_told(content, told) or _guessed(content, told)


def _told(content: bytes, media_type: str | None) -> str | None:
    """The charset that was declared, by the server or in the page's first kilobyte, as a codec that we know."""
    for source in ((media_type or "").encode("utf-8", "replace"), content[:1024]):
        match = _CHARSET.search(source)
        if match:
            return _codec(match[1].decode("ascii", "replace"))
    return None


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    name = resource("bytes")["instead"].get(name, name)
    return name if name in resource("bytes")["codecs"] else None


def _as_utf8(content: bytes, told: str | None) -> Decoded | None:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if text.isascii():
        return None
    return Decoded(text, (), (f"declared as {told}, but is UTF-8",) if told not in (None, "utf-8") else ())


def _as_told(content: bytes, told: str | None) -> Decoded | None:
    if told is None or told == "utf-8":
        return None
    try:
        return Decoded(content.decode(told))
    except (UnicodeDecodeError, UnicodeError):
        return None


def _guessed(content: bytes, told: str | None) -> Decoded:
    good, bad = _counted(content)
    if good > bad or (told == "utf-8" and (good or bad < FOREIGN)):
        return _forced(content, "utf-8", ())
    codec = _best(content[:SAMPLE])
    said = "declared as utf-8, but is not" if told == "utf-8" else "no usable charset stated"
    return _forced(content, codec, (f"{said}: read as {codec}",))


def _best(sample: bytes) -> str:
    order = [codecs.lookup(name).name for name in resource("bytes")["guesses"]]
    found = from_bytes(sample, steps=5, chunk_size=512, cp_isolation=list(order))
    best = found.best()
    equal = {codecs.lookup(one.encoding).name for one in found if best and (one.chaos, one.coherence) == (best.chaos, best.coherence)}
    return next((name for name in order if name in equal), "utf-8")


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: every other byte is a zero now and then, and always one of a few."""
    even, odd = set(sample[0::2]), set(sample[1::2])
    if len(sample) < 8 or 0 not in even | odd:  # noqa: PLR2004 - four characters
        return None
    if 0 in odd and len(odd) * 3 <= len(even):
        return "utf-16-le"
    return "utf-16-be" if 0 in even and len(even) * 3 <= len(odd) else None


def _counted(content: bytes) -> tuple[int, int]:
    """Good multi-byte sequences and bad bytes: where the first outnumber the others it is a UTF-8 page with a torn or alien piece."""
    text = content[:SAMPLE].decode("utf-8", "replace")
    bad = text.count(REPLACEMENT)
    return sum(not c.isascii() for c in text) - bad, bad


def _forced(content: bytes, codec: str, notes: tuple[str, ...]) -> Decoded:
    text = content.decode(codec, "replace")
    bad = text.count(REPLACEMENT) - (content.count(REPLACEMENT.encode()) if codec.startswith("utf-8") else 0)
    cleaned = (f"{bad} × bytes that are not {codec} replaced by U+FFFD",) if bad > 0 else ()
    return Decoded(text, cleaned, notes)
