"""A group of mentions becomes the canonical event that they tell; its content is a function of the group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from schemas.events import CanonicalEvent, EventMention, Link
from schemas.kinds import kinds

from .fields import claims_of, details_of, participants_of, quantities_of, when_of, where_of
from .membership import memberships
from .standing import standing
from .titles import fields_of, title_of
from .told import Told, canonical
from .voices import corroboration, voices


def compose(  # noqa: PLR0913  what an event is made of, all by name
    group: Sequence[Told],
    *,
    event_id: str,
    revision: int,
    recorded_at: datetime | None,
    ruleset: str,
    links: Sequence[Link] = (),
    runners_up: Mapping[str, str] | None = None,
) -> CanonicalEvent:
    """`group`: the mentions of one event, not empty, in any order. `runners_up`: by mention id, the next best event."""
    told = canonical(group)
    heard = voices(told)
    kind = told[0].mention.kind
    status, history = standing(told)
    where, cast, quantities, details = where_of(told), participants_of(told), quantities_of(told, heard), details_of(told, heard)
    card = kinds().get(kind)
    return CanonicalEvent(
        event_id=event_id,
        kind=kind,
        revision=revision,
        title=title_of(kind, status, details.get("form"), fields_of(where, cast, quantities)),
        recorded_at=recorded_at,
        ruleset=ruleset,
        status=status,
        status_history=history,
        when=when_of(told, heard),
        where=where,
        participants=cast,
        quantities=quantities,
        details=details,
        claims=claims_of(told),
        mentions=_mentions(told, runners_up or {}),
        corroboration=corroboration(told, heard),
        links=tuple(links),
        **({"codes": card.codes_for(status)} if card else {}),
    )


def _mentions(told: Sequence[Told], runners_up: Mapping[str, str]) -> tuple[EventMention, ...]:
    why = memberships(told, runners_up)
    return tuple(
        EventMention(
            mention_id=one.mention.mention_id,
            article_id=one.article.article_id,
            revision=one.article.revision,
            url=one.article.url,
            outlet=one.article.outlet,
            published=one.article.published,
            status=one.mention.status,
            evidence=one.mention.evidence,
            membership=why[one.mention.mention_id],
        )
        for one in told
    )
