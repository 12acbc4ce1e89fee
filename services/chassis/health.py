"""Health: parts of a process say whether they are ready; `health_routes.py` passes it on."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field


class Ready(BaseModel):
    """What `/readyz` answers: each part, and why it is not ready. `notes`: what keeps no part from its work, and wants seeing to."""

    ready: Annotated[bool, Field(description="all parts are")]
    parts: Annotated[dict[str, str], Field(description="each part, and why it is not ready")]
    notes: Annotated[dict[str, str], Field(description="what keeps no part from its work, and wants seeing to")] = {}


class Health:
    """A process is ready when every part that it expects has said that it is, and none has taken it back."""

    def __init__(self, *parts: str) -> None:
        self._reasons: dict[str, str | None] = dict.fromkeys(parts, "starting")
        self._notes: dict[str, str] = {}

    def set(self, part: str, *, reason: str | None = None) -> None:
        """Mark a part as ready, or as not ready for a reason."""
        self._reasons[part] = reason

    def note(self, part: str, text: str | None) -> None:
        """Say something of a part that does not keep it from being ready; None: there is nothing to say any more."""
        if text:
            self._notes[part] = text
        else:
            self._notes.pop(part, None)

    def forget(self, part: str) -> None:
        """This part is no longer expected."""
        self._reasons.pop(part, None)
        self._notes.pop(part, None)

    def ready(self) -> Ready:
        """The state of the whole process."""
        parts = {part: reason or "ready" for part, reason in self._reasons.items()}
        return Ready(ready=not any(self._reasons.values()), parts=parts, notes=dict(self._notes))
