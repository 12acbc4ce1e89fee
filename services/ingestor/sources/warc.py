"""WARC archives that are sent whole: the pages of their records, cut as pages are, one text after another.

Long archives are better sent page by page, as `daybook ingest` does: here all of it counts against one page's limits.
"""

from __future__ import annotations

from io import BytesIO

from schemas.articles import RawArticle
from services.ingestor import sources
from services.ingestor.feeds.archive import opens_archive
from services.ingestor.feeds.records import Recorded, Unreadable, recorded
from services.ingestor.identity import page_id
from services.ingestor.pages.clean import clean
from services.ingestor.pages.model import Capture, Cut, Limits, Named, Refusal
from services.ingestor.pages.page import refused
from services.ingestor.pages.refuse import refuse

NAME = "archive_warc"
VERSION = "1"
UNPACKED = 5  # times the size of one page: most code points of all texts together


def accepts(capture: Capture) -> bool:
    """What opens as an archive, plain or gzip; text that was decoded elsewhere is none."""
    return isinstance(capture.content, bytes) and opens_archive(capture.content[:1024])


def read(capture: Capture, limits: Limits) -> Cut:
    """The articles of all records; broken ones are refused by number."""
    if not isinstance(capture.content, bytes):
        return refused(capture, refuse(capture, "unsupported", "an archive given as text"))
    if len(capture.content) > limits.max_bytes:
        return refused(capture, refuse(capture, "too_large", f"{len(capture.content):,} bytes, more than {limits.max_bytes:,}"))
    reader = _Reader(capture, limits)
    for found in recorded(BytesIO(capture.content), limits.max_bytes):
        if not reader.take(found):
            break
    return reader.cut()


class _Reader:
    """Gathers the cuts of records into one."""

    def __init__(self, capture: Capture, limits: Limits) -> None:
        self.capture, self.limits = capture, limits
        self.texts: list[str] = []
        self.at = 0
        self.articles: list[RawArticle] = []
        self.rest: list[Named] = []
        self.refusals: list[Refusal] = []
        self.notes: list[str] = []

    def take(self, found: Recorded | Unreadable) -> bool:
        """One record; whether there is room for more."""
        if isinstance(found, Unreadable):
            self._refuse(found.number, found.what)
        elif found.status is not None:
            self.notes.append(f"record {found.number}: its server says {found.status}; send the archive by `daybook ingest` to withdraw it")
        else:
            self._page(found)
        if self.at > UNPACKED * self.limits.max_bytes:
            self.refusals.append(
                refuse(
                    self.capture,
                    "too_large",
                    f"the texts of its records are too long together: what follows record {found.number} was left",
                )
            )
            return False
        return True

    def _refuse(self, number: int, what: str) -> None:
        told = refuse(self.capture, "bad_line", f"record {number}: {what}", line=number)
        self.refusals.append(told.model_copy(update={"advice": "Mend or leave that record; the others were taken in."}))

    def _page(self, found: Recorded) -> None:
        name = f"{self.capture.label} record {found.number}"
        page = Capture(found.content, found.url, found.captured_at, found.media_type, name)
        if accepts(page):
            self._refuse(found.number, "an archive within an archive")
            return
        cut = sources.cut(page, self.limits)
        first = len(self.articles)
        self.articles += (_moved(one, self.at, first) for one in cut.articles)
        self.rest += (_moved_span(one, self.at, first) for one in cut.boilerplate)
        self.refusals += cut.refusals
        self.notes += (f"record {found.number}: {note}" for note in cut.notes)
        self.texts.append(cut.text)
        self.at += len(cut.text)

    def cut(self) -> Cut:
        if not self.articles and not self.refusals:
            self.refusals.append(refuse(self.capture, "no_article", "no record holds a page"))
        text = "".join(self.texts)
        identity = page_id(text, clean(self.capture.url).text if self.capture.url else None)
        made = (one.model_copy(update={"page": one.page.model_copy(update={"page_id": identity})}) for one in self.articles)
        return Cut(
            page_id=identity,
            text=text,
            articles=tuple(made),
            boilerplate=tuple(self.rest),
            refusals=tuple(self.refusals),
            notes=tuple(self.notes),
        )


def _moved(one: RawArticle, by: int, first: int) -> RawArticle:
    start, end = one.page.span
    page = one.page.model_copy(update={"span": (start + by, end + by), "segment": one.page.segment + first})
    return one.model_copy(update={"page": page})


def _moved_span(one: Named, by: int, first: int) -> Named:
    segment = None if one.segment is None else one.segment + first
    return Named(name=one.name, span=(one.span[0] + by, one.span[1] + by), segment=segment)
