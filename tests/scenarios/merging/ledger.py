"""A store in miniature: what the streaming service does with Kafka and Postgres, done with dictionaries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from schemas.changes import Cause, EventChange
from schemas.events import CanonicalEvent
from services.normalizer.merging import Around, Command, Told, beside, component, partition, rulings, settle

START = datetime(2025, 8, 20, tzinfo=UTC)


class Ledger:
    """Takes one article revision or command after another; keeps live and retracted events and every change."""

    def __init__(self) -> None:
        self.told: dict[str, tuple[Told, ...]] = {}
        self.versions: dict[str, tuple[int, int]] = {}
        self.commands: list[Command] = []
        self.events: dict[str, CanonicalEvent] = {}
        self.changes: list[EventChange] = []
        self.born: dict[str, datetime] = {}
        self._clock = self._seen = 0

    def take(self, article: str, revision: int, mentions: Iterable[Told], rereading: int = 0) -> tuple[EventChange, ...]:
        """What changes when an article's revision arrives, or is read again; no mentions: it was withdrawn, or says nothing any more."""
        if (revision, rereading) <= self.versions.get(article, (0, 0)):
            return ()
        before = self.told.get(article, ())
        after = tuple(mentions)
        known = [one for name, held in self.told.items() if name != article for one in held]
        core = component((*before, *after), known, self.commands)
        self.told[article], self.versions[article] = after, (revision, rereading)
        self._settle(core, set(before) - set(after), beside(core, known), frozenset(after) if rereading else frozenset())
        return tuple(self.changes[self._seen :])

    def order(self, command: Command) -> tuple[EventChange, ...]:
        """What changes when an editor's command arrives, of what is known by now; the rest follows when it comes."""
        known = [one for held in self.told.values() for one in held]
        self.commands.append(command)
        of = {command.edit.edit_id, command.edit.revokes}
        seed = [one for one in known if any(one_.names(one) for one_ in self.commands if one_.edit.edit_id in of)]
        core = component(seed, known, self.commands)
        self._settle(core, set(), beside(core, known))
        return tuple(self.changes[self._seen :])

    def _settle(self, core: tuple[Told, ...], gone: set[Told], nearby: tuple[Told, ...], anew: frozenset[Told] = frozenset()) -> None:
        self._clock += 1
        self._seen = len(self.changes)
        at = START + timedelta(minutes=self._clock)
        previous = self._events_of(core)
        around = [Around(event, tuple(one for one in nearby if event in self._events_of([one]))) for event in self._events_of(nearby)]
        minted = iter(f"event-{self._clock:03d}-{number}" for number in range(99))
        left = [one for one in core if one not in gone]
        ruled = rulings(self.commands, left)
        changes = settle(
            previous,
            partition(left, ruled),
            Cause(reason="told"),
            at,
            lambda _: next(minted),
            self.born,
            around,
            rulings=ruled,
            anew=anew,
        )
        for change in changes:
            self.events[change.event.event_id] = change.event
            self.born.setdefault(change.event.event_id, at)
        self.changes += changes

    def _events_of(self, told: Iterable[Told]) -> list[CanonicalEvent]:
        names = {one.mention.mention_id for one in told}
        return [e for e in self.events.values() if e.merged_into is None and names & {m.mention_id for m in e.mentions}]

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
