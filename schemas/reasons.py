"""Why an event is as it is, told in sentences from the event alone: what was recorded, not what today's rules would say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from schemas.articles import Published
from schemas.base import Model
from schemas.contradictions import Contradiction, Said, contradictions, histories, sayings
from schemas.events import CanonicalEvent, EventEdit, EventMention, Link, Quantity, SharedText, When

ALONE = "alone"  # the rule of a mention that nothing else is like
RULES = {
    "agreed": "All agree.",
    "most-lineages": "Best is what the most lineages tell.",
    "latest-told": "As many lineages tell each; best is what was told last.",
    "editor": "An editor set it.",
    "undated": "No text gives a date.",
    "rough": "No text gives the day.",
    "report-day": "No words tell it; the day of the report stands for it.",
    "life-cycle": "A later article moves it only where the one may follow the other.",
    "most-telling": "The most telling place comes first, then the most often told.",
}


class MentionReason(Model):
    """Why one mention belongs to the event; `features` sum up to `score`."""

    mention_id: Annotated[str, Field(description="the mention")]
    outlet: Annotated[str, Field(description="who published it")]
    quote: Annotated[str, Field(description="the words that evoke the event")]
    rule: Annotated[str | None, Field(description="the rule of merging that decided")] = None
    score: Annotated[float | None, Field(description="how alike it is to the event's other mentions")] = None
    features: Annotated[dict[str, float], Field(description="what the score is the sum of, by name")] = {}
    runner_up: Annotated[str | None, Field(description="event_id of the next best event")] = None
    sentence: Annotated[str, Field(description="why it belongs here, in a sentence")]


class Reasons(Model):
    """`ruleset`: the version of the rules that decided. `fields`: by name, how the value was chosen, `rules`: the name of the rule,
    and `behind`: what is told of it, by whom, in order of time. `links`, `edits`, `copies`: one sentence each. `histories`: each number
    by claimant, in order of time.
    """

    event_id: Annotated[str, Field(description="the event")]
    title: Annotated[str, Field(description="its title")]
    ruleset: Annotated[str, Field(description="version of the rules that decided")]
    fields: Annotated[dict[str, str], Field(description="by field: how its value was chosen, in a sentence")]
    rules: Annotated[dict[str, str], Field(description="by field: the name of the rule")] = {}
    behind: Annotated[dict[str, tuple[Said, ...]], Field(description="by field: what is told of it, by whom, in order of time")] = {}
    contradictions: Annotated[tuple[Contradiction, ...], Field(description="where its claims contradict each other")] = ()
    histories: Annotated[
        dict[str, dict[str, tuple[Said, ...]]], Field(description="by number, by claimant: what was said, in order of time")
    ] = {}
    support: Annotated[str, Field(description="how many articles, publishers and lineages tell it, in a sentence")]
    copies: Annotated[tuple[str, ...], Field(description="which articles share their text, a sentence each")] = ()
    links: Annotated[tuple[str, ...], Field(description="how it hangs together with others, a sentence each")] = ()
    edits: Annotated[tuple[str, ...], Field(description="what editors ordered, a sentence each")] = ()
    mentions: Annotated[tuple[MentionReason, ...], Field(description="why each mention belongs to it")] = ()


def reasons(event: CanonicalEvent, mention_id: str | None = None, derived: Iterable[Link] = ()) -> Reasons:
    """Why the event is as it is, and why each of its mentions belongs to it, or that one alone. `derived`: its relations to others.

    Raises:
        KeyError: the event has no such mention.
    """
    mentions = [one for one in event.mentions if mention_id in {None, one.mention_id}]
    if mention_id is not None and not mentions:
        raise KeyError(mention_id)
    chosen = {"status": _status(event), "when": _when(event, event.when), "where": _where(event)}
    numbers = {_slot(quantity): _number(event, quantity) for quantity in event.quantities}
    return Reasons(
        event_id=event.event_id,
        title=event.title,
        ruleset=event.ruleset,
        fields=chosen | numbers,
        rules=event.chosen,
        behind=_behind(event),
        contradictions=contradictions(event),
        histories=histories(event),
        support=_support(event),
        copies=tuple(_copy(shared, event) for shared in event.copies),
        links=tuple(_link(link) for link in (*event.links, *derived)),
        edits=tuple(_edit(edit) for edit in event.edits),
        mentions=tuple(_mention(one) for one in mentions),
    )


def _behind(event: CanonicalEvent) -> dict[str, tuple[Said, ...]]:
    """The claims by field; of a number, those that it cites."""
    fields = {field: sayings(event, field) for field in ("status", "when", "where")}
    for quantity in event.quantities:
        told = sayings(event, f"quantities.{quantity.measure}")
        fields[_slot(quantity)] = tuple(one for one in told if one.claim_id in quantity.claim_ids)
    return {field: told for field, told in fields.items() if told}


def _slot(quantity: Quantity) -> str:
    return f"quantities.{'/'.join(filter(None, (quantity.measure, quantity.party)))}"


def _mention(one: EventMention) -> MentionReason:
    why = one.membership
    return MentionReason(
        mention_id=one.mention_id,
        outlet=one.outlet,
        quote=one.evidence.quote,
        rule=why.rule if why else None,
        score=why.score if why else None,
        features=why.features if why else {},
        runner_up=why.runner_up if why else None,
        sentence=_belonging(one),
    )


def _belonging(one: EventMention) -> str:
    why, teller = one.membership, f"{one.outlet} ({_day(one.published)})"
    if why is None:
        return f"{teller} tells it; why it belongs here was not recorded."
    other = f" Else it would have been told of {why.runner_up}." if why.runner_up else ""
    other += f" An editor's command, {why.edit_id}, says with what it goes." if why.edit_id else ""
    if why.rule == ALONE:
        return f"{teller} tells it, and nothing else here is like it.{other}"
    features = ", ".join(f"{name} {value:+g}" for name, value in why.features.items())
    return f"{teller} tells the same {_listed(why.rule.split('+'))}: {why.score:g} points ({features}).{other}"


def _status(event: CanonicalEvent) -> str:
    steps = _listed(
        [f"{step.status} ({step.known_at:%Y-%m-%d})" if step.known_at else step.status for step in event.status_history], "then"
    )
    return f"{event.status}: {steps or 'nothing of it is left'}. {_rule(event, 'status', 'life-cycle')}"


def _rule(event: CanonicalEvent, field: str, default: str) -> str:
    """The rule that the event names, in words; of events from before rules were named, the usual one."""
    return " ".join(RULES.get(part, part) for part in event.chosen.get(field, default).split("/"))


def contradiction(found: Contradiction) -> str:
    """Which values, by whom, when."""
    said = "; ".join(f"{one.value} by {one.by} ({f'{one.at:%Y-%m-%d %H:%M}' if one.at else 'no date'})" for one in found.said)
    return f"{'rising' if found.rising else 'contradicted'}: {said}."


def _when(event: CanonicalEvent, when: When) -> str:
    if when.start is None and when.end is None:
        return "no text gives a date."
    days = " to ".join(dict.fromkeys(day for day in (when.start, when.end) if day))
    basis = f"read from “{when.basis.expression}”" if when.basis.expression else "no words tell it; the day of the report stands for it"
    anchor = f", counted from {when.basis.anchor}" if when.basis.anchor else ""
    return f"{days} ({when.precision}), {basis}{anchor}. Exact dates come before rough ones. {_rule(event, 'when', 'most-lineages')}"


def _where(event: CanonicalEvent) -> str:
    names = _listed([f"{place.name} ({place.precision})" for place in event.where])
    return f"{names}. {_rule(event, 'where', 'most-telling')}" if names else "no text names a place."


def _number(event: CanonicalEvent, quantity: Quantity) -> str:
    homes = {one.article_id: one for one in event.mentions}
    claims = {claim.claim_id: claim for claim in event.claims}
    cited = [claims[name] for name in quantity.claim_ids if name in claims]
    told = [
        f"{home.outlet} ({_day(home.published)}): “{claim.evidence.quote}”"
        for claim in cited
        if (home := homes.get(claim.evidence.article_id))
    ]
    span = f"{quantity.low} to {quantity.high}, best {quantity.best}" if quantity.low != quantity.high else f"{quantity.best}"
    rule = _rule(event, _slot(quantity), "agreed" if quantity.low == quantity.high else "latest-told")
    return f"{span}. {rule} Told by {'; '.join(told) or 'nobody who is named'}."


def _support(event: CanonicalEvent) -> str:
    counts = event.corroboration
    return (
        f"{counts.articles} articles of {counts.publishers} publishers, {counts.lineages} of them independent; copies of a text count once."
    )


def _copy(shared: SharedText, event: CanonicalEvent) -> str:
    outlets = {one.article_id: one.outlet for one in event.mentions}
    one, other = (outlets.get(name, name) for name in (shared.article_id, shared.other_id))
    return f"{one} ({shared.article_id}) shares {shared.sentences} sentences with {other} ({shared.other_id})."


def _edit(edit: EventEdit) -> str:
    what = f" {edit.field} to {edit.value}" if edit.field else ""
    return f"{edit.editor} ({edit.given_at:%Y-%m-%d %H:%M}) ordered to {edit.action}{what}: {edit.reason} [{edit.edit_id}]"


def _link(link: Link) -> str:
    return f"{link.relation.replace('_', ' ')} {link.event_id}: {link.reason}."


def _day(published: Published) -> str:
    moment = published.earliest or published.latest
    return f"{moment:%Y-%m-%d}" if moment else "no date"


def _listed(parts: Iterable[str], word: str = "and") -> str:
    every = list(parts)
    return f" {word} ".join(part for part in (", ".join(every[:-1]), *every[-1:]) if part)
