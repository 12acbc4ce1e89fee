"""A connection of the reader, which keeps to the generation that it asked last, so that a question is one statement rather than four.

An answer and its position are still of one moment: they come from one statement. It says which generation answers; where that is another
than the one it was asked of, the same is asked of that one. Where nothing was committed since the last question, it says just that.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import asyncpg

from services.timeline.now import Now
from services.timeline.present import SQL, Noted, enter, noted

TRIES = 3  # a cut-over falls between two of them at most once, but for a test of it
GONE = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError)  # of a generation that was dropped, or that another version made
Row = Mapping[str, Any]


class Session(asyncpg.Connection):  # type: ignore[misc]  # the client tells no types
    """`generation`: whose tables it finds by their names; 0: none. Whatever it has prepared fits these. `last`: when it answered last."""

    generation = 0
    last = Noted()

    async def keep_to_live(self) -> int:
        """Find the tables of the generation that answers from now on; its number."""
        number = (await enter(self, "session")).generation
        if number != self.generation:
            await self.reload_schema_state()
        self.generation = number
        return number

    async def leave(self) -> None:
        """Forget what was prepared for its generation, and find out anew which one answers when it is asked next."""
        self.generation = 0
        await self.reload_schema_state()

    async def ask(self, sql: str, *arguments: object) -> tuple[list[Row], Now]:
        """The rows of an answer, and the moment that it is of.

        Raises:
            asyncpg.UndefinedTableError: what answers holds no such table; or it is one of UndefinedColumnError.
            ConnectionResetError: each time another generation answered.
        """
        for _ in range(TRIES):
            asked = self.generation or await self.keep_to_live()
            try:
                rows = await self.fetch(_beside(sql, len(arguments) + 1), *arguments, self.last.at)
            except GONE:
                if await self.keep_to_live() == asked:
                    raise
                continue
            if told := rows[0]["moment"]:
                self.last = noted(told)
            if self.last.now.generation == asked:
                return (rows if rows[0]["answered"] else []), self.last.now
            await self.keep_to_live()
        raise ConnectionResetError("generations change too quickly")


@lru_cache(256)
def _beside(sql: str, number: int) -> str:
    return SQL["beside"].format(question=sql, known=f"${number}")
