"""Actors and places in the part that they play: the same few are told again and again, so each is made once."""

from __future__ import annotations

from functools import lru_cache

from schemas.events import Participant, ParticipantRole, Place, PlaceRole

KEPT = 4096


@lru_cache(maxsize=KEPT)
def in_role(actor: Participant, role: ParticipantRole) -> Participant:
    """The actor, as one who plays this part."""
    return actor.model_copy(update={"role": role})


@lru_cache(maxsize=KEPT)
def as_place(place: Place, role: PlaceRole) -> Place:
    """The place, in this part."""
    return place.model_copy(update={"role": role})
