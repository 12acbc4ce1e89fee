"""The reader: article revisions in, one reading a kind out. It keeps nothing but its position."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg
from pydantic import ValidationError

from schemas.articles import RawArticle
from schemas.mentions import Reading
from services.chassis.errors import Permanent, brief
from services.chassis.outbox import Outbox
from services.chassis.records import Outgoing, Record
from services.normalizer.publish import reading_record
from services.normalizer.reading import Ruleset, read


class Reader:
    """Effects of following `articles.raw.v1`."""

    def __init__(self, ruleset: Ruleset, outbox: Outbox) -> None:
        self._ruleset, self._outbox = ruleset, outbox

    async def prepare(self, records: Sequence[Record]) -> list[Outgoing]:
        """Read each article, in a thread: the consumer's heartbeat must not wait for a long text."""
        return await asyncio.to_thread(self._read_all, records)

    async def apply(self, tx: asyncpg.Connection, prepared: Sequence[Outgoing]) -> None:
        """Publish what the articles tell, and, from revision 2 on, that they tell nothing any more."""
        await self._outbox.append(tx, prepared)

    def _read_all(self, records: Sequence[Record]) -> list[Outgoing]:
        """All that can be read.

        Raises:
            Permanent: what can't be, all of it at once, so that the rest is read again only once.
        """
        outgoing: list[Outgoing] = []
        refused: list[Permanent] = []
        for record in records:
            try:
                outgoing += [reading_record(record, reading) for reading in self._read(record)]
            except Permanent as error:
                refused.append(error)
        if refused:
            raise Permanent(str(refused[0]), refused[0].record, refused[1:])
        return outgoing

    def _read(self, record: Record) -> list[Reading]:
        try:
            article = RawArticle.model_validate_json(record.value or b"")
            return readings_to_publish(article, self._ruleset)
        except ValidationError as error:
            raise Permanent(f"not a RawArticle: {brief(error)}", record) from error
        except (OSError, ImportError, MemoryError):
            raise  # this installation is broken, not the article
        except Exception as error:
            # A text that our rules stumble over is that article's trouble, not its neighbours' (docs/adr/0005).
            raise Permanent(f"reading failed: {type(error).__name__}: {error}", record) from error


def readings_to_publish(article: RawArticle, ruleset: Ruleset) -> list[Reading]:
    """All readings with mentions, and from revision 2 on the empty ones too, since an earlier revision may have told more."""
    readings = read(article, ruleset)
    if article.pubstatus == "withdrawn":
        readings = tuple(reading.model_copy(update={"mentions": (), "sentences": ()}) for reading in readings)
    return [reading for reading in readings if reading.mentions or article.revision > 1]
