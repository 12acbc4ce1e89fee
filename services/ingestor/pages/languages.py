"""Which language a text is in, where its page does not say, or says what cannot be: by pycld2 (Compact Language Detector 2).

The library looks at the beginning of a text, holds its tables itself, asks nothing of a network and gives one answer to one text.
"""

from __future__ import annotations

import pycld2

UNKNOWN = "und"
SAMPLE = 600  # code points that are looked at
SHORTEST = 200  # bytes of UTF-8 in letters: of fewer a few names decide, and English about Türkiye passes for Turkish
SHARE = 80  # percent of the letters that one language has to have
_BCP47 = {"iw": "he", "jw": "jv", "mo": "ro", "sh": "sr-Latn"}  # what the library still calls by names that BCP 47 has given up
# Nobody tells these apart by a few sentences, and pages name one for the other: what the page says stays.
_NONE = ("un", "xxx", "zzp")  # its ways to say none; the last is pig latin
_ALIKE = (
    frozenset({"no", "nb", "nn", "da"}),
    frozenset({"hr", "sr", "bs", "sh", "cnr"}),
    frozenset({"id", "ms"}),
    frozenset({"zh", "yue"}),
)


def language_of(text: str, said: str = "") -> str:
    """BCP 47 of a text: what its page says of it, unless the text is surely in another; `und` where neither tells."""
    found = identified(text)
    if not said or said == UNKNOWN:
        return found
    return said if found == UNKNOWN or _same(primary(said), primary(found)) else found


def primary(language: str) -> str:
    """The language of a tag, without country and script."""
    return language.partition("-")[0].lower()


def identified(text: str) -> str:
    """BCP 47 of the language that most of a text's beginning is surely in, else `und`."""
    sample = text[:SAMPLE]
    if len("".join(filter(str.isalpha, sample)).encode("utf-8", "replace")) < SHORTEST:
        return UNKNOWN
    sure, code, share = _detected(sample)
    return _BCP47.get(code, code) if sure and share >= SHARE and code not in _NONE else UNKNOWN


def _detected(sample: str) -> tuple[bool, str, int]:
    """Whether the library is sure, the code that it knows the first language by, and how many percent of the text are in that."""
    try:
        sure, _, languages = pycld2.detect(sample)
    except pycld2.error:  # control characters, and others that no language has
        sure, _, languages = pycld2.detect("".join(filter(str.isprintable, sample)))
    return sure, languages[0][1], languages[0][2]


def _same(one: str, other: str) -> bool:
    return one == other or any({one, other} <= alike for alike in _ALIKE)
