"""What a trial found: events that would be added, lost and changed, each with what made it so. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from schemas.events import CanonicalEvent
from services.normalizer.merging import content
from services.normalizer.rereading.news import Reread

What = Literal["added", "lost", "changed"]
LISTED = ("mentions", "claims")  # long lists of things with ids, of which only what came and went is told
IDS = {"mentions": "mention_id", "claims": "claim_id"}
MOST_UNREADABLE = 20


@dataclass(frozen=True, slots=True)
class Reported:
    """One event. `fields`: those that differ, before and after; of mentions and claims the ids that went and came. `into`: what it would be
    merged into. `reasons`: the articles that are read otherwise.
    """

    what: What
    event_id: str
    kind: str
    title: str
    day: str | None
    fields: Mapping[str, tuple[Any, Any]]
    into: str | None
    reasons: Sequence[Reread]


@dataclass(frozen=True, slots=True)
class Report:
    """`until`: before which offsets the articles were read; `events`: the next number of each log of events that it was compared with.
    `articles` were read; of them so many `readings` differ. `living` events there are now.
    """

    ruleset: str
    merging: str
    until: Mapping[str, int]
    events: Mapping[str, int]
    articles: int
    readings: int
    unreadable: Sequence[tuple[str, str]]
    living: int
    found: Sequence[Reported]

    @property
    def equal(self) -> bool:
        """Whether promoting would change nothing."""
        return not self.found and not self.readings

    def of(self, what: What) -> list[Reported]:
        return [one for one in self.found if one.what == what]

    @property
    def digest(self) -> str:
        """Of two reports with one digest, the same ruleset would make the same changes."""
        told = json.dumps([self.ruleset, self.merging, self.readings, [asdict(one) for one in self.found]], sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def compared(before: str | None, after: str | None, reasons: Iterable[Reread]) -> Reported | None:
    """What became of an event, its states given as JSON; None where readers would see no difference."""
    was, now = _living(before), _living(after)
    if was is None or now is None:
        return _reported("added", now, {}, None, reasons) if now else _lost(was, after, reasons)
    fields = _fields(content(was), content(now))
    return _reported("changed", now, fields, None, reasons) if fields else None


def _lost(was: CanonicalEvent | None, after: str | None, reasons: Iterable[Reread]) -> Reported | None:
    ended = CanonicalEvent.model_validate_json(after) if after else None
    return _reported("lost", was, {}, ended.merged_into if ended else None, reasons) if was else None


def _living(state: str | None) -> CanonicalEvent | None:
    event = CanonicalEvent.model_validate_json(state) if state else None
    return None if event is None or event.merged_into or event.status == "retracted" else event


def _reported(
    what: What, event: CanonicalEvent, fields: Mapping[str, tuple[Any, Any]], into: str | None, reasons: Iterable[Reread]
) -> Reported:
    unlike = {(why.article_id, why.revision, why.kind): why for why in reasons}
    return Reported(what, event.event_id, event.kind, event.title, event.when.start, fields, into, list(unlike.values()))


def _fields(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    differing = {name: (was[name], now[name]) for name in was if was[name] != now[name]}
    return {name: _ids(name, *sides) if name in LISTED else sides for name, sides in differing.items()}


def _ids(name: str, was: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """What went, and what came; what stayed and says something else is in both."""
    before, after = ({one[IDS[name]]: one for one in side} for side in (was, now))
    gone = [key for key, value in before.items() if after.get(key) != value]
    return gone, [key for key, value in after.items() if before.get(key) != value]


def as_json(report: Report) -> dict[str, Any]:
    """For programs."""
    counts = {what: len(report.of(what)) for what in ("added", "lost", "changed")}
    return {
        "ruleset": report.ruleset,
        "merging": report.merging,
        "report": report.digest,
        "until": report.until,
        "compared_with": {"events": report.living, "next_seq": report.events},
        "articles": report.articles,
        "readings": report.readings,
        "unreadable": {
            "count": len(report.unreadable),
            "first": [{"at": at, "why": why} for at, why in report.unreadable[:MOST_UNREADABLE]],
        },
        "equal": report.equal,
        "counts": counts,
        **{what: [_told(one) for one in report.of(what)] for what in ("added", "lost", "changed")},
    }


def _told(one: Reported) -> dict[str, Any]:
    told = {"event_id": one.event_id, "kind": one.kind, "title": one.title, "day": one.day}
    more = {"merged_into": one.into} if one.what == "lost" else {}
    fields = {"fields": {name: {"before": a, "after": b} for name, (a, b) in one.fields.items()}} if one.what == "changed" else {}
    return told | more | fields | {"reasons": [_reason(why) for why in one.reasons]}


def _reason(why: Reread) -> dict[str, Any]:
    article = {"article_id": why.article_id, "revision": why.revision, "outlet": why.outlet, "title": why.title}
    return article | {"patterns_came": why.came, "patterns_went": why.went, "patterns_differ": why.altered}


MARKS = {"added": "+", "lost": "-", "changed": "~"}


def lines(report: Report, most: int) -> list[str]:
    """For people: how it was compared, then one line an event, and under it why."""
    until = ", ".join(f"{at}@{end}" for at, end in report.until.items()) or "no articles"
    head = [
        f"ruleset {report.ruleset}, merging by {report.merging}: {report.articles:,} articles read again, up to {until}",
        f"compared with {report.living:,} events: "
        + ", ".join(f"{len(report.of(what)):,} {what}" for what in MARKS)  # type: ignore[arg-type]
        + f" ({report.readings:,} readings differ; report {report.digest})",
    ]
    shown = [line for one in report.found[:most] for line in _lines(one)]
    rest = [f"and {len(report.found) - most:,} more; --limit shows more of them"] if len(report.found) > most else []
    unread = [f"  {at}: {why}" for at, why in report.unreadable[:MOST_UNREADABLE]]
    told = [f"{len(report.unreadable):,} articles can't be read by it; what was read of them stays:", *unread] if unread else []
    return head + shown + rest + told


def _lines(one: Reported) -> list[str]:
    into = f"; merged into {one.into}" if one.into else ""
    what = f": {', '.join(one.fields)}" if one.fields else ""
    return [
        f"{MARKS[one.what]} {one.kind:<18} {one.day or 'undated':<10} {one.title}{into}{what}",
        *(f"    {_why(why)}" for why in one.reasons[:3]),
    ]


def _why(why: Reread) -> str:
    parts = [f"{pattern} now matches" for pattern in why.came] + [f"{pattern} no longer matches" for pattern in why.went]
    parts += [f"{pattern} reads {', '.join(fields)} otherwise" for pattern, fields in why.altered.items()]
    return f"{'; '.join(parts) or 'only the rules of merging differ'}: {why.outlet}, {why.title!r} ({why.article_id})"
