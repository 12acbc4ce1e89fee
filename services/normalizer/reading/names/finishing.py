"""Drafts to `Named`: chooses senses and places, decides readings, and takes countries from the surroundings."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from schemas.events import Participant, Place
from services.normalizer.reading.names.choosing import LARGE, likeliest, spoken_of, sure_countries, unmistakable
from services.normalizer.reading.names.deciding import Cues
from services.normalizer.reading.names.drafts import Draft
from services.normalizer.reading.names.geography import Geography
from services.normalizer.reading.names.lexicon import Lexicon
from services.normalizer.reading.names.named import As, Named
from services.normalizer.reading.names.senses import Sense
from services.normalizer.reading.names.text import Text, phrase_key

_STOP = re.compile(r"[a-z0-9)%”\"]{3}[.!?]['\"”’)]*\s|\n\s*\n")
_LINKS = frozenset((", ", " and ", " or ", ", and ", " & ", "-", "–", "/", ", the ", " and the "))
_CHAINS = frozenset((", ", " (", ",\n"))
_HYPHENS = frozenset(("-", "‑", "‐"))
_TOWN_OF = 4  # "the eastern Ukrainian city of X": words from the land to the town, most
_CITY = 4  # letters of a city's name, least: "US" in capitals is no dateline
_DATELINE = 90  # characters into a story, most


class Finish:
    def __init__(self, text: Text, lexicon: Lexicon, drafts: Sequence[Draft], day: dt.date | None) -> None:
        self.text, self.lexicon, self.drafts, self.day = text, lexicon, drafts, day
        self.seen = spoken_of(drafts)
        self.cues, self.geography = Cues(text, lexicon), Geography(text, lexicon)
        self.dropping = lexicon.sets["dropping"]

    def run(self) -> tuple[Named, ...]:
        self._settle_strangers()
        found: list[Named] = []
        for i, draft in enumerate(self.drafts):
            before = self._linked(found[-1], draft) if found else None
            chained = self._countries_after(i) or self._country_before(i, found) or self._land_of_the_town(i)
            named = None if self._dropped(draft) else self._named(draft, chained, before)
            if named is not None:
                found.append(named)
        return tuple(found)

    # ------------------------------------------------------------------------------------------------------- one name

    def _named(self, draft: Draft, chained: frozenset[str], previous: As | None) -> Named | None:
        if not draft.senses:
            return self._make(draft, draft.actor, draft.place, draft.reading or "actor", draft)
        actor = next((s for s in draft.senses if s.actor and s.kind != "capital"), None) or self._capital(draft)
        place = self._place(draft, chained)
        if actor and place and place.place and actor.kind == "state" and place.kind not in ("state", "seat"):
            actor = None  # Georgia beside Atlanta is no government
        if actor is None and place is None:
            return None
        return self._read(draft, actor, place, previous)

    def _place(self, draft: Draft, chained: frozenset[str]) -> Sense | None:
        places = [s for s in draft.senses if s.place]
        if not places or (len(places) == 1 and unmistakable(places[0])):
            return places[0] if places else None
        cued = self.geography.cued(draft.first) or self._of_a_meeting(draft)
        return likeliest(draft, self.seen, chained, cued=cued, crowded=self._crowded(draft))

    def _read(self, draft: Draft, actor: Sense | None, place: Sense | None, previous: As | None) -> Named:
        reading: As = "actor" if place is None else "place"
        if actor and place:
            struck = place.kind == "city" and (self.cues.of_a_blow(draft.first, draft.last) or self.cues.of_a_town(draft.last))
            located = struck or draft.reading == "place" or self._dateline(draft)
            reading = "place" if located else self.cues.reading(draft.first, draft.last, previous)
        who = self._of_its_day(actor) if actor and reading != "place" else None
        where = self._spelt(draft, place) if place and reading != "actor" else None
        return self._make(draft, who, where, reading, actor or place or draft)

    def _spelt(self, draft: Draft, sense: Sense) -> Place | None:
        """A village keeps the spelling of the text where it differs from the gazetteer's; a great city has one name."""
        if sense.place is None or sense.kind != "city" or sense.weight >= LARGE or phrase_key(sense.place.name) == draft.key:
            return sense.place
        start, end = self.text.span(draft.first, draft.last)
        name = " ".join(self.text.body[start:end].split())
        return sense.place if name.isupper() else sense.place.model_copy(update={"name": name})

    def _make(self, draft: Draft, actor: Participant | None, place: Place | None, reading: As, shape: Sense | Draft) -> Named:
        start, end = self.text.span(draft.first, draft.last)
        form = shape.form if isinstance(shape, Draft) or draft.form == "name" else draft.form
        return Named(start, end, self.text.body[start:end], actor, place, reading, form, draft.title)

    def _capital(self, draft: Draft) -> Sense | None:
        return next((s for s in draft.senses if s.kind == "capital" and s.holds(self.day)), None)

    def _of_its_day(self, sense: Sense) -> Participant | None:
        """A seat of government speaks for the state that sat there on that day."""
        if sense.kind == "seat" and sense.actor and sense.actor.country:
            return self.lexicon.state(sense.actor.country, self.day) or sense.actor
        return sense.actor

    def _dropped(self, draft: Draft) -> bool:
        """As in "London-based", "pro-Russian", "the Druzhba pipeline": the name belongs to the word beside it."""
        gap = self.text.gap(draft.last - 1) if draft.senses else ""
        if draft.senses and self.text.gap(draft.first - 1) in _HYPHENS and self.text.key(draft.first - 1) in self.lexicon.sets["siding"]:
            return True
        if gap == " " and all(s.kind in {"city", "region"} for s in draft.senses):
            return self.text.key(draft.last) in self.lexicon.sets["things"]
        return gap.lstrip(".") in _HYPHENS and self.text.key(draft.last) in self.dropping

    def _crowded(self, draft: Draft) -> bool:
        """As in "Lincoln Center", "Abraham Lincoln": a capitalised word of no list right beside it."""
        text, openers = self.text, self.lexicon.openers
        after, before = draft.last, draft.first - 1
        if (
            after < text.size
            and text.joined[after - 1]
            and text.capital[after]
            and text.gap(after - 1).isspace()
            and not self._starts(after)
        ):
            return text.keys[after] not in openers
        beside = before >= 0 and text.joined[before] and text.capital[before] and not self._ends(before)
        return beside and text.keys[before] not in openers

    def _of_a_meeting(self, draft: Draft) -> bool:
        """As in "the Venice summit"."""
        return self.text.key(draft.last) in self.lexicon.sets["happenings"]

    def _starts(self, at: int) -> bool:
        return at in self._firsts or self.lexicon.titles.begins(self.text.keys[at])

    def _ends(self, at: int) -> bool:
        return at in self._lasts or self.lexicon.titles.begins(self.text.keys[at])

    def _dateline(self, draft: Draft) -> bool:
        """In capitals at the very start: KYIV, Ukraine (AP)."""
        start, end = self.text.span(draft.first, draft.last)
        letters = sum(c.isalpha() for c in self.text.body[start:end])
        return end < _DATELINE and letters >= _CITY and self.text.body[:end].isupper()

    # ---------------------------------------------------------------------------------------------------- surroundings

    def _countries_after(self, i: int) -> frozenset[str]:
        """Where the place named next may be: "Tripoli, Lebanon", "Athens, Georgia"."""
        following = self.drafts[i + 1] if i + 1 < len(self.drafts) else None
        if following is None or following.first != self.drafts[i].last or self.text.gap(following.first - 1) not in _CHAINS:
            return frozenset()
        return frozenset(s.place.country for s in following.senses if s.place and s.place.country and s.kind in ("state", "region"))

    def _country_before(self, i: int, found: Sequence[Named]) -> frozenset[str]:
        """Where the place named just before is, if this name is to tell: the Georgia of "Athens, Georgia"."""
        before = found[-1] if found and i else None
        draft = self.drafts[i]
        if before is None or before.place is None or before.place.country is None or self.drafts[i - 1].last != draft.first:
            return frozenset()
        here = {s.place.country for s in draft.senses if s.place and s.kind in ("state", "region")}
        return frozenset({before.place.country} & here) if self.text.gap(draft.first - 1) in _CHAINS and len(here) > 1 else frozenset()

    def _land_of_the_town(self, i: int) -> frozenset[str]:
        """As in "the Lebanese village of Qana": the land that the word before the kind of place tells."""
        before, draft = self.drafts[i - 1] if i else None, self.drafts[i]
        if before is None or draft.first - before.last > _TOWN_OF or not any(s.form == "adjective" for s in before.senses):
            return frozenset()
        between = self.text.keys[before.last : draft.first]
        told = between[-1:] == ["of"] and not self.lexicon.sets["settlements"].isdisjoint(between)
        return frozenset(sure_countries(before)) if told else frozenset()

    def _linked(self, before: Named, draft: Draft) -> As | None:
        """How the name right before was read, if the two stand in one list."""
        start = self.text.starts[draft.first]
        return before.reading if before.end < start and start - before.end < 12 and self.text.body[before.end : start] in _LINKS else None  # noqa: PLR2004

    def _settle_strangers(self) -> None:
        self._firsts = frozenset(d.first for d in self.drafts)
        self._lasts = frozenset(d.last - 1 for d in self.drafts)
        self._of_person: dict[str, list[Draft]] = {}
        for d in self.drafts:
            if d.actor is not None and d.actor.type == "person":
                self._of_person.setdefault(d.actor.name, []).append(d)
        if not any(d.adrift for d in self.drafts):
            return
        sentence, numbers = 0, []
        for i, d in enumerate(self.drafts):
            if i and _STOP.search(self.text.body, self.text.ends[self.drafts[i - 1].last - 1] - 3, self.text.starts[d.first]):
                sentence += 1
            numbers.append(sentence)
        for i, d in enumerate(self.drafts):
            if d.adrift:
                self._settle(i, d, numbers)

    def _settle(self, i: int, draft: Draft, numbers: Sequence[int]) -> None:
        if draft.place is not None:
            draft.place = draft.place.model_copy(update={"country": self._nearest_country(i)})
            return
        near = {c for j in self._neighbours(i) if j != i and numbers[j] == numbers[i] for c in sure_countries(self.drafts[j])}
        if draft.actor is not None and draft.actor.country is None and len(near) == 1:
            self._settle_everywhere(draft.actor, near.pop())

    def _settle_everywhere(self, person: Participant, country: str) -> None:
        """Later bare surnames are of the same country as the introduction."""
        settled = person.model_copy(update={"country": country})
        for d in self._of_person.get(person.name, ()):
            if d.actor is not None and d.actor.country is None:
                d.actor = settled

    def _neighbours(self, i: int) -> range:
        return range(max(0, i - 8), min(len(self.drafts), i + 9))

    def _distance(self, i: int, j: int) -> int:
        """Characters between two names."""
        first, second = self.drafts[min(i, j)], self.drafts[max(i, j)]
        return self.text.starts[second.first] - self.text.ends[first.last - 1]

    def _nearest_country(self, i: int) -> str | None:
        """Of the next few names, the nearest that is in one country; else the country most spoken of."""
        order = sorted(self._neighbours(i), key=lambda j: self._distance(i, j))
        for j in order:
            countries = {
                s.place.country for s in self.drafts[j].senses if s.place and s.place.country and (s.weight > 10**5 or s.kind == "state")
            }
            if j != i and len(countries) == 1:
                return countries.pop()
        return max(self.seen, key=lambda c: (self.seen[c], c), default=None)
