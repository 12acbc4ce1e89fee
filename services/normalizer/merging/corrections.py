"""What editors set of an event: each field as the latest correction in force says, with the editor as the claim's speaker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from schemas.base import sha256
from schemas.edits import Edit
from schemas.events import CanonicalEvent, Claim, Corroboration, EventEdit, Evidence, Quantity, Speaker, StatusEntry, When

from .rulings import Command, Rulings
from .told import Told

EDITOR = "editor"  # the rule by which a corrected field was chosen
CLAIMS = uuid5(NAMESPACE_URL, "daybook/edit")
BLANK: dict[str, Any] = dict.fromkeys(("status_history", "where", "participants", "quantities", "claims", "links", "copies"), ())
BLANK |= {"status": "retracted", "when": When(), "details": {}, "chosen": {}, "corroboration": Corroboration(), "evidenced": None}


def facts_by_event(groups: Mapping[str, Sequence[Told]], rulings: Rulings) -> dict[str, tuple[Command, ...]]:
    """Corrections and retractions by event: each goes to the event that has most of the mentions that it names, of equals to the one
    that has the first.
    """
    home = {one.mention.mention_id: event_id for event_id, group in groups.items() for one in group} if rulings.facts else {}
    found: dict[str, tuple[Command, ...]] = {}
    for command, those in rulings.facts:
        homes = Counter(home[name] for name in those if name in home)  # in the order of the mentions, which breaks ties
        if homes:
            event_id = homes.most_common(1)[0][0]
            found[event_id] = (*found.get(event_id, ()), command)
    return found


def edits_of(group: Iterable[Told], facts: Iterable[Command], rulings: Rulings) -> tuple[EventEdit, ...]:
    """Every command that holds for an event, in the order given; corrections and retractions only where they apply."""
    ties = (
        command for one in group for command in rulings.named.get(one.mention.mention_id, ()) if command.edit.action in {"merge", "split"}
    )
    held = {command.edit.edit_id: command for command in (*ties, *facts)}
    return tuple(_told(command.edit) for command in sorted(held.values(), key=lambda command: command.seq))


def is_retracted(facts: Iterable[Command]) -> bool:
    return any(command.edit.action == "retract" for command in facts)


def corrected(event: CanonicalEvent, facts: Sequence[Command]) -> CanonicalEvent:
    """The event as editors corrected it; every correction adds its claim, whether or not a later one sets the same field."""
    for edit in (command.edit for command in facts if command.edit.action == "correct"):
        claim = claim_of(edit)
        said = {"claims": (*event.claims, claim), "chosen": {**event.chosen, str(edit.field): EDITOR}}
        event = event.model_copy(update={**_set(event, edit, claim), **said})
    return event


def claim_of(edit: Edit) -> Claim:
    """What an editor says of a field. The command is the document, its reason the quote."""
    evidence = Evidence(
        article_id=edit.edit_id,
        revision=1,
        start=0,
        end=len(edit.reason),
        quote=edit.reason,
        quote_sha256=sha256(edit.reason),
        pattern_id="edit",
        edit_id=edit.edit_id,
    )
    return Claim(
        claim_id=str(uuid5(CLAIMS, edit.edit_id)),
        speaker=Speaker(name=edit.editor, role="editor"),
        attribution="direct",
        field=str(edit.field),
        value=edit.value,
        evidence=evidence,
    )


def _set(event: CanonicalEvent, edit: Edit, claim: Claim) -> dict[str, Any]:
    name, _, part = str(edit.field).partition(".")
    value = edit.told()
    if name == "status":
        step = StatusEntry(status=value, known_at=edit.given_at, claim_id=claim.claim_id)
        return {"status": value, "status_history": (*event.status_history, step)}
    if name == "quantities":
        return {"quantities": _numbers(event.quantities, part, value, claim.claim_id)}
    if name == "details":
        return {"details": dict(sorted((event.details | {part: value}).items()))}
    return {name: value}


def _numbers(quantities: Sequence[Quantity], slot: str, value: int | None, claim_id: str) -> tuple[Quantity, ...]:
    """The number set is the best; what others tell stays as range and claims. None: there is no such number."""
    measure, _, party = slot.partition("/")
    held = {(quantity.measure, quantity.party or ""): quantity for quantity in quantities}
    before = held.pop((measure, party), Quantity(measure=measure, party=party or None))
    if value is not None:
        span = [number for number in (before.low, before.high, value) if number is not None]
        new = {"low": min(span), "best": value, "high": max(span), "claim_ids": (*before.claim_ids, claim_id)}
        held[measure, party] = before.model_copy(update=new)
    return tuple(held[key] for key in sorted(held))


def _told(edit: Edit) -> EventEdit:
    return EventEdit.model_validate(edit.model_dump(include=set(EventEdit.model_fields)))
