"""Archives and long JSON Lines among the files to send: sent page by page, so that a file may be of any length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO

from services.ingestor.client import PageFile
from services.ingestor.feeds.archive import opens_archive
from services.ingestor.feeds.lines import is_long, pieces_of
from services.ingestor.feeds.records import Recorded, Unreadable, recorded
from services.ingestor.summary import Refused

PEEK = 1_024


def expanded(files: Iterable[PageFile | Refused], most: int) -> Iterator[PageFile | Refused]:
    """The files, with what is in them instead of archives and long JSON Lines. Standard input is neither."""
    for file in files:
        if isinstance(file, PageFile) and is_archive(file):
            yield from pages_of(file, most)
        elif isinstance(file, PageFile) and is_long(file, most):
            yield from pieces_of(file, most)
        else:
            yield file


def is_archive(file: PageFile) -> bool:
    """Whether a file is a WARC archive by how it begins; what cannot be read is for the sender to refuse."""
    if file.size is None:  # a stream that can be read but once
        return False
    try:
        with file.open() as stream:
            return opens_archive(stream.read(PEEK))
    except OSError:
        return False


def pages_of(file: PageFile, most: int) -> Iterator[PageFile | Refused]:
    """The pages of an archive; broken records are refused by number. An archive without pages is a refusal too."""
    number = 0
    try:
        with file.open() as stream:
            for number, found in enumerate(recorded(stream, most), 1):  # noqa: B007 - whether there was any
                yield _refused(file, found) if isinstance(found, Unreadable) else _page(file, found)
    except OSError as error:
        yield Refused(file.name, f"can't be read: {error.strerror or error}", "Check the file and your rights to it.")
        return
    if not number:
        yield Refused(file.name, "an archive in which no record holds a page", "Check that it holds responses, of text or HTML.")


def _page(file: PageFile, found: Recorded) -> PageFile:
    content, name = found.content, f"{file.name} record {found.number}"
    opened = lambda: BytesIO(content)  # noqa: E731 - each page keeps its own
    return PageFile(name, opened, len(content), found.media_type, found.url, found.captured_at, found.status)


def _refused(file: PageFile, found: Unreadable) -> Refused:
    return Refused(f"{file.name} record {found.number}", found.what, "Mend or leave that record; the others were taken in.")
