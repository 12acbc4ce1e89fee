"""JSON Lines of any length, in pieces that the ingestor takes: no line is torn, and no more than one piece is held."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import IO

from services.ingestor.client import PageFile
from services.ingestor.summary import Refused


def is_long(file: PageFile, most: int) -> bool:
    """Whether a file is called JSON Lines, and is longer than one page may be."""
    return file.media_type == "application/x-ndjson" and file.size is not None and file.size > most


def pieces_of(file: PageFile, most: int) -> Iterator[PageFile | Refused]:
    """The file in pieces; a line that is longer than a page may be is refused by its number."""
    held: list[bytes] = []
    size, first = 0, 1
    try:
        with file.open() as stream:
            for number, line in enumerate(_lines(stream, most), 1):
                if held and (line is None or size + len(line) > most):
                    yield _piece(file, first, held)
                    held, size, first = [], 0, number
                if line is None:
                    yield Refused(f"{file.name} line {number}", f"more than {most:,} bytes, which is the limit", "Mend that line.")
                    first = number + 1
                else:
                    held.append(line)
                    size += len(line)
    except OSError as error:
        yield Refused(file.name, f"can't be read: {error.strerror or error}", "Check the file and your rights to it.")
        return
    if held:
        yield _piece(file, first, held)


def _lines(stream: IO[bytes], most: int) -> Iterator[bytes | None]:
    """Each line; None for one that is too long, of which no more than that is held."""
    while line := stream.readline(most + 1):
        if len(line) <= most:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(most + 1)
        yield None


def _piece(file: PageFile, first: int, held: list[bytes]) -> PageFile:
    content = b"".join(held)
    return PageFile(f"{file.name} from line {first}", lambda: BytesIO(content), len(content), file.media_type)
