"""A group of mentions becomes the canonical event that they tell; its content is a function of the group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from schemas.events import CanonicalEvent, EventMention, Link
from schemas.kinds import kinds

from .choices import chosen
from .copies import copies
from .corrections import BLANK, corrected, edits_of, is_retracted
from .fields import claims_of, details_of, participants_of, quantities_of, when_of, where_of
from .kept import cited, evidenced, kept
from .membership import memberships
from .rulings import NO_RULINGS, Command, Rulings
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
    rulings: Rulings = NO_RULINGS,
    facts: Sequence[Command] = (),
) -> CanonicalEvent:
    """`group`: the mentions of one event, not empty, in any order. `runners_up`: by mention id, the next best event. `facts`: the
    corrections and retractions that editors made of it.
    """
    told = canonical(group)
    heard = voices(told)
    status, history = standing(told)
    numbers = quantities_of(told, heard)
    shown = kept(told, (step.claim_id for step in history), numbers)
    claims = claims_of(shown)
    event = CanonicalEvent(
        event_id=event_id,
        kind=told[0].mention.kind,
        revision=revision,
        title="",
        recorded_at=recorded_at,
        ruleset=ruleset,
        status=status,
        status_history=history,
        when=when_of(told, heard),
        where=where_of(told),
        participants=participants_of(told),
        quantities=numbers if len(shown) == len(told) else cited(numbers, claims),
        details=details_of(told, heard),
        claims=claims,
        mentions=_mentions(shown, runners_up or {}, rulings),
        evidenced=evidenced(told),
        corroboration=corroboration(told, heard),
        links=tuple(links),
        copies=copies(told, heard),
        chosen=chosen(told, heard),
        edits=edits_of(told, facts, rulings),
    )
    event = _named(corrected(event, facts) if facts else event)
    return event.model_copy(update=BLANK) if is_retracted(facts) else event


def _named(event: CanonicalEvent) -> CanonicalEvent:
    """What follows from the other fields: title and codes."""
    title = title_of(event.kind, event.status, event.details.get("form"), fields_of(event.where, event.participants, event.quantities))
    card = kinds().get(event.kind)
    return event.model_copy(update={"title": title} | ({"codes": card.codes_for(event.status, event.details)} if card else {}))


def _mentions(told: Sequence[Told], runners_up: Mapping[str, str], rulings: Rulings) -> tuple[EventMention, ...]:
    why = memberships(told, runners_up, rulings.edit_id)
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
