"""A name on its way to being `Named`: its words are known, what it means here may still be open."""

from __future__ import annotations

from msgspec import Struct

from schemas.events import Participant, Place
from services.normalizer.reading.names.named import As, Form
from services.normalizer.reading.names.senses import Sense


class Draft(Struct):
    """Words first to last (exclusive). Either `senses` are to be chosen from, or `actor` and `place` are settled."""

    first: int
    last: int
    form: Form
    senses: tuple[Sense, ...] = ()
    actor: Participant | None = None
    place: Place | None = None
    reading: As | None = None
    title: str | None = None
    key: str = ""
    adrift: bool = False  # found by pattern: its country is still to be taken from its surroundings

    @property
    def owner(self) -> str | None:
        """The state (code) or body (name) that an office beside this name belongs to."""
        actors = (
            [self.actor] if self.actor else [s.actor for s in self.senses if s.kind in ("state", "adjective", "seat", "body", "capital")]
        )
        actor = next((a for a in actors if a), None)
        if actor is None or actor.type == "person":
            return None
        return actor.country if actor.type == "state" else actor.name
