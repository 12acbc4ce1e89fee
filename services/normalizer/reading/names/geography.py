"""Places by the words around them: "Poltava region", "Beirut airport", "the village of X", and what marks a place."""

from __future__ import annotations

from msgspec.structs import replace

from schemas.events import Place
from services.normalizer.reading.names.drafts import Draft
from services.normalizer.reading.names.lexicon import Lexicon
from services.normalizer.reading.names.matching import Hit, longest
from services.normalizer.reading.names.senses import Sense
from services.normalizer.reading.names.text import Text

Step = tuple[Draft | None, int]
_MOST_WORDS = 4
_LONGEST_SITE = 4
_APPOSED = 4  # words between a stranger and "town", most
_ENDS = frozenset(("of", "in", "from", "at", "on", "who", "which", "with", "to"))


class Geography:
    def __init__(self, text: Text, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon
        words = lexicon.sets
        self._before, self._inside, self._sides = words["place_before"] | words["attacked_before"], words["place_beside"], words["sides"]
        self._kinds, self._regions, self._sites = words["settlements"], words["regions"], words["sites"]
        self._houses = words["houses"]
        self._blows, self._borders = words["happenings"], words["borders"]
        self._gates, self._posts = words["gates"] | words["posts"], words["posts"]
        self._fillers, self._never = words["site_fillers"], words["not_in_a_persons_name"]

    def cued(self, first: int) -> bool:
        """Whether a place is to be expected here: after "in", "near", "the city of", "eastern"."""
        before = self.text.key(first - 1)
        if before == "the":
            before = self.text.key(first - 2)
        if before == "of":
            return (
                self.text.key(first - 2) in self._kinds
                or self.text.key(first - 2) in self._regions
                or self.text.key(first - 2) in self._sides
            )
        return before in self._before or before in self._inside or before in self._sides or before in self._kinds

    def wider(self, hit: Hit) -> Step | None:
        """What a name makes with the word after it: a region, a site of a city, a capital."""
        at = hit.last
        if at >= self.text.size or not self.text.joined[at - 1]:
            return None
        if self.text.keys[at] == "capital":
            return self._capital(hit)
        return self._region(hit) or self._site(hit)

    def _capital(self, hit: Hit) -> Step | None:
        actor = next((s.actor for s in hit.senses if s.kind == "adjective" and s.actor and s.actor.country), None)
        key = self.lexicon.capitals.get(actor.country or "") if actor else None
        found = [s.place for s in self.lexicon.city(key) if s.place and actor and s.place.country == actor.country] if key else []
        return (Draft(hit.first, hit.last + 1, "adjective", place=found[0], reading="place"), hit.last + 1) if found else None

    def _region(self, hit: Hit) -> Step | None:
        if self.text.keys[hit.last] not in self._regions:
            return None
        start, end = self.text.span(hit.first, hit.last + 1)
        own = self.text.body[start:end] if self.text.keys[hit.last] in self.lexicon.sets["districts"] else None
        senses = tuple(self._as_region(s, own) for s in hit.senses if s.place and s.kind in ("city", "region"))
        return (Draft(hit.first, hit.last + 1, "name", senses, reading="place", key=hit.key), hit.last + 1) if senses else None

    def _as_region(self, sense: Sense, own: str | None) -> Sense:
        """The region named after a city; a district keeps its own words, as it may be one of another town."""
        place = sense.place
        if place is None or place.precision == "region":
            return replace(sense, risky=False)
        wide = place.model_copy(
            update={"name": own or f"{place.name} region", "precision": "region", "geonameid": None, "within": place.within[-1:]}
        )
        return replace(sense, kind="region", place=wide, risky=False)

    def _site(self, hit: Hit) -> Step | None:
        """As in "Beirut International Airport": a site in that city."""
        cities = [s for s in hit.senses if s.kind in ("city", "region") and s.place]
        last = self._site_end(hit.last) if cities else None
        if last is None:
            return None
        if self.text.keys[last - 1] in self._houses and "'" not in self.text.gap(hit.last - 1):
            return self._found(hit.first, last, "site"), last
        start, end = self.text.span(hit.first, last)
        name = " ".join(self.text.body[start:end].split())
        senses = tuple(replace(s, kind="site", risky=False, place=_site_in(name, s.place)) for s in cities if s.place)
        return Draft(hit.first, last, "venue", senses, reading="place", key=hit.key), last

    def _site_end(self, at: int) -> int | None:
        """The word after "International Airport", "air base", "Palace"; None where no site follows."""
        for i in range(at, min(at + _LONGEST_SITE, self.text.size)):
            if not self.text.joined[i - 1]:
                return None
            if self.text.keys[i] in self._sites:
                return i + 1
            if self.text.keys[i] not in self._fillers:
                return None
        return None

    # -------------------------------------------------------------------------------------------- places of no list

    def of_kind(self, at: int) -> Step | None:
        """As in "The village of Al-Masara", "the towns of X": a settlement by its kind."""
        if self.text.keys[at] not in self._kinds or self.text.key(at + 1) != "of" or at + 2 >= self.text.size:
            return None
        if longest(self.text, at + 2, self.lexicon):
            return None
        last = self._run(at + 2)
        return (self._found(at + 2, last, "city"), last) if last > at + 2 else None

    def crossing(self, at: int) -> Step | None:
        """As in "the Abu Xendin crossing", "the al-Xville border post": a gate between two lands, whatever its name."""
        last = end = self._run(at)
        if last == at or not self.text.joined[last - 1] or self.text.keys[at] in self.lexicon.openers:
            return None
        end += self.text.key(end) in self._borders and self.text.joined[end]
        if self.text.key(end) not in self._gates or (end == last and self.text.key(end) in self._posts):
            return None
        return self._found(at, last, "site"), end + 1

    def stranger(self, at: int) -> Step | None:
        """A name of no list that is a region by the word after it, or stands where only a place can."""
        if self.text.keys[at] in self.lexicon.openers:
            return None
        last = self._run(at)
        if last == at or last >= self.text.size:
            return None
        if self.text.joined[last - 1] and self.text.keys[last] in self._regions and not self.text.capital[last] and last - at < _MOST_WORDS:
            return self._found(at, last, "region"), last + 1
        placed = self.text.key(at - 1) in self._inside or self._struck(at) or self._described(last)
        if placed and self._chained(last):
            return self._found(at, last, "city"), last
        return None

    def _struck(self, at: int) -> bool:
        """As in "shelling of Xville", "an air strike on Xville"."""
        before, verb = self.text.key(at - 1), self.text.key(at - 2)
        return before in ("on", "of") and verb in self._blows and not (before == "of" and verb in ("attack", "attacks"))

    def _described(self, last: int) -> bool:
        """As in "Xville, a town on the border", "Xville, a mountainous district of …"."""
        if not self.text.gap(last - 1).startswith(", ") or self.text.key(last) not in ("a", "an", "the"):
            return False
        near = self.text.keys[last + 1 : last + 1 + _APPOSED]
        kinds = [i for i, key in enumerate(near) if key in self._kinds and key not in ("state", "base")]
        return bool(kinds) and not any(key in _ENDS for key in near[: kinds[0]])

    def _chained(self, last: int) -> bool:
        """Followed by ", Ukraine" or by nothing of its own name: "near Xville on Monday"."""
        return not (self.text.joined[last - 1] and self.text.capital[last])

    def _run(self, at: int) -> int:
        i = at
        while i < self.text.size and i - at < _MOST_WORDS and (i == at or self.text.joined[i - 1]):
            inner = (
                self.text.keys[i] in ("al", "el", "ed", "ad", "ez", "es", "as", "ash", "ar")
                and i + 1 < self.text.size
                and self.text.capital[i + 1]
            )
            if not (self.text.capital[i] or inner) or self.text.keys[i] in self._never or self.text.keys[i] in self._regions:
                break
            i += 1
        return i

    def _found(self, first: int, last: int, precision: str) -> Draft:
        start, end = self.text.span(first, last)
        name = " ".join(self.text.body[start:end].split())
        place = Place.model_validate({"name": name, "precision": precision})
        return Draft(first, last, "name", place=place, reading="place", adrift=True)


def _site_in(name: str, city: Place) -> Place:
    inside = (city.name, *city.within)
    return city.model_copy(update={"name": name, "precision": "site", "geonameid": None, "within": inside})
