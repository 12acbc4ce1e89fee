"""Articles as JSON Lines: `{"url", "outlet", "published", "title", "body"}`, and if known `language`, `byline`, `wire`, `aggregator`.

The body is taken as it is given, to the letter. Each article's `page.span` is the line that it was written on.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

from schemas.articles import PageRef, Published, RawArticle
from services.ingestor.identity import page_id
from services.ingestor.pages.article import Story, article
from services.ingestor.pages.clean import REPLACEMENT, clean, has_overrides
from services.ingestor.pages.decode import decode
from services.ingestor.pages.hints import LANGUAGE
from services.ingestor.pages.json_guard import is_deep
from services.ingestor.pages.languages import identified
from services.ingestor.pages.model import Capture, Cut, Limits, Named, Refusal
from services.ingestor.pages.names import host_of
from services.ingestor.pages.outlets import UNKNOWN
from services.ingestor.pages.page import refused
from services.ingestor.pages.published import Dated, date
from services.ingestor.pages.refuse import refuse
from services.ingestor.pages.sniff import opening
from services.ingestor.pages.stamps import read_when

NAME = "jsonl"
VERSION = "1"
FIELDS = ("url", "outlet", "published", "title", "body", "language", "byline", "wire", "aggregator")
LISTED = 1_000  # bad lines that are each named
_TYPES = ("jsonl", "ndjson", "json-lines", "jsonlines", "json-seq")


class Row(NamedTuple):
    """One line read: its fields as text, and what was replaced in them."""

    fields: dict[str, str | None]
    cleaned: tuple[str, ...]


def accepts(capture: Capture) -> bool:
    """What is called JSON Lines, or opens with an object that has a body."""
    if any(name in (capture.media_type or "").lower() for name in _TYPES):
        return True
    head = opening(capture).lstrip()
    return head.startswith("{") and any(f'"{field}"' in head for field in FIELDS)


def read(capture: Capture, limits: Limits) -> Cut:
    """An article for each good line, a refusal for each bad one; empty lines are passed over."""
    decoded = decode(capture, limits)
    if isinstance(decoded, Refusal):
        return refused(capture, decoded)
    return _Reader(capture, decoded.text, decoded.cleaned, limits).cut(decoded.notes)


class _Reader:
    """Reads one capture line by line, and gathers what comes of it."""

    def __init__(self, capture: Capture, text: str, cleaned: tuple[str, ...], limits: Limits) -> None:
        self.capture, self.text, self.cleaned, self.limits = capture, text, cleaned, limits
        self.url = clean(capture.url).text if capture.url else None
        self.page_id = page_id(text, self.url)
        self.articles: list[RawArticle] = []
        self.rest: list[Named] = []
        self.refusals: list[Refusal] = []
        self.notes: list[str] = []
        self.bad = 0

    def cut(self, notes: tuple[str, ...]) -> Cut:
        at = 0
        for place, line in enumerate(self.text.split("\n")):
            end = min(at + len(line) + 1, len(self.text))
            if end > at:
                self._line(place, line, (at, end))
            at = end
        if self.bad > LISTED:
            self.refusals.append(refuse(self.capture, "bad_line", f"{self.bad - LISTED:,} further bad lines"))
        return Cut(
            page_id=self.page_id,
            text=self.text,
            articles=tuple(self.articles),
            boilerplate=tuple(self.rest),
            refusals=tuple(self.refusals),
            notes=(*notes, *dict.fromkeys(self.notes)),
        )

    def _line(self, place: int, line: str, span: tuple[int, int]) -> None:
        number = place + self.capture.first_line
        if not line.strip():
            self.rest.append(Named(name="space", span=span))
            return
        row = read_row(line, self.limits)
        if isinstance(row, str):
            self.rest.append(Named(name="refused", span=span))
            self._refuse(number, row)
            return
        self._article(number, row, span)

    def _refuse(self, number: int, why: str) -> None:
        """Beyond so many bad lines the file is probably something else: they are counted, not listed."""
        self.bad += 1
        if self.bad <= LISTED:
            self.refusals.append(refuse(self.capture, "bad_line", f"line {number}: {why}", line=number))

    def _article(self, number: int, row: Row, span: tuple[int, int]) -> None:
        fields = row.fields
        dated = _published(fields["published"], self.capture.moment)
        outlet = fields["outlet"] or host_of(fields["url"]) or UNKNOWN
        story = Story(
            page=PageRef(page_id=self.page_id, url=self.url, captured_at=self.capture.moment, segment=len(self.articles), span=span),
            outlet=outlet,
            title=fields["title"] or "",
            body=fields["body"] or "",
            published=dated.published,
            extractor=f"{NAME}/{VERSION}",
            url=fields["url"],
            aggregator=fields["aggregator"],
            byline=fields["byline"],
            wire=fields["wire"],
            language=_language(fields["language"], fields["body"] or ""),
            cleaned=row.cleaned + (self.cleaned if REPLACEMENT in line_text(fields) else ()),
        )
        self.articles.append(article(story))
        self.notes += [f"line {number}: {note}" for note in _notes(fields, dated)]


def read_row(line: str, limits: Limits) -> Row | str:
    """One line's fields, or why it is bad."""
    if is_deep(line, limits.max_json_depth):
        return f"nested deeper than {limits.max_json_depth}"
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"not JSON ({error})"
    return _row(found) if isinstance(found, dict) else "not an object"


def _row(found: dict[str, Any]) -> Row | str:
    wrong = next((name for name in FIELDS if not isinstance(found.get(name), str | None)), None)
    if wrong:
        return f"`{wrong}` must be a string or null"
    if not (found.get("url") or "").strip().isprintable():
        return "`url` has characters that no address has"
    if not (found.get("body") or "").strip():
        return "`body` is missing or empty"
    tidy = {name: clean(found[name]) if found.get(name) else None for name in FIELDS}
    cleaned = tuple(dict.fromkeys(said for one in tidy.values() if one for said in one.cleaned))
    return Row({name: one.text if one else None for name, one in tidy.items()}, cleaned)


def line_text(fields: dict[str, str | None]) -> str:
    """Headline and body, in which replaced characters would show."""
    return f"{fields['title'] or ''}\n{fields['body'] or ''}"


def _published(text: str | None, captured_at: datetime | None) -> Dated:
    if not text or not text.strip():
        return Dated(Published())
    told = read_when(text.strip()[:200])
    return (
        date(told, captured_at) if told else Dated(Published(raw=text[:200]), (f"publication {text[:200]!r} cannot be read: left unknown",))
    )


def _notes(fields: dict[str, str | None], dated: Dated) -> list[str]:
    said = (
        (fields["outlet"] is None, "no outlet given"),
        (fields["title"] is None, "no headline given"),
        (has_overrides(line_text(fields)), "characters that turn the direction of writing are kept"),
    )
    return [*dated.notes, *(note for true, note in said if true)]


def _language(said: str | None, body: str) -> str:
    """What the line says of itself: whoever wrote it means this article, and no template."""
    return said if said and LANGUAGE.fullmatch(said) else identified(body)
