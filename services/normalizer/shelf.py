"""The rows of merging that one transaction has seen or changed, and the crowd of what counts. The store loads and writes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.normalizer.merging import Crowd, Told


@dataclass(frozen=True, slots=True)
class Row:
    """A mention, the event that it belongs to or belonged to last, and whether it counts now."""

    told: Told
    digest: str
    event_id: str | None = None
    present: bool = True

    @property
    def mention_id(self) -> str:
        return self.told.mention.mention_id

    @property
    def slot(self) -> tuple[str, str]:
        return (self.told.article.article_id, self.told.mention.kind)


class Shelf:
    """Rows by mention id. What was put here wins over what Postgres held when the transaction began."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.written: set[str] = set()  # rows that say something new
        self.moved: set[str] = set()  # rows of which only the event or the presence changed
        self._by_slot: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.crowd = Crowd()

    def load(self, rows: Iterable[Row]) -> None:
        """Rows as they are in Postgres; those that are here already are left alone."""
        for row in rows:
            if row.mention_id not in self.rows:
                self._set(row)

    def take_back(self, slot: tuple[str, str]) -> list[Told]:
        """The mentions of an article do not count any more; they are returned, in order of their ids, and stay in the crowd until
        they are dismissed: what they kept together or apart has to be looked at.
        """
        found = [self.rows[name] for name in sorted(self._by_slot[slot]) if self.rows[name].present]
        for row in found:
            self.rows[row.mention_id] = replace(row, present=False)
            self.moved.add(row.mention_id)
        return [row.told for row in found]

    def of(self, slots: Iterable[tuple[str, str]]) -> list[Told]:
        """What counts of these articles, in order of ids."""
        found = (self.rows[name] for name in sorted({name for slot in slots for name in self._by_slot.get(slot, ())}))
        return [row.told for row in found if row.present]

    def dismiss(self, told: Iterable[Told]) -> None:
        """What was taken back leaves the crowd."""
        for one in told:
            self.crowd.remove(one)

    def put(self, told: Told, digest: str) -> None:
        """A mention that counts from now on. One that was taken back and returns keeps the event that it had."""
        before = self.rows.get(told.mention.mention_id)
        self._set(Row(told, digest, before.event_id if before else None))
        self.written.add(told.mention.mention_id)

    def assign(self, mention_id: str, event_id: str | None) -> None:
        if self.rows[mention_id].event_id != event_id:
            self.rows[mention_id] = replace(self.rows[mention_id], event_id=event_id)
            self.moved.add(mention_id)

    def _set(self, row: Row) -> None:
        self.rows[row.mention_id] = row
        self._by_slot[row.slot].add(row.mention_id)
        if row.present:
            self.crowd.add(row.told)
