"""`daybook explain`: how a text was read, sentence by sentence, for people in colour and for programs as JSON."""

from __future__ import annotations

import json
import mimetypes
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from services.commands._moments import moment

if TYPE_CHECKING:
    from rich.console import Console

    from schemas.articles import RawArticle
    from services.normalizer.reading.explaining import Account, Attempt, Recognised

STDIN = Path("-")
Form = Literal["auto", "text", "json"]
COLOURS = {"time": "cyan", "place": "green", "actor": "yellow", "number": "magenta", "speaker": "blue"}
MARKS = {"fired": "bold green", "joined": "green", "incomplete": "yellow", "blocked": "red", "carried": "dim"}


def command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A page, text or HTML, or articles as .jsonl; - for a page on standard input.")
    ],
    captured_at: Annotated[
        datetime | None, typer.Option(help="When the page was captured, with its zone: 2025-08-20T00:00Z.", parser=moment)
    ] = None,
    *,
    form: Annotated[Form, typer.Option("--format", help="auto: text on a terminal, JSON otherwise.")] = "auto",
    all_sentences: Annotated[bool, typer.Option("--all", help="Show also sentences in which nothing was recognised.")] = False,
) -> None:
    """Tell how a text was read: what each sentence holds, which patterns fired, and which were blocked, and why.

    On a terminal in colour (NO_COLOR is heeded); otherwise one article a line as JSON, with offsets in code points of its body.

    For example:

        daybook explain page.txt --captured-at 2025-08-20T00:00Z

        daybook explain articles.jsonl | jq '.sentences[].attempts[] | select(.outcome == "blocked")'
    """
    from services.normalizer.reading import Ruleset
    from services.normalizer.reading.explaining import explain

    articles = tuple(_articles(file, captured_at))
    if not articles:
        raise typer.BadParameter(f"no article was found in {file}", param_hint="FILE")
    ruleset = Ruleset.load()
    as_text = form == "text" or (form == "auto" and sys.stdout.isatty())
    for article in articles:
        accounts = explain(article, ruleset)
        if as_text:
            _show(article, accounts, all_sentences=all_sentences)
        else:
            sys.stdout.write(_line(article, accounts) + "\n")


def _articles(file: Path, captured_at: datetime | None) -> Iterator[RawArticle]:
    from services.ingestor.pages.model import Capture, Limits
    from services.ingestor.pages.streams import captures as captures_of
    from services.ingestor.sources import cut

    if file != STDIN and not file.is_file():
        raise typer.BadParameter(f"there is no file {file}", param_hint="FILE")
    limits = Limits()
    with sys.stdin.buffer if file == STDIN else file.open("rb") as source:
        kind = "application/jsonl" if file.suffix == ".jsonl" else mimetypes.guess_type(file.name)[0]
        like = Capture(content=b"", captured_at=captured_at, media_type=kind, name=str(file))
        page = file.suffix != ".jsonl"
        captures = (
            [Capture(source.read(limits.max_bytes + 1), None, captured_at, kind, str(file))] if page else captures_of(source, like, limits)
        )
        for capture in captures:
            found = cut(capture)
            for refusal in found.refusals:
                sys.stderr.write(f"refused: {refusal.what}\n  {refusal.advice}\n")
            yield from found.articles


def _line(article: RawArticle, accounts: tuple[Account, ...]) -> str:
    head = {"article_id": article.article_id, "url": article.url, "outlet": article.outlet, "title": article.title}
    return json.dumps(head | {"sentences": [asdict(account) for account in accounts]}, ensure_ascii=False)


def _show(article: RawArticle, accounts: tuple[Account, ...], *, all_sentences: bool) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    published = article.published.earliest.isoformat() if article.published.earliest else "at an unknown time"
    console.print(f"{article.outlet}: {article.title}", style="bold underline", markup=False)
    console.print(f"published {published}", style="dim", markup=False)
    for account in accounts:
        if all_sentences or account.recognised or account.attempts:
            _show_account(console, account)


def _show_account(console: Console, account: Account) -> None:
    from rich.text import Text

    sentence = Text(account.text)
    for one in account.recognised:
        sentence.stylize(COLOURS[one.what], one.start - account.start, one.end - account.start)
    for attempt in account.attempts:
        sentence.stylize("bold underline", attempt.start - account.start, attempt.end - account.start)
    console.print()
    console.print(sentence)
    for one in account.recognised:
        _show_recognised(console, one)
    for attempt in account.attempts:
        _show_attempt(console, attempt)


def _show_recognised(console: Console, one: Recognised) -> None:
    console.print(f"    {one.what:<8} {' '.join(one.text.split())} = {one.means}", style=COLOURS[one.what], markup=False, soft_wrap=True)


def _show_attempt(console: Console, attempt: Attempt) -> None:
    told = f" → {attempt.happening}" if attempt.happening else ""
    console.print(
        f"    {attempt.outcome:<10} {attempt.pattern} at {attempt.text!r}{told}", style=MARKS[attempt.outcome], markup=False, soft_wrap=True
    )
    for reason in attempt.why:
        console.print(f"               because {reason}", style="dim", markup=False, soft_wrap=True)
    if attempt.found:
        console.print(f"               {'; '.join(attempt.found)}", style="dim", markup=False, soft_wrap=True)
