"""`daybook read`: what Daybook reads from texts, with no Kafka and no Postgres: the same pure functions, one after the other."""

from __future__ import annotations

import json
import mimetypes
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.commands._moments import moment

if TYPE_CHECKING:
    from schemas.articles import RawArticle
    from services.ingestor.pages.model import Cut

STDIN = Path("-")


def command(
    pages: Annotated[list[Path] | None, typer.Argument(metavar="PAGE…", help="Scraped pages, text or HTML; - for standard input.")] = None,
    captured_at: Annotated[
        datetime | None, typer.Option(help="When the pages were captured, with its zone: 2025-08-20T00:00Z.", parser=moment)
    ] = None,
    articles: Annotated[
        Path | None, typer.Option(help='JSON Lines, {"url", "outlet", "published", "title", "body"}; - for standard input.')
    ] = None,
    *,
    mentions: Annotated[bool, typer.Option("--mentions", help="Print the mentions, unmerged.")] = False,
    times: Annotated[bool, typer.Option("--times", help="Print the expressions of time of each article instead.")] = False,
) -> None:
    """Read texts and print the events that they tell, merged over all of them: one CanonicalEvent a line, as JSON.

    Same input, same bytes out. What could not be read is named on standard error, and the exit code is then 1.

    For example:

        daybook read page.txt --captured-at 2025-08-20T00:00Z | jq -c '[.kind, .when.start, .title]'

        daybook read --articles articles.jsonl --mentions
    """
    if bool(pages) == bool(articles):
        raise typer.BadParameter("give either pages or --articles", param_hint="PAGE… or --articles")
    cuts = list(_of_pages(pages, captured_at) if pages else _of_lines(_there(articles or STDIN)))
    found = [article for cut in cuts for article in cut.articles]
    for line in _times(found) if times else _events(found, mentions=mentions):
        sys.stdout.write(line + "\n")
    sys.stdout.flush()
    if _told(cuts):
        raise typer.Exit(1)


def _of_pages(pages: Iterable[Path], captured_at: datetime | None) -> Iterator[Cut]:
    from services.ingestor.pages.model import Capture, Limits
    from services.ingestor.pages.page import refused
    from services.ingestor.pages.refuse import refuse
    from services.ingestor.sources import cut

    most = Limits().max_bytes
    for path in pages:
        size = None if path == STDIN else _there(path).stat().st_size
        like = Capture(b"", captured_at=captured_at, media_type=mimetypes.guess_type(path.name)[0], name=str(path))
        if size is not None and size > most:
            yield refused(like, refuse(like, "too_large", f"{size:,} bytes, more than {most:,}"))
            continue
        with sys.stdin.buffer if path == STDIN else path.open("rb") as file:
            yield cut(replace(like, content=file.read(most + 1)))


def _of_lines(path: Path) -> Iterator[Cut]:
    from services.ingestor.pages.model import Capture, Limits
    from services.ingestor.pages.streams import captures
    from services.ingestor.sources import cut

    with sys.stdin.buffer if path == STDIN else path.open("rb") as file:
        like = Capture(content=b"", media_type="application/jsonl", name="standard input" if path == STDIN else str(path))
        yield from map(cut, captures(file, like, Limits()))


def _there(path: Path) -> Path:
    if path != STDIN and not path.is_file():
        raise typer.BadParameter(f"there is no file {path}")
    return path


def _events(articles: Iterable[RawArticle], *, mentions: bool) -> Iterator[str]:
    from services.normalizer.merging import merge_all
    from services.normalizer.reading import Ruleset, read

    ruleset = Ruleset.load()
    readings = [reading for article in articles for reading in read(article, ruleset)]
    if not mentions:
        return (event.model_dump_json() for event in merge_all(readings))
    rows = ((r, m) for r in readings for m in r.mentions)
    return (_line(m.model_dump(mode="json") | {"article": r.article.model_dump(mode="json")}) for r, m in rows)


def _times(articles: Iterable[RawArticle]) -> Iterator[str]:
    from services.normalizer.reading.times import Anchor, find_times

    for article in articles:
        published = article.published.earliest
        found = find_times(article.body, Anchor(published.date() if published else None, published))
        rows = [{"start": t.start, "end": t.end, "text": t.text, "type": t.type, "value": t.value} for t in found]
        yield _line({"url": article.url, "times": rows})


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)


def _told(cuts: Sequence[Cut]) -> bool:
    """Tell on standard error what was assumed, once however many lines it holds of, and what was refused; whether anything was."""
    refused = False
    alike: dict[str, list[str]] = defaultdict(list)
    for note in (note for cut in cuts for note in cut.notes):
        alike[re.sub(r"^line \d+: ", "", note)].append(note)
    for note, notes in alike.items():
        sys.stderr.write(f"note: {notes[0]}\n" if len(notes) == 1 else f"note: {note} ({len(notes):,} times)\n")
    for cut in cuts:
        for refusal in cut.refusals:
            refused = True
            sys.stderr.write(f"refused: {refusal.page}: {refusal.what}\n  {refusal.advice}\n")
    return refused
