"""`Names`: the compiled lexicon, and finding names with it."""

from __future__ import annotations

import datetime as dt
from functools import cache

from schemas.events import Participant, Place
from services.normalizer.reading.names.choosing import likeliest
from services.normalizer.reading.names.drafts import Draft
from services.normalizer.reading.names.finishing import Finish
from services.normalizer.reading.names.lexicon import Lexicon, compile_lexicon
from services.normalizer.reading.names.named import Named
from services.normalizer.reading.names.text import Text, phrase_key
from services.normalizer.reading.names.walk import Walk


class Names:
    """Finds people, states, bodies and places. Immutable once made, so one is shared by a process."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    @classmethod
    def load(cls) -> Names:
        """The lexicon of the package, compiled once in a process.

        Raises:
            OSError, yaml.YAMLError, pydantic.ValidationError: a file of the lexicon is missing or broken.
        """
        return _loaded()

    def find(self, body: str, published: dt.date | None) -> tuple[Named, ...]:
        """Every name of the body, in order, none overlapping another. Offices are resolved as of `published`."""
        text = Text.of(body)
        drafts = Walk(text, self._lexicon, self._lexicon.titles, published).run()
        return Finish(text, self._lexicon, drafts, published).run()

    def land(self, code: str | None) -> Place | None:
        """The land of the state of that ISO 3166-1 code, with the coordinates of its capital; None where the code is none of a state."""
        senses = self._lexicon.states.get(code or "", ())
        return senses[-1].place if senses else None

    def state_on(self, code: str, day: dt.date | None) -> Participant | None:
        """The state of that ISO 3166-1 code on that day: Soviet Union for RU in 1987; None where the code is none of a state."""
        return self._lexicon.state(code, day)

    def participant(self, name: str) -> Participant | None:
        """The actor of that name in any spelling ("Kiev", "Zelenskiy", "the Houthis"), or None."""
        key = phrase_key(name).removeprefix("the ")
        actor = next((s.actor for s in self._lexicon.phrases.get(key, ()) if s.actor and s.until is None), None)
        if actor is not None:
            return actor
        people = self._lexicon.people.get(key, ())
        ranks = self._lexicon.ranks
        return max(people, key=lambda p: (*p.rank_on(None, ranks), p.participant.name)).participant if people else None

    def place(self, name: str) -> Place | None:
        """The likeliest place of that name, or None."""
        key = phrase_key(name).removeprefix("the ")
        senses = self._lexicon.phrases.get(key, ()) + self._lexicon.city(key)
        found = likeliest(Draft(0, 0, "name", senses, reading="place"), {}, frozenset(), cued=True, crowded=False)
        best = found or next((s for s in senses if s.place), None)
        return best.place if best else None


@cache
def _loaded() -> Names:
    return Names(compile_lexicon())
