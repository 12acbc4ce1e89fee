"""What the API is asked, and what it answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, SecretStr, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from schemas.base import Model
from services.webhooks.signing import key_of
from services.webhooks.wanted import Wanted

LONGEST_URL = 2_000
LONGEST_DESCRIPTION = 500


def _is_secret(secret: SecretStr) -> SecretStr:
    key_of(secret.get_secret_value())
    return secret


def _start(given: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(given)
    except ValidationError:
        raise ValueError('write now, beginning, or a position such as {"events.strike.v1-0": 17}') from None


Offset = Annotated[int, Field(ge=0, le=2**62)]
Start = Annotated[Literal["now", "beginning"] | dict[str, Offset], WrapValidator(_start)]
State = Literal["unverified", "active", "paused", "gone"]
Deed = Literal["redeliver", "discard"]
GivenSecret = Annotated[SecretStr, AfterValidator(_is_secret), Field(description="`whsec_` and 24 to 64 bytes in base64; else one is made")]
Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL, description="where changes are posted")]
Description = Annotated[str, Field(max_length=LONGEST_DESCRIPTION, description="what it is for, in your words")]
_START = "`now`, `beginning`, or a position as the timeline tells it; what that does not name begins at its beginning"


class Registration(Wanted):
    """A new address, with filters. What is not known is refused, so that a slip of the pen does not let everything through."""

    model_config = ConfigDict(extra="forbid")

    url: Url
    description: Description = ""
    start: Annotated[Start, Field(alias="from", description=_START)] = "now"
    secret: GivenSecret | None = None

    @property
    def wanted(self) -> Wanted:
        return Wanted(**{name: getattr(self, name) for name in Wanted.model_fields})


class Change(Model):
    """What is to be otherwise; what is left out stays. Filters hold for what is queued from now on. Another url has to be verified."""

    model_config = ConfigDict(extra="forbid")

    url: Url | None = None
    description: Description | None = None
    kinds: Annotated[tuple[str, ...] | None, Field(description="kinds of event; empty: all")] = None
    statuses: Annotated[tuple[str, ...] | None, Field(description="statuses; empty: all")] = None
    countries: Annotated[tuple[str, ...] | None, Field(description="ISO 3166-1 alpha-2; empty: all")] = None
    participants: Annotated[tuple[str, ...] | None, Field(description="names or country codes; empty: all")] = None


class NewSecret(Model):
    """The next secret; without one it is made."""

    model_config = ConfigDict(extra="forbid")

    secret: GivenSecret | None = None


class Webhook(Model):
    """An address, and how it stands. Its secret is told only where it is given."""

    id: Annotated[str, Field(description="names the registration")]
    url: Annotated[str, Field(description="where changes are posted")]
    description: Annotated[str, Field(description="what it is for")]
    wanted: Wanted
    state: Annotated[State, Field(description="unverified until a ping was taken; gone: it said that it is")]
    reason: Annotated[str | None, Field(description="why it is in this state, where that needs saying")] = None
    created_at: Annotated[datetime, Field(description="when it was registered")]
    waiting: Annotated[int, Field(description="deliveries that wait or are under way")]
    dead: Annotated[int, Field(description="dead letters")]
    behind: Annotated[int, Field(description="partitions of which it still reads the log up to the present")]
    failures: Annotated[int, Field(description="failed deliveries in a row")]
    failing_since: Annotated[datetime | None, Field(description="when it first failed since it last took one")] = None
    resting_until: Annotated[datetime | None, Field(description="it asked for a pause until then")] = None
    old_secret_until: Annotated[datetime | None, Field(description="until then deliveries are signed with the former secret, too")] = None


class Registered(Webhook):
    """The only answer with the secret in it."""

    secret: Annotated[str, Field(description="what deliveries are signed with; told this once")]


class Secret(Model):
    """The new secret. Deliveries are signed with both until `old_secret_until`."""

    secret: Annotated[str, Field(description="the new one; told this once")]
    old_secret_until: Annotated[datetime | None, Field(description="until when the old one still signs")]


class Pinged(Model):
    """What came of a signed ping. One that is taken verifies the address."""

    taken: Annotated[bool, Field(description="whether it was")]
    state: Annotated[State, Field(description="how the address stands now")]
    status: Annotated[int | None, Field(description="what it answered; null: nothing")] = None
    said: Annotated[str, Field(description="what came of it, in words")]


class Delivery(Model):
    """A change that was, or is to be, delivered. `status` and `error` are of the last attempt."""

    delivery_id: Annotated[int, Field(description="its number")]
    webhook_id: Annotated[str, Field(description="the header `webhook-id`: the record's id, the same in each attempt")]
    event_id: Annotated[str, Field(description="the event")]
    position: Annotated[str, Field(description="where the record lies in the log: topic-partition@offset")]
    state: Annotated[Literal["waiting", "sending", "delivered", "dead", "discarded"], Field(description="where it stands")]
    attempts: Annotated[int, Field(description="how many were made")]
    due_at: Annotated[datetime | None, Field(description="when the next one is due")] = None
    changed_at: Annotated[datetime, Field(description="when it last moved")]
    status: Annotated[int | None, Field(description="what the address answered to the last one")] = None
    error: Annotated[str | None, Field(description="what went wrong with the last one")] = None


class Deliveries(Model):
    """The latest first; `next` is what to ask for as `before` to see earlier ones."""

    deliveries: tuple[Delivery, ...]
    next: Annotated[int | None, Field(description="`before` for the next page; null on the last one")] = None


class Done(Model):
    """How many deliveries were redelivered or discarded."""

    deliveries: Annotated[int, Field(description="how many")]
