"""Where the claims of an event contradict each other: which field, which values, by whom, when. A function of the event alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import Field, JsonValue

from schemas.base import Instant, Model
from schemas.events import CanonicalEvent, Claim

REFUSED = frozenset({"declined", "cancelled", "disputed"})
HELD = frozenset({"occurred", "ongoing"})
ROUGH = frozenset({"month", "year", "week", "unknown"})


class Said(Model):
    """One value, by one claimant, at one time."""

    value: Annotated[JsonValue, Field(description="what is said, in the form of that field")]
    by: Annotated[str, Field(description="the speaker, else who relayed it, else the outlet")]
    at: Annotated[Instant | None, Field(description="publication of the article, or when an editor's command was given")] = None
    claim_id: Annotated[str, Field(description="the claim")]


class Contradiction(Model):
    """A field of which claims say what cannot all be so. `said` in order of time."""

    field: Annotated[str, Field(description="status, when, attacker, quantities.<measure> or quantities.<measure>/<party>")]
    values: Annotated[tuple[JsonValue, ...], Field(description="each once, in the order in which they were first said")]
    rising: Annotated[bool, Field(description="of a number: none is lower than one before it, as a toll that rises")] = False
    said: tuple[Said, ...]


class _Heard(NamedTuple):
    """What becomes a `Said` where it contradicts anything: most claims do not, and a timeline asks of every event."""

    value: JsonValue
    claim: Claim


def contradictions(event: CanonicalEvent) -> tuple[Contradiction, ...]:
    """The contradictions among an event's claims, by field. What merely changed is none: a plan that was held, a date put off."""
    told: dict[str, list[Claim]] = defaultdict(list)
    for claim in event.claims:
        told[claim.field.partition(".")[0]].append(claim)
    found = _numbers(told["quantities"]) if len(told["quantities"]) > 1 else {}  # of what is told once nothing is contradicted
    found |= {field: of(event, told[part]) for field, of, part in _OTHERS if len(told[part]) > 1}
    apart = sorted(field for field, heard in found.items() if len(heard) > 1 and len({repr(one.value) for one in heard}) > 1)
    if not apart:
        return ()
    homes = _Homes(event)
    return tuple(_one(field, homes.said(found[field])) for field in apart)


def histories(event: CanonicalEvent) -> dict[str, dict[str, tuple[Said, ...]]]:
    """Each number's history by claimant, in order of time: field to claimant to what it said."""
    found: dict[str, dict[str, tuple[Said, ...]]] = {}
    homes = _Homes(event)
    for field, heard in sorted(_numbers(_claims(event, "quantities")).items()):
        by: dict[str, list[Said]] = defaultdict(list)
        for said in homes.said(heard):
            by[said.by].append(said)
        found[field] = {name: tuple(rows) for name, rows in sorted(by.items())}
    return found


def sayings(event: CanonicalEvent, field: str) -> tuple[Said, ...]:
    """All that is said of one field, in order of time. Of quantities, the value is the number."""
    return _Homes(event).said([_Heard(_plain(claim, field), claim) for claim in _claims(event, field)])


def _plain(claim: Claim, field: str) -> JsonValue:
    return claim.value if (number := _number(claim)[1]) is None or not field.startswith("quantities") else number


def _one(field: str, said: tuple[Said, ...]) -> Contradiction:
    numbers = [one.value for one in said if isinstance(one.value, int)]
    rising = len(numbers) == len(said) and numbers == sorted(numbers)
    return Contradiction(field=field, values=tuple(_values(said)), rising=rising, said=said)


def _values(said: Sequence[Said]) -> list[JsonValue]:
    return list({repr(one.value): one.value for one in said}.values())


def _when_said(one: Said) -> tuple[bool, str, str]:
    return (one.at is None, one.at.isoformat() if one.at else "", one.claim_id)


def _numbers(claims: Iterable[Claim]) -> dict[str, list[_Heard]]:
    found: dict[str, list[_Heard]] = defaultdict(list)
    for claim in claims:
        slot, number = _number(claim)
        if number is not None:
            found[slot].append(_Heard(number, claim))
    return found


def _number(claim: Claim) -> tuple[str, int | None]:
    """Slot and number of a claim: an article's is a quantity, an editor's the number itself."""
    value = claim.value
    if not isinstance(value, dict):
        return claim.field, value if isinstance(value, int) else None
    party = value.get("party")
    return f"{claim.field}/{party}" if party else claim.field, _best(value)


def _best(value: dict[str, Any]) -> int | None:
    for name in ("best", "high", "low"):
        if isinstance(number := value.get(name), int):
            return number
    return None


def _status(_event: CanonicalEvent, claims: Sequence[Claim]) -> list[_Heard]:
    """Held against refused or disputed."""
    values = {str(claim.value) for claim in claims}
    if values.isdisjoint(REFUSED) or values.isdisjoint(HELD):
        return []
    return [_Heard(claim.value, claim) for claim in claims if claim.value in REFUSED | HELD]


def _when(event: CanonicalEvent, claims: Sequence[Claim]) -> list[_Heard]:
    """Exact dates that do not meet, unless the event was put off."""
    if all(claim.value == claims[0].value for claim in claims) or any(step.status == "postponed" for step in event.status_history):
        return []
    known = [(days, claim) for claim in claims if (days := _days(claim.value))]
    if not known or min(days[1] for days, _ in known) >= max(days[0] for days, _ in known):
        return []
    return [_Heard(" to ".join(dict.fromkeys(days)), claim) for days, claim in known]


def _days(value: Any) -> tuple[str, ...]:
    if not isinstance(value, dict) or value.get("precision") in ROUGH:
        return ()
    start, end = value.get("start") or value.get("end"), value.get("end") or value.get("start")
    return (str(start)[:10], str(end)[:10]) if start else ()


def _attackers(_event: CanonicalEvent, claims: Sequence[Claim]) -> list[_Heard]:
    found = []
    for claim in claims:
        value = claim.value
        if isinstance(value, dict) and value.get("role") == "attacker":
            found.append(_Heard(value.get("country") or value.get("name"), claim))
    return found


_OTHERS = (("status", _status, "status"), ("when", _when, "when"), ("attacker", _attackers, "participants"))


def _claims(event: CanonicalEvent, field: str) -> Iterator[Claim]:
    parts = f"{field}."
    return (claim for claim in event.claims if claim.field == field or claim.field.startswith(parts))


class _Homes:
    """Where an event's claims come from: by which outlet or editor, and when."""

    def __init__(self, event: CanonicalEvent) -> None:
        self._outlets = {one.article_id: (one.outlet, one.published.earliest or one.published.latest) for one in event.mentions}
        self._given = {one.edit_id: (one.editor, one.given_at) for one in event.edits}

    def said(self, heard: Sequence[_Heard]) -> tuple[Said, ...]:
        """What was heard, with who said it, in order of time."""
        return tuple(sorted((self._said(one.value, one.claim) for one in heard), key=_when_said))

    def _said(self, value: JsonValue, claim: Claim) -> Said:
        outlet, at = self._given.get(claim.evidence.edit_id or "") or self._outlets.get(claim.evidence.article_id) or ("unknown", None)
        speaker = claim.speaker.name or claim.speaker.role if claim.speaker else None
        return Said(value=value, by=speaker or claim.via or outlet, at=at, claim_id=claim.claim_id)
