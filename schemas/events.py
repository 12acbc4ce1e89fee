"""`CanonicalEvent`: one happening, merged across articles, every field traced to claims and every claim to a quote."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from schemas.articles import Published
from schemas.base import Instant, Iso2, Model, Moment, Precision, Revision, Sha256

Status = Literal["proposed", "scheduled", "postponed", "ongoing", "occurred", "declined", "cancelled", "disputed", "retracted"]
STATUSES: dict[Status, str] = {
    "proposed": "somebody has offered or demanded it; nobody has agreed",
    "scheduled": "it is agreed or announced, and still to come",
    "postponed": "it was put off; a new date may be known",
    "ongoing": "it has begun, and is not over",
    "occurred": "it has happened",
    "declined": "whoever was asked refused",
    "cancelled": "it was called off",
    "disputed": "somebody who would know denies that it happened",
    "retracted": "nobody tells it any more, or an editor says that it did not happen",
}
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

    article_id: Annotated[str, Field(description="the article that says so")]
    revision: Revision
    start: Annotated[int, Field(description="where the quote begins, in code points of the body")]
    end: Annotated[int, Field(description="where it ends, exclusive")]
    quote: Annotated[str, Field(description="the very words")]
    quote_sha256: Sha256
    pattern_id: Annotated[str, Field(description="the rule that found it")]
    edit_id: Annotated[str | None, Field(description="the editor's command that says so")] = None


class Basis(Model):
    """The words a date was read from, and what they were counted from (an ISO date, or None)."""

    expression: Annotated[str | None, Field(description="the words, as they stand in the text")] = None
    anchor: Annotated[str | None, Field(description="the date that they were counted from")] = None


class When(Model):
    """Inclusive; local to the place. "Overnight" runs from the evening's date to the morning's."""

    start: Annotated[Moment | None, Field(description="first day, or instant")] = None
    end: Annotated[Moment | None, Field(description="last day, or instant, inclusive")] = None
    precision: Annotated[Precision, Field(description="how exactly the texts tell it")] = "unknown"
    basis: Basis = Basis()


class Place(Model):
    """A place of an event, resolved where the gazetteer knows it."""

    name: Annotated[str, Field(description="canonical name")]
    country: Iso2 | None = None
    lat: Annotated[float | None, Field(description="degrees north, WGS 84")] = None
    lon: Annotated[float | None, Field(description="degrees east, WGS 84")] = None
    geonameid: Annotated[int | None, Field(description="its number in GeoNames")] = None
    role: Annotated[
        PlaceRole, Field(description="where it is held; one of several places where it may be held; what was struck; where it came from")
    ] = "venue"
    precision: Annotated[PlacePrecision, Field(description="what sort of place it is")] = "unknown"
    within: Annotated[tuple[str, ...], Field(description="names of the places that contain it, nearest first")] = ()


class Participant(Model):
    """Who took part, and how."""

    name: Annotated[str, Field(description="canonical name")]
    type: Annotated[ParticipantType, Field(description="what sort of actor it is")]
    country: Iso2 | None = None
    role: Annotated[ParticipantRole, Field(description="slot of the event's kind that it fills")] = "party"


class Quantity(Model):
    """A number and what it counts. Numbers that differ stay apart, as claims and as a range."""

    measure: Annotated[str, Field(description="drones, missiles, drones_downed, killed, wounded, prisoners, bodies, …")]
    party: Annotated[str | None, Field(description="whose: the receiver of bodies, the side of the dead")] = None
    low: Annotated[int | None, Field(description="at least so many")] = None
    best: Annotated[int | None, Field(description="the number to show where only one is wanted")] = None
    high: Annotated[int | None, Field(description="at most so many")] = None
    claim_ids: Annotated[tuple[str, ...], Field(description="the claims that tell it")] = ()


class Speaker(Model):
    """Who says so, as the text names them."""

    name: Annotated[str | None, Field(description="canonical name; null where nobody is named")] = None
    role: Annotated[str | None, Field(description="office or description: a military spokesman")] = None
    anonymous: Annotated[bool, Field(description="the text withholds the name")] = False
    count: Annotated[int, Field(ge=1, description="three sources: 3")] = 1


class Claim(Model):
    """What one speaker says of one field of one event."""

    claim_id: Annotated[str, Field(description="UUID version 5 of article, rule, field, where the words stand, and value")]
    speaker: Annotated[Speaker | None, Field(description="who says so; null: the article itself")] = None
    via: Annotated[str | None, Field(description="who relayed it: an agency, state media")] = None
    attribution: Annotated[Attribution, Field(description="quoted; reported; told by the article itself; read from a document")] = (
        "narration"
    )
    modality: Annotated[Modality, Field(description="whether it is said to be so, planned, offered, demanded, denied or only supposed")] = (
        "asserted"
    )
    polarity: Annotated[Literal["positive", "negative"], Field(description="negative: said not to be so")] = "positive"
    field: Annotated[str, Field(description="status, when, where, participants, quantities.<measure>, details.<name>")]
    value: Annotated[JsonValue, Field(description="what it says, in the form of that field")]
    evidence: Annotated[Evidence, Field(description="the words that say so")]


class Membership(Model):
    """Why a mention belongs to its event."""

    rule: Annotated[str, Field(description="the rule of merging that decided; `alone`: the event has no other mention")]
    score: Annotated[float, Field(description="how alike it is to the most alike other mention of the event; 0 where it is alone")]
    features: Annotated[dict[str, float], Field(description="what the score is made of, by name")] = {}
    runner_up: Annotated[str | None, Field(description="event_id of the next best event")] = None
    edit_id: Annotated[str | None, Field(description="the editor's command that put it here, or keeps it from elsewhere")] = None


class EventMention(Model):
    """Where an article tells this event."""

    mention_id: Annotated[str, Field(description="as in `Mention`")]
    article_id: Annotated[str, Field(description="the article that tells it")]
    revision: Revision
    url: Annotated[str | None, Field(description="the article's own address")] = None
    outlet: Annotated[str, Field(description="who published it")]
    published: Published
    status: Annotated[Status, Field(description="the state that this text tells")]
    evidence: Annotated[Evidence, Field(description="the words that evoke the event")]
    membership: Annotated[Membership | None, Field(description="why it belongs here")] = None


class StatusEntry(Model):
    """One step of an event's life, in order of what was known when."""

    status: Annotated[Status, Field(description="the state from then on")]
    known_at: Annotated[Instant | None, Field(description="publication of the article that first said so")] = None
    claim_id: Annotated[str, Field(description="the claim that says so")]


class Evidenced(Model):
    """How much evidence there is in all. An event carries `mentions` and `claims` up to a bound; the rest stands in the readings."""

    mentions: Annotated[int, Field(description="how many mentions")]
    claims: Annotated[int, Field(description="how many claims")]
    digest: Annotated[Sha256, Field(description="of all mentions, with article and revision, in canonical order")]


class Corroboration(Model):
    """Three different numbers; only lineages corroborate. A rewritten wire story is a second article of one lineage."""

    articles: Annotated[int, Field(description="how many articles tell it")] = 0
    publishers: Annotated[int, Field(description="of how many outlets")] = 0
    lineages: Annotated[int, Field(description="how many texts of independent origin")] = 0


class SharedSpan(Model):
    """Where a sentence of one article stands, and where its like in another: both in code points of the body."""

    start: Annotated[int, Field(description="begin in the one article")]
    end: Annotated[int, Field(description="end in the one article, exclusive")]
    other_start: Annotated[int, Field(description="begin in the other")]
    other_end: Annotated[int, Field(description="end in the other, exclusive")]


class SharedText(Model):
    """Why an article is of the same lineage as another: the sentences that the two share."""

    article_id: Annotated[str, Field(description="the one article")]
    other_id: Annotated[str, Field(description="the earliest article of a text that is in it")]
    sentences: Annotated[int, Field(description="how many they share")]
    spans: Annotated[tuple[SharedSpan, ...], Field(description="the first of them; none of what was read before places were kept")] = ()


class Link(Model):
    """How an event hangs together with another, and what says so."""

    event_id: Annotated[str, Field(description="the other event")]
    relation: Annotated[
        Literal["follows", "prepares", "part_of", "has_part", "alternative_to"], Field(description="what this event is to the other")
    ]
    reason: Annotated[str, Field(description="why, in a few words")]


class Codes(Model):
    """Codes of PLOVER, CAMEO and ACLED, derived from kind and status by the kind's card."""

    plover: Annotated[str | None, Field(description="event category of PLOVER")] = None
    cameo: Annotated[str | None, Field(description="code of CAMEO, with its leading zero")] = None
    acled: Annotated[str | None, Field(description="sub-event type of ACLED, else its event type")] = None


class EventEdit(Model):
    """An editor's command that holds for this event. Of two that contradict each other the later one does."""

    edit_id: Annotated[str, Field(description="as in `Edit`")]
    action: Annotated[Literal["merge", "split", "correct", "retract"], Field(description="what was ordered")]
    editor: Annotated[str, Field(description="who gave the command")]
    reason: Annotated[str, Field(description="why, in the editor's words")]
    given_at: Annotated[Instant, Field(description="when the command was given")]
    field: Annotated[str | None, Field(description="of a correction: the field")] = None
    value: Annotated[JsonValue, Field(description="of a correction: what the field holds")] = None


class CanonicalEvent(Model):
    """One happening: the state that all that was told of it so far makes."""

    event_id: Annotated[str, Field(description="minted once; lives as long as the event, and resolves for ever after a merge")]
    kind: Annotated[str, Field(description="summit, strike, prisoner_exchange, body_exchange; an installation may have more")]
    revision: Revision = 1
    title: Annotated[str, Field(description="made from the fields, for people; may change with any revision")]
    recorded_at: Annotated[Instant | None, Field(description="log time of the record that caused this revision")] = None
    merged_into: Annotated[str | None, Field(description="event_id of the event that this one is a part of now; null while it lives")] = (
        None
    )
    ruleset: Annotated[str, Field(description="version of the rules that merged it")]
    status: Annotated[Status, Field(description="where the happening stands in its life")]
    status_history: Annotated[tuple[StatusEntry, ...], Field(description="how it came to stand there")] = ()
    when: Annotated[When, Field(description="when it happens")] = When()
    where: Annotated[tuple[Place, ...], Field(description="where it happens, by role")] = ()
    participants: Annotated[tuple[Participant, ...], Field(description="who takes part, by role")] = ()
    quantities: Annotated[tuple[Quantity, ...], Field(description="numbers told of it")] = ()
    details: Annotated[dict[str, JsonValue], Field(description="the kind's own payload")] = {}
    claims: Annotated[tuple[Claim, ...], Field(description="who says what of which field")] = ()
    mentions: Annotated[tuple[EventMention, ...], Field(description="the articles that tell it, each where it does")] = ()
    corroboration: Corroboration = Corroboration()
    links: Annotated[tuple[Link, ...], Field(description="what texts tell of how it hangs together with others")] = ()
    codes: Codes = Codes()
    evidenced: Annotated[Evidenced | None, Field(description="how many mentions and claims there are in all")] = None
    copies: Annotated[tuple[SharedText, ...], Field(description="the first pairs of articles by which lineages hold together")] = ()
    chosen: Annotated[dict[str, str], Field(description="by field: the rule by which its value was chosen of what is told")] = {}
    edits: Annotated[tuple[EventEdit, ...], Field(description="in the order in which they were given")] = ()
