"""The codes of PLOVER, CAMEO and ACLED that events are given, each row with its reason, from the cards of the kinds."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.reference._markdown import code, section, table
from schemas.kinds import Kind, Row, codebooks, kinds

TITLE = "Codes"
ABOUT = "Which codes of PLOVER, CAMEO and ACLED an event has, by its kind, its status and, of a strike, its weapons; why; and whence."


def body() -> str:
    head = ("where", "PLOVER", "CAMEO", "ACLED", "because")
    rows = "\n".join(section(f"{kind.title} (`{kind.name}`)", table(head, _rows(kind))) for kind in kinds().values())
    return rows + "\n" + "\n".join(section(book.title, f"Source: {book.source}.", _book(book.codes)) for book in codebooks().values())


def _rows(kind: Kind) -> Iterator[tuple[str, ...]]:
    for status, row in kind.codes.items():
        yield _row("any other status" if status == "default" else code(status), row)
    for finer in kind.finer:
        yield _row(f"any other status, {code(finer.detail)} only of {', '.join(sorted(finer.among))}", finer)


def _row(where: str, row: Row) -> tuple[str, ...]:
    return where, row.plover or "", row.cameo or "", row.acled or "", row.why


def _book(codes: dict[str, str]) -> str:
    return table(("code", "is"), ((code(name), meaning) for name, meaning in sorted(codes.items())))
