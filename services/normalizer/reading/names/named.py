"""What reading learns of a name: where it stands, whom or which place it means, and what it does there."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from schemas.events import Participant, Place

Form = Literal["name", "surname", "office", "adjective", "acronym", "venue", "demonym"]
As = Literal["actor", "place", "either"]


class Named(Struct, frozen=True):
    """One name in a body. Offsets count code points; `text == body[start:end]`, the name alone, without its title.

    `actor` and `place` are filled for what the name is or may be here: with reading "actor" there is no place, with
    "place" no actor, with "either" both. Roles are left at their defaults, as roles are a matter of events.
    """

    start: int
    end: int
    text: str
    actor: Participant | None
    place: Place | None
    reading: As
    form: Form
    title: str | None = None
