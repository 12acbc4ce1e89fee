"""A store in miniature: what the streaming service does with Kafka and Postgres, done with dictionaries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from schemas.changes import Cause, EventChange
from schemas.events import CanonicalEvent
from services.normalizer.merging import Told, block_keys, component, partition, settle

START = datetime(2025, 8, 20, tzinfo=UTC)


class Ledger:
    """Takes one article revision after another; keeps live and retracted events and every change."""

    def __init__(self) -> None:
        self.told: dict[str, tuple[Told, ...]] = {}
        self.revisions: dict[str, int] = {}
        self.events: dict[str, CanonicalEvent] = {}
        self.changes: list[EventChange] = []
        self.born: dict[str, datetime] = {}
        self._clock = 0

    def take(self, article: str, revision: int, mentions: Iterable[Told]) -> tuple[EventChange, ...]:
        """What changes when an article's revision arrives; no mentions: it was withdrawn, or says nothing any more."""
        if revision <= self.revisions.get(article, 0):
            return ()
        before = self.told.get(article, ())
        after = tuple(mentions)
        known = [one for name, held in self.told.items() if name != article for one in held]
        touched = component((*before, *after), self._expanded((*before, *after), known))
        gone = {one.mention.mention_id for one in before} - {one.mention.mention_id for one in after}
        self.told[article], self.revisions[article] = after, revision
        return self._settle([one for one in touched if one.mention.mention_id not in gone], {one.mention.mention_id for one in touched})

    def _expanded(self, seed: Iterable[Told], known: list[Told]) -> list[Told]:
        """Everything that block keys lead to: all that the store can find."""
        found, keys = [], {key for one in seed for key in block_keys(one)}
        rest = list(known)
        while fresh := [one for one in rest if block_keys(one) & keys]:
            found += fresh
            keys |= {key for one in fresh for key in block_keys(one)}
            rest = [one for one in rest if one not in fresh]
        return found

    def _settle(self, mentions: list[Told], touched: set[str]) -> tuple[EventChange, ...]:
        self._clock += 1
        at = START + timedelta(minutes=self._clock)
        live = [event for event in self.events.values() if event.merged_into is None]
        previous = [event for event in live if touched & {m.mention_id for m in event.mentions}]
        minted = iter(f"event-{self._clock:03d}-{number}" for number in range(99))
        changes = settle(previous, partition(mentions), Cause(reason="told"), at, lambda _: next(minted), self.born)
        for change in changes:
            self.events[change.event.event_id] = change.event
            self.born.setdefault(change.event.event_id, at)
        self.changes += changes
        return changes

    @property
    def live(self) -> list[CanonicalEvent]:
        return [event for event in self.events.values() if event.merged_into is None and event.status != "retracted"]


def by_content(events: Iterable[CanonicalEvent]) -> set[str]:
    """What events say, with ids replaced by the names of their first mentions."""
    events = list(events)
    names = {event.event_id: event.mentions[0].mention_id for event in events}
    return {_renamed(event, names) for event in events}


def _renamed(event: CanonicalEvent, names: dict[str, str]) -> str:
    links = sorted((link.relation, names[link.event_id], link.reason) for link in event.links)
    rivals = [names.get(m.membership.runner_up or "") if m.membership else None for m in event.mentions]
    rest = event.model_copy(
        update={
            "event_id": "",
            "revision": 1,
            "recorded_at": None,
            "links": (),
            "mentions": tuple(
                m.model_copy(update={"membership": m.membership and m.membership.model_copy(update={"runner_up": None})})
                for m in event.mentions
            ),
        }
    )
    return f"{rest.model_dump_json()} {links} {rivals}"
