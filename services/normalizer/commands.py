"""Editors' commands within one transaction: found by the articles that they name, kept for ever."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import asyncpg

from schemas.edits import Edit
from services.chassis.queries import queries
from services.normalizer.merging import Command, Told

SQL = queries(Path(__file__).parent / "sql" / "commands.sql")
Slot = tuple[str, str]  # article id and kind


class Commands:
    """What was loaded or given in this transaction. A revocation is kept beside what it revokes."""

    def __init__(self, tx: asyncpg.Connection) -> None:
        self._tx = tx
        self._held: dict[str, Command] = {}
        self._by_slot: dict[Slot, list[str]] = defaultdict(list)
        self._revocations: dict[str, list[Command]] = defaultdict(list)
        self._asked: set[Slot] = set()
        self._given: list[Command] = []
        self._any = True

    def there_are(self, *, any_at_all: bool) -> None:
        """Whether Postgres holds any command. Nobody else gives one of the kinds at hand while this transaction lasts."""
        self._any = any_at_all

    async def find(self, edits: Sequence[Edit]) -> set[Slot]:
        """Load these commands, if they are known, and those that they revoke; all articles that they name."""
        asked = sorted({name for edit in edits for name in (edit.edit_id, edit.revokes) if name})
        self._hold(await self._tx.fetch(SQL["by_id"], asked)) if asked else None
        held = [self._held[name].edit for name in asked if name in self._held]
        return {slot for edit in (*edits, *held) for slot in slots_of(edit)}

    async def load(self, slots: Iterable[Slot]) -> set[Slot]:
        """Load all commands that name one of these articles; the articles that these commands name."""
        fresh = sorted(set(slots) - self._asked)
        self._asked |= set(fresh)
        if not fresh or not self._any:
            return set()
        rows = await self._tx.fetch(SQL["naming"], [article for article, _ in fresh], [kind for _, kind in fresh])
        found = self._hold(rows)
        return {slot for command in found for slot in slots_of(command.edit)}

    def knows(self, edit: Edit) -> bool:
        return edit.edit_id in self._held

    def give(self, command: Command) -> None:
        """A command that holds from now on."""
        self._keep(command)
        self._given.append(command)

    def of(self, edit: Edit) -> list[Command]:
        """A command, or what it revokes: the mentions that these name are looked at again."""
        return [self._held[name] for name in (edit.edit_id, edit.revokes) if name in self._held]

    def touching(self, told: Iterable[Told]) -> list[Command]:
        """The commands that name one of these articles, and their revocations, in the order given."""
        if not self._by_slot:
            return []
        slots = dict.fromkeys((one.article.article_id, one.mention.kind) for one in told)
        found = {name for slot in slots for name in self._by_slot.get(slot, ())}
        every = [self._held[name] for name in found] + [one for name in found for one in self._revocations[name]]
        return sorted(every, key=lambda command: (command.seq, command.edit.edit_id))

    async def close(self) -> None:
        """Write what was given."""
        for command in self._given:
            edit = command.edit
            await self._tx.execute(SQL["remember"], edit.edit_id, edit.kind, command.seq, edit.revokes, edit.model_dump_json())
            refs = sorted(slots_of(edit))
            await self._tx.execute(SQL["remember_refs"], edit.edit_id, [article for article, _ in refs], [kind for _, kind in refs])

    def _hold(self, rows: Sequence[asyncpg.Record]) -> list[Command]:
        new = [Command(Edit.model_validate_json(row["body"]), row["seq"]) for row in rows if row["edit_id"] not in self._held]
        for command in new:
            self._keep(command)
        return new

    def _keep(self, command: Command) -> None:
        edit = command.edit
        self._held[edit.edit_id] = command
        if edit.revokes is not None:
            self._revocations[edit.revokes].append(command)
        for slot in slots_of(edit):
            self._by_slot[slot].append(edit.edit_id)


def slots_of(edit: Edit) -> set[Slot]:
    """The articles that a command names."""
    return {(ref.article_id, edit.kind) for ref in (*edit.mentions, *edit.rest)}
