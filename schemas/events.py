"""`CanonicalEvent`: one happening, merged across articles, every field traced to claims and every claim to a quote."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from schemas.articles import Published
from schemas.base import Instant, Iso2, Model, Moment, Precision, Revision, Sha256

Status = Literal["proposed", "scheduled", "postponed", "ongoing", "occurred", "declined", "cancelled", "disputed", "retracted"]
Modality = Literal["asserted", "planned", "offered", "demanded", "denied", "hypothetical"]
Attribution = Literal["direct", "indirect", "narration", "document"]
PlaceRole = Literal["venue", "candidate_venue", "target", "origin"]
PlacePrecision = Literal["site", "city", "region", "country", "sea", "unknown"]
ParticipantType = Literal["person", "state", "organisation"]
ParticipantRole = Literal["attendee", "host", "attacker", "target", "giver", "receiver", "released", "mediator", "party"]


class Evidence(Model):
    """The quote a value was read from: `quote == body[start:end]` of that revision of that article.

    Where an editor says it, the text is the command in `edits.v1`: `edit_id` and `article_id` are its id, `quote` is its reason.
    """

    article_id: str
    revision: Revision
    start: int
    end: int
    quote: str
    quote_sha256: Sha256
    pattern_id: str
    edit_id: Annotated[str | None, Field(description="the editor's command that says so")] = None


class Basis(Model):
    """The words a date was read from, and what they were counted from (an ISO date, or None)."""

    expression: str | None = None
    anchor: str | None = None


class When(Model):
    """Inclusive; local to the place. "Overnight" runs from the evening's date to the morning's."""

    start: Moment | None = None
    end: Moment | None = None
    precision: Precision = "unknown"
    basis: Basis = Basis()


class Place(Model):
    name: str
    country: Iso2 | None = None
    lat: float | None = None
    lon: float | None = None
    geonameid: int | None = None
    role: PlaceRole = "venue"
    precision: PlacePrecision = "unknown"
    within: Annotated[tuple[str, ...], Field(description="names of the places that contain it, nearest first")] = ()


class Participant(Model):
    name: Annotated[str, Field(description="canonical name")]
    type: ParticipantType
    country: Iso2 | None = None
    role: ParticipantRole = "party"


class Quantity(Model):
    """A number and what it counts. Numbers that differ stay apart, as claims and as a range."""

    measure: Annotated[str, Field(description="drones, missiles, drones_downed, killed, wounded, prisoners, bodies, …")]
    party: Annotated[str | None, Field(description="whose: the receiver of bodies, the side of the dead")] = None
    low: int | None = None
    best: int | None = None
    high: int | None = None
    claim_ids: tuple[str, ...] = ()


class Speaker(Model):
    name: str | None = None
    role: str | None = None
    anonymous: bool = False
    count: Annotated[int, Field(ge=1, description="three sources: 3")] = 1


class Claim(Model):
    """What one speaker says of one field of one event."""

    claim_id: str
    speaker: Speaker | None = None
    via: Annotated[str | None, Field(description="who relayed it: an agency, state media")] = None
    attribution: Attribution = "narration"
    modality: Modality = "asserted"
    polarity: Literal["positive", "negative"] = "positive"
    field: Annotated[str, Field(description="status, when, where, participants, quantities.<measure>, details.<name>")]
    value: JsonValue
    evidence: Evidence


class Membership(Model):
    """Why a mention belongs to its event."""

    rule: str
    score: float
    features: dict[str, float] = {}
    runner_up: str | None = None
    edit_id: Annotated[str | None, Field(description="the editor's command that put it here, or keeps it from elsewhere")] = None


class EventMention(Model):
    """Where an article tells this event."""

    mention_id: str
    article_id: str
    revision: Revision
    url: str | None = None
    outlet: str
    published: Published
    status: Status
    evidence: Evidence
    membership: Membership | None = None


class StatusEntry(Model):
    """One step of an event's life, in order of what was known when."""

    status: Status
    known_at: Annotated[Instant | None, Field(description="publication of the article that first said so")] = None
    claim_id: str


class Evidenced(Model):
    """How much evidence there is in all. An event carries `mentions` and `claims` up to a bound; the rest stands in the readings."""

    mentions: int
    claims: int
    digest: Annotated[Sha256, Field(description="of all mentions, with article and revision, in canonical order")]


class Corroboration(Model):
    """Three different numbers; only lineages corroborate. A rewritten wire story is a second article of one lineage."""

    articles: int = 0
    publishers: int = 0
    lineages: int = 0


class SharedSpan(Model):
    """Where a sentence of one article stands, and where its like in another: both in code points of the body."""

    start: int
    end: int
    other_start: int
    other_end: int


class SharedText(Model):
    """Why an article is of the same lineage as another: the sentences that the two share."""

    article_id: str
    other_id: Annotated[str, Field(description="the earliest article of a text that is in it")]
    sentences: Annotated[int, Field(description="how many they share")]
    spans: Annotated[tuple[SharedSpan, ...], Field(description="the first of them; none of what was read before places were kept")] = ()


class Link(Model):
    event_id: str
    relation: Literal["follows", "prepares", "part_of", "has_part", "alternative_to"]
    reason: str


class Codes(Model):
    """Codes of PLOVER, CAMEO and ACLED, derived from kind and status by the kind's card."""

    plover: str | None = None
    cameo: str | None = None
    acled: str | None = None


class EventEdit(Model):
    """An editor's command that holds for this event. Of two that contradict each other the later one does."""

    edit_id: str
    action: Literal["merge", "split", "correct", "retract"]
    editor: str
    reason: str
    given_at: Instant
    field: str | None = None
    value: JsonValue = None


class CanonicalEvent(Model):
    event_id: str
    kind: str
    revision: Revision = 1
    title: str
    recorded_at: Annotated[Instant | None, Field(description="log time of the record that caused this revision")] = None
    merged_into: str | None = None
    ruleset: str
    status: Status
    status_history: tuple[StatusEntry, ...] = ()
    when: When = When()
    where: tuple[Place, ...] = ()
    participants: tuple[Participant, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    details: dict[str, JsonValue] = {}
    claims: tuple[Claim, ...] = ()
    mentions: tuple[EventMention, ...] = ()
    corroboration: Corroboration = Corroboration()
    links: tuple[Link, ...] = ()
    codes: Codes = Codes()
    evidenced: Annotated[Evidenced | None, Field(description="how many mentions and claims there are in all")] = None
    copies: Annotated[tuple[SharedText, ...], Field(description="the first pairs of articles by which lineages hold together")] = ()
    chosen: Annotated[dict[str, str], Field(description="by field: the rule by which its value was chosen of what is told")] = {}
    edits: Annotated[tuple[EventEdit, ...], Field(description="in the order in which they were given")] = ()
