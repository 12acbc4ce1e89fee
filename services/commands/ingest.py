"""`daybook ingest`: saved pages, archives, web addresses and feeds go to the ingestor, and what became of each is told."""

from __future__ import annotations

import json
import mimetypes
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, NoReturn

import stamina.instrumentation
import typer

from deploy.local.console import for_people, show_json
from services.commands._ctrl_c import heard
from services.commands._moments import moment
from services.commands._sending import KeyFile, Repeat, To, key, sending_of
from services.ingestor.client import (
    DEFAULT_TO,
    PATIENCE,
    IngestorAwayError,
    KeyRefusedError,
    OnPage,
    OnWait,
    PageFile,
    Sending,
    send_pages,
)
from services.ingestor.feeds.archived import expanded, is_archive
from services.ingestor.feeds.lines import is_long
from services.ingestor.feeds.memory import Memory
from services.ingestor.feeds.poll import Poller
from services.ingestor.fetching.blocking import fetching
from services.ingestor.fetching.pages import fetched
from services.ingestor.fetching.settings import FetchSettings
from services.ingestor.settings import IngestorSettings
from services.ingestor.summary import Refused, Summary

UNAVAILABLE = os.EX_UNAVAILABLE
NO_PERMISSION = os.EX_NOPERM
INTERRUPTED = 130
STDIN = Path("-")
NDJSON = frozenset({".jsonl", ".ndjson"})


def command(  # noqa: PLR0913 - each is an option
    pages: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PAGE…", help="Files of text, HTML, JSON Lines, feeds or WARC; folders of them; web addresses; - for standard input."
        ),
    ] = None,
    captured_at: Annotated[
        datetime | None, typer.Option(help="When saved pages were captured, with its zone: 2025-08-20T00:00Z.", parser=moment)
    ] = None,
    url: Annotated[str | None, typer.Option(help="The address that the one page came from.")] = None,
    feed: Annotated[list[str] | None, typer.Option(metavar="URL", help="A feed, RSS or Atom, that is fetched if it has changed.")] = None,
    to: To = None,
    patience: Annotated[float, typer.Option(min=0, help="How many seconds to wait for an ingestor that is away or behind.")] = PATIENCE,
    *,
    api_key_file: KeyFile = None,
    idempotency_key: Repeat = None,
    follow: Annotated[bool, typer.Option("--follow", help="Send the pages that a feed's entries link to, instead of the feed.")] = False,
    poll: Annotated[bool, typer.Option("--poll", help="Go on asking the feeds until Ctrl-C; a summary after each round.")] = False,
) -> None:
    """Send pages to the ingestor, which makes raw articles of them, each once.

    What was sent before is not taken in again, so a run that broke off can simply be repeated. Exit codes: 0 all taken,
    1 some refused, 2 wrong usage, 69 the ingestor is away, 77 it wants another API key, 130 Ctrl-C.
    Where standard output is no terminal, a summary in JSON goes there.

    For example:

        daybook ingest page.txt --captured-at 2025-08-20T00:00Z

        daybook ingest saved/ --to http://10.0.0.5:8801 | jq .refused

        curl -s https://news.example/story | daybook ingest - --url https://news.example/story

        daybook ingest https://news.example/story

        daybook ingest --feed https://news.example/rss --follow --poll

        daybook ingest saved/ --to https://daybook.example --api-key-file key.txt --idempotency-key saved-2025-08-20
    """
    named, feeds = pages or [], feed or []
    _check_usage(named, feeds, url, feeds_only=follow or poll)
    if "" in named:
        raise typer.BadParameter("a name is empty; write . if you mean the folder that you are in", param_hint="PAGE…")
    files = _usable([Path(one) for one in named if not _is_address(one)], url)
    sending = sending_of(to, patience, api_key_file, idempotency_key, captured_at, url)
    addresses = sum(map(_is_address, named))
    count = None if feeds or any(is_archive(one) or is_long(one, sending.page_bytes) for one in files) else len(files) + addresses
    if not addresses and not feeds:
        end_with(send_round(expanded(files, sending.page_bytes), sending, count))
    with _poller(sending.to, follow=follow) as poller:
        total = send_round(chain(_named(named, poller, sending.page_bytes), poller.polls(feeds)), sending, count)
        while poll:
            say_round(total)
            with heard():
                poller.wait(feeds)
            total = send_round(poller.polls([one for one in feeds if not poller.due_in(one)]), sending)
        end_with(total)


def send_round(pages: Iterable[PageFile | Refused], sending: Sending, count: int | None = None) -> Summary:
    """Send pages as a command does: with progress, and an end by exit code if the ingestor is away or somebody presses Ctrl-C.

    `count`: how many pages there are, where that is known.
    """
    stamina.instrumentation.set_on_retry_hooks(())  # waiting is told below, not logged
    total = Summary()
    try:
        with heard(), _progress(count) as (on_page, on_wait):
            send_pages(pages, sending, on_page=on_page, on_wait=on_wait, summary=total)
    except IngestorAwayError as error:
        _end(total, UNAVAILABLE, f"error: {error}", "hint: start it with `daybook demo`, or say with --to where it is")
    except KeyRefusedError as error:
        _end(total, NO_PERMISSION, f"error: {error}", "hint: name the key's file with --api-key-file, or set DAYBOOK_API_KEY")
    except KeyboardInterrupt:
        _end(total, INTERRUPTED, "interrupted; what was taken in stays, and the same command goes on from there")
    return total


def end_with(total: Summary) -> NoReturn:
    """End with the summary and the exit code that belongs to it."""
    _end(total, 1 if total.refused else 0)


def say_round(total: Summary) -> None:
    """The summary of one round of many, in a line; of a round without pages nothing."""
    if total.pages:
        typer.echo(str(total) if for_people() else json.dumps(total.as_json()))


def remembering(path: Path, to: str) -> Memory:
    """What was done for this ingestor.

    Raises:
        typer.BadParameter: the file cannot be used.
    """
    try:
        return Memory(path, to)
    except (OSError, sqlite3.Error) as error:
        raise typer.BadParameter(f"{path} cannot be used ({error}); name another file", param_hint="DAYBOOK_FETCH_STATE") from error


@contextmanager
def _poller(to: str, *, follow: bool) -> Iterator[Poller]:
    settings = FetchSettings()
    with remembering(settings.state, to) as memory, fetching(settings) as get:
        yield Poller(get, memory, settings, time.time, follow, limits=IngestorSettings().limits)


def _named(named: Iterable[str], poller: Poller, most: int) -> Iterator[PageFile | Refused]:
    for one in named:
        yield from fetched([one], poller.get) if _is_address(one) else expanded(found([Path(one)]), most)


def _is_address(text: str) -> bool:
    """Whether an argument is meant as an address; a scheme that we do not fetch is for the fetcher to refuse."""
    return "://" in text and not Path(text).exists()


def _check_usage(named: Sequence[str], feeds: Sequence[str], url: str | None, *, feeds_only: bool) -> None:
    if not named and not feeds:
        raise typer.BadParameter("name a file, a folder, a web address, or a feed with --feed", param_hint="PAGE…")
    if feeds_only and not feeds:
        raise typer.BadParameter("--follow and --poll are for feeds", param_hint="--feed")
    if url and (feeds or any(map(_is_address, named))):
        raise typer.BadParameter("it is for a saved page; what is fetched has its own address", param_hint="--url")


def send(  # noqa: PLR0913 - each stands for an option of the command
    paths: Sequence[Path],
    to: str = DEFAULT_TO,
    *,
    captured_at: datetime | None = None,
    url: str | None = None,
    patience: float = PATIENCE,
    on_page: OnPage = lambda *_: None,
    on_wait: OnWait = lambda _: None,
) -> Summary:
    """Send files and folders; the same as the command, for programs. See `send_pages` for the callbacks.

    Raises:
        IngestorAwayError: the ingestor was away, or behind, for longer than patience allows.
        KeyRefusedError: it wants an API key (`DAYBOOK_API_KEY`), or another one.
    """
    sending = Sending(to, captured_at, url, IngestorSettings().page_bytes, patience, key())
    return send_pages(expanded(found(paths), sending.page_bytes), sending, on_page=on_page, on_wait=on_wait)


def found(paths: Iterable[Path]) -> list[PageFile]:
    """The pages that paths stand for, in the order given; within a folder by name, without what is hidden."""
    return [_page(file) for path in paths for file in ([path] if path == STDIN or not path.is_dir() else _files(path))]


def _files(folder: Path) -> Iterator[Path]:
    every = sorted(path for path in folder.rglob("*") if path.is_file())
    return (path for path in every if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _page(path: Path) -> PageFile:
    if path == STDIN:
        return PageFile("standard input", lambda: sys.stdin.buffer)
    kind = "application/x-ndjson" if path.suffix.lower() in NDJSON else mimetypes.guess_type(path.name)[0]
    size = path.stat().st_size if path.is_file() else None
    return PageFile(str(path), lambda: path.open("rb"), size, kind or "application/octet-stream")


def _usable(paths: Sequence[Path], url: str | None) -> list[PageFile]:
    missing = [str(path) for path in paths if path != STDIN and not path.exists()]
    if missing:
        raise typer.BadParameter(f"there is no {_plain(', '.join(missing))}", param_hint="PAGE…")
    pages = found(paths)
    if paths and not pages:
        raise typer.BadParameter("there are no files in it", param_hint="PAGE…")
    if url and len(pages) > 1:
        raise typer.BadParameter(f"it is the address of one page, and there are {len(pages)}", param_hint="--url")
    return pages


@contextmanager
def _progress(total: int | None) -> Iterator[tuple[OnPage, OnWait]]:
    """On a terminal a bar with counts, rate and time left; elsewhere only refusals are told. All on standard error."""
    if not sys.stderr.isatty():
        yield _telling(_to_stderr, lambda _: None), lambda _: None
        return
    from rich import progress

    columns = (progress.BarColumn(16), progress.MofNCompleteColumn(), progress.TextColumn("{task.fields[said]}", markup=False))
    times = (
        progress.TimeRemainingColumn(compact=True),
        progress.TextColumn("{task.fields[rate]}"),
        progress.TextColumn("{task.fields[waits]}", markup=False),
    )
    with progress.Progress(*columns, *times, transient=True) as bar:
        task = bar.add_task("", total=total, said="", rate="", waits="")

        def step(so_far: Summary) -> None:
            rate = f"{so_far.articles / so_far.seconds:.0f}/s" if so_far.seconds else ""
            said = f"{so_far.articles:,} articles, {so_far.unchanged:,} unchanged, {len(so_far.refused):,} refused, left"
            bar.update(task, completed=so_far.pages, said=said, rate=rate, waits="")

        def tell(line: str) -> None:
            bar.console.print(line, markup=False, highlight=False, soft_wrap=True)

        yield _telling(tell, step), lambda why: bar.update(task, waits=f"waiting: {_plain(why)}")


def _telling(tell: Callable[[str], None], step: Callable[[Summary], None]) -> OnPage:
    """What to do after each page: name what was refused since the last, and go a step on."""
    told = 0

    def on_page(_: PageFile, __: dict[str, Any] | None, so_far: Summary) -> None:
        nonlocal told
        for refused in so_far.refused[told:]:
            tell(_refusal(refused))
        told = len(so_far.refused)
        step(so_far)

    return on_page


def _refusal(refused: Refused) -> str:
    return _plain(f"refused: {refused.page}: {refused.reason.rstrip('.')}. {refused.advice}".rstrip())


def _plain(text: str) -> str:
    """What is named may come from a page: nothing in it may move the cursor or hide a line."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _to_stderr(line: str) -> None:
    typer.echo(line, err=True)


def _end(total: Summary, code: int, *lines: str) -> NoReturn:
    if for_people():
        for note in total.notes:
            _to_stderr(_plain(f"note: {note}"))
        typer.echo(str(total))
    else:
        show_json(total.as_json())
    for line in lines:
        _to_stderr(_plain(line))
    raise typer.Exit(code)
