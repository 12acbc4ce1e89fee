"""What editors have ruled: which mentions are one happening, which are not, and what is true of their event.

A function of the set of commands and the set of mentions, as all of merging is. Commands are gone through from the latest back: what
a later one has put together or apart, an earlier one cannot undo.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.edits import Edit, MentionRef

from .told import Told, canonical, order

Quote = tuple[str, str]  # article id and digest


@dataclass(frozen=True, slots=True)
class Command:
    """An editor's command and its number in the log: of two commands the higher number is the later."""

    edit: Edit
    seq: int
    ids: frozenset[str] = field(init=False, compare=False, repr=False)
    quotes: frozenset[Quote] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        refs = (*self.edit.mentions, *self.edit.rest)
        object.__setattr__(self, "ids", frozenset(ref.mention_id for ref in refs))
        object.__setattr__(self, "quotes", frozenset((ref.article_id, ref.quote_sha256) for ref in refs))

    def names(self, one: Told) -> bool:
        """Could it mean this mention? True also of what is being taken back, so that all that it held or parted is looked at."""
        quote = (one.article.article_id, one.mention.evidence.quote_sha256)
        return one.mention.kind == self.edit.kind and (one.mention.mention_id in self.ids or quote in self.quotes)


@dataclass(frozen=True, slots=True)
class Rulings:
    """By mention id. `label`: mentions of one label are one happening; `apart`: labels that are not to be in one event with a label;
    `edit_id`: the latest command that says with whom a mention goes. `facts`: corrections and retractions, in the order given, with
    the mentions that each names; `named`: all commands in force that name a mention.
    """

    label: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[str, frozenset[str]] = field(default_factory=dict)
    edit_id: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[tuple[Command, tuple[str, ...]], ...] = ()
    named: Mapping[str, tuple[Command, ...]] = field(default_factory=dict)


NO_RULINGS = Rulings()


def rulings(commands: Iterable[Command], told: Iterable[Told]) -> Rulings:
    """What the commands in force say of these mentions. Those that an article took back count no more, until they return."""
    held = in_force(commands)
    if not held:
        return NO_RULINGS
    at_hand, ties = _AtHand(told), _Ties()
    said = [_Said(one, at_hand.named(one.edit, one.edit.mentions), at_hand.named(one.edit, one.edit.rest)) for one in held]
    edit_id: dict[str, str] = {}
    for one in reversed(said):
        if one.ties:
            ties.rule(one.those, one.rest)
            edit_id = dict.fromkeys((*one.those, *one.rest), one.command.edit.edit_id) | edit_id
    facts = tuple((one.command, one.those) for one in said if one.those and not one.ties)
    return Rulings(*ties.outcome(edit_id), edit_id, facts, _by_name(said))


@dataclass(frozen=True, slots=True)
class _Said:
    """A command in force and the mentions at hand that it means."""

    command: Command
    those: tuple[str, ...]
    rest: tuple[str, ...]

    @property
    def ties(self) -> bool:
        return self.command.edit.action in {"merge", "split"}


def _by_name(said: Iterable[_Said]) -> dict[str, tuple[Command, ...]]:
    named: dict[str, list[Command]] = defaultdict(list)
    for one in said:
        for name in dict.fromkeys((*one.those, *one.rest)):
            named[name].append(one.command)
    return {name: tuple(every) for name, every in named.items()}


def in_force(commands: Iterable[Command]) -> tuple[Command, ...]:
    """Commands that none revokes, each once, in the order in which they were given. A revocation can't be revoked."""
    every = {command.edit.edit_id: command for command in sorted(commands, key=lambda one: -one.seq)}  # of repeats the first
    revoked = {command.edit.revokes for command in every.values()}
    orders = (command for name, command in every.items() if command.edit.action != "revoke" and name not in revoked)
    return tuple(sorted(orders, key=lambda one: (one.seq, one.edit.edit_id)))


def named_with(core: Iterable[Told], candidates: Iterable[Told], commands: Iterable[Command]) -> tuple[Told, ...]:
    """Candidates outside the core that some command, in force or not, names along with one of it, in canonical order."""
    inside = frozenset(core)
    reaching = [command for command in commands if any(map(command.names, inside))]
    outside = [one for one in candidates if one not in inside] if reaching else []
    return tuple(sorted((one for one in outside if any(command.names(one) for command in reaching)), key=order))


class _AtHand:
    """Finds the mention that a reference means: by its id, else, where a correction has moved it, by its quote in its article."""

    def __init__(self, told: Iterable[Told]) -> None:
        self._kinds: dict[str, str] = {}
        self._quotes: dict[tuple[str, Quote], str] = {}
        self._order: dict[str, int] = {}
        for at, one in enumerate(canonical(told)):
            mention = one.mention
            self._kinds[mention.mention_id], self._order[mention.mention_id] = mention.kind, at
            self._quotes.setdefault((mention.kind, (one.article.article_id, mention.evidence.quote_sha256)), mention.mention_id)

    def named(self, edit: Edit, refs: Sequence[MentionRef]) -> tuple[str, ...]:
        """In canonical order, each once; what is not there is left out."""
        found = {name for ref in refs if (name := self._name(edit, ref)) is not None}
        return tuple(sorted(found, key=self._order.__getitem__))

    def _name(self, edit: Edit, ref: MentionRef) -> str | None:
        if self._kinds.get(ref.mention_id) == edit.kind:
            return ref.mention_id
        return self._quotes.get((edit.kind, (ref.article_id, ref.quote_sha256)))


class _Ties:
    """Mentions put together and kept apart, as far as what was ruled before allows."""

    def __init__(self) -> None:
        self._members: dict[str, set[str]] = {}
        self._root: dict[str, str] = {}
        self._apart: dict[str, set[str]] = defaultdict(set)

    def rule(self, those: Sequence[str], rest: Sequence[str]) -> None:
        """Those are one, and the rest is one, and the two are two."""
        for side in (those, rest):
            parts: list[str] = []
            for name in side:
                if not any(self._join(part, name) for part in parts):
                    parts.append(name)
        mine, yours = (dict.fromkeys(self._home(name) for name in side) for side in (those, rest))
        for one in mine:
            for other in yours:
                self._part(one, other)

    def outcome(self, ruled: Iterable[str]) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
        """Label by mention, and which labels are apart; a label is the smallest id of those that bear it."""
        label = {root: min(members) for root, members in self._members.items()}
        apart = {label[root]: frozenset(label[other] for other in others) for root, others in self._apart.items() if others}
        return {name: label[self._home(name)] for name in ruled}, apart

    def _home(self, name: str) -> str:
        self._members.setdefault(self._root.setdefault(name, name), {name})
        return self._root[name]

    def _join(self, one: str, other: str) -> bool:
        kept, gone = self._home(one), self._home(other)
        if kept == gone or gone in self._apart[kept]:
            return kept == gone
        if len(self._members[kept]) < len(self._members[gone]):
            kept, gone = gone, kept
        for name in self._members[gone]:
            self._root[name] = kept
        self._members[kept] |= self._members.pop(gone)
        for enemy in self._apart.pop(gone, set()):
            self._apart[enemy] = (self._apart[enemy] - {gone}) | {kept}
            self._apart[kept].add(enemy)
        return True

    def _part(self, one: str, other: str) -> None:
        if one != other:
            self._apart[one].add(other)
            self._apart[other].add(one)
