"""Numbers in digits and in words: "1,000", "2.5", "2 1/2", "18th", "1990s", "twenty-four", "nineteen ninety-seven", "half a dozen"."""

# ruff: noqa: PLR2004 - the bounds of numerals, days and years are what this module is made of

from __future__ import annotations

import re

from .lexicon import Classes, Value
from .tokens import Tokens

_LONGEST = 9
"""Digits: a longer run is no count of days and no date, and a megabyte of digits must not become a number."""

_ENDING = re.compile(r"(?:st|nd|rd|th)", re.IGNORECASE)


def read_number(tokens: Tokens, i: int) -> tuple[int, Classes]:
    """Where the number that starts at token i ends, and what it can be: NUM, DAY, ORD, YEAR, DECADE, D1 to D4 (by count of digits)."""
    return _digits(tokens, i) if tokens.text[i].isdigit() else _words(tokens, i)


def _digits(tokens: Tokens, i: int) -> tuple[int, Classes]:
    text, digits = tokens.text, tokens.text[i]
    j = i + 1
    if len(digits) > _LONGEST or not digits.isascii():
        return j, {}
    if text[j : j + 3] == ["1", "/", "2"] and not tokens.glued(j):
        return j + 3, {"NUM": int(digits) + 0.5}
    if j == len(tokens) or not tokens.glued(j):
        return j, plain(digits)
    if text[j] == "," and len(digits) <= 3:
        return _thousands(tokens, i)
    if text[j] == "." and text[j + 1 : j + 2] and text[j + 1].isdigit() and tokens.glued(j + 1):
        return _decimal(tokens, i)
    return _suffixed(tokens, i)


def _suffixed(tokens: Tokens, i: int) -> tuple[int, Classes]:
    """Such as "18th" and "1990s"; other letters and marks are no part of the number."""
    text, digits, j = tokens.text, tokens.text[i], i + 1
    tens = digits.endswith("0") and len(digits) in (2, 4)
    if _ENDING.fullmatch(text[j]):
        return j + 1, {**_ordinal(int(digits)), "ORDDAY": int(digits)}
    if text[j] == "s" and tens:
        return j + 1, {"DECADE" if len(digits) == 4 else "TENS": int(digits) // 10}
    if text[j] in "'’" and text[j + 1 : j + 2] == ["s"] and tens and len(digits) == 4:
        return j + 2, {"DECADE": int(digits) // 10, "YEAR": int(digits)}
    return j, plain(digits)


def plain(digits: str) -> Classes:
    """What a bare run of digits can be."""
    number = int(digits)
    found: Classes = {"NUM": number, f"D{len(digits)}": number}
    if len(digits) <= 2 and 1 <= number <= 31:
        found["DAY"] = number
    if len(digits) == 4 and 1000 <= number <= 2199:
        found["YEAR"] = number
    return found


def _ordinal(number: int) -> Classes:
    return {"ORD": number, "DAY": number} if 1 <= number <= 31 else {"ORD": number}


def _thousands(tokens: Tokens, i: int) -> tuple[int, Classes]:
    """Such as "1,000" is one number where each group is glued and three long; else the comma is a mark between two."""
    j, value = i + 1, tokens.text[i]
    while tokens.text[j : j + 1] == [","] and _group(tokens, j + 1) and tokens.glued(j) and len(value) <= _LONGEST:
        value, j = value + tokens.text[j + 1], j + 2
    return (j, {"NUM": int(value)}) if j > i + 1 else (j, plain(value))


def _group(tokens: Tokens, k: int) -> bool:
    return k < len(tokens) and len(tokens.text[k]) == 3 and tokens.text[k].isascii() and tokens.text[k].isdigit() and tokens.glued(k)


def _decimal(tokens: Tokens, i: int) -> tuple[int, Classes]:
    """Such as "2.5" as a number; "18.8.2025" and "9.30" also by their parts, since some write dates and hours so."""
    fraction = tokens.text[i + 2]
    if len(fraction) > 2 or not fraction.isascii():
        return i + 3, {}
    found: Classes = {"NUM": float(f"{tokens.text[i]}.{fraction}")}
    if len(fraction) == 2 and len(tokens.text[i]) <= 2:
        found["HOURDOT"] = f"{int(tokens.text[i]):02}:{fraction}"
    return i + 3, found


def _value(tokens: Tokens, i: int, name: str) -> Value | None:
    return tokens.classes[i].get(name) if i < len(tokens) else None


def _words(tokens: Tokens, i: int) -> tuple[int, Classes]:
    """A number in words. "nineteen ninety-seven" and "two thousand five" can be years; the last word may be an ordinal."""
    if _value(tokens, i, "half"):
        return _half_dozen(tokens, i)
    total, j, j_read = 0, i, _below_hundred(tokens, i)
    while j_read is not None:
        number, j, is_ordinal = j_read
        if is_ordinal:
            return j, _also(tokens, i, j, _ordinal(total + number))
        scale = _scale(tokens, j)
        if scale is None:
            return _year_or_number(tokens, i, j, total + number)
        total, j = total + number * scale[0], scale[1]
        j_read = _below_hundred(tokens, j)
    return _year_or_number(tokens, i, j, total)


def _also(tokens: Tokens, i: int, j: int, found: Classes) -> Classes:
    """A number of one word stays all else that the word is."""
    return {**tokens.classes[i], **found} if j == i + 1 else found


def _below_hundred(tokens: Tokens, i: int) -> tuple[int, int, bool] | None:
    """(number, next token, is an ordinal) for "twenty", "twenty-four", "twenty four", "twenty-fifth"."""
    if _value(tokens, i, "and") and i > 0:
        i += 1
    first = _value(tokens, i, "NUMBER")
    if first is None:
        nth = _value(tokens, i, "ORDINAL")
        return None if nth is None else (int(nth), i + 1, True)
    if int(first) >= 100 or (first == 12 and tokens.text[i].lower() == "dozen"):
        return (1, i, False) if int(first) >= 100 else (12, i + 1, False)
    if 20 <= int(first) < 100:
        k = i + 2 if tokens.text[i + 1 : i + 2] == ["-"] else i + 1
        for name in ("NUMBER", "ORDINAL"):
            unit = _value(tokens, k, name)
            if unit is not None and 1 <= int(unit) <= 9:
                return int(first) + int(unit), k + 1, name == "ORDINAL"
    return int(first), i + 1, False


def _scale(tokens: Tokens, i: int) -> tuple[int, int] | None:
    value = _value(tokens, i, "NUMBER")
    if value is None or int(value) < 12 or (int(value) < 100 and tokens.text[i].lower() != "dozen"):
        return None
    return int(value), i + 1


def _year_or_number(tokens: Tokens, i: int, j: int, total: int) -> tuple[int, Classes]:
    if 13 <= total <= 20 and j == i + 1:
        tail = _below_hundred(tokens, j)
        if tail is not None and not tail[2] and tail[0] >= 10 and not _value(tokens, j, "and"):
            return tail[1], {"YEAR": total * 100 + tail[0]}
    found: Classes = {"NUM": total, "WORDED": total}
    if 1 <= total <= 31:
        found["DAY"] = total
    if 2000 <= total <= 2099:
        found["YEARWORD"] = total
    return j, _also(tokens, i, j, found)


def _half_dozen(tokens: Tokens, i: int) -> tuple[int, Classes]:
    lowered = [t.lower() for t in tokens.text[i + 1 : i + 3]]
    if lowered[:1] == ["dozen"] or lowered == ["a", "dozen"]:
        return i + 1 + len(lowered[: lowered.index("dozen") + 1]), {"NUM": 6, "WORDED": 6}
    return i + 1, dict(tokens.classes[i])
