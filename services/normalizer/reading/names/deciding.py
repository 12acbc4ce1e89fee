"""Whether a name that is both a place and a power acts here or is where things happen: by the words around it."""

from __future__ import annotations

from services.normalizer.reading.names.lexicon import Lexicon
from services.normalizer.reading.names.named import As
from services.normalizer.reading.names.text import Text

_ACTING_ENDS = ("ed",)  # "Russia launched": a past tense right after a name makes it the subject

_SMALL = frozenset(("for", "of", "on", "in", "at", "over", "about", "to", "from", "with", "by", "against", "and", "that"))
_OWNED = 4  # "Kyiv's main children's hospital": words from the town to what it has


class Cues:
    def __init__(self, text: Text, lexicon: Lexicon) -> None:
        self._text = text
        self._sets = lexicon.sets
        self._titles = lexicon.titles

    def reading(self, first: int, last: int, previous: As | None) -> As:
        """`previous`: what the name right before ("Kyiv and", "Geneva,") was read as, None where there is none."""
        before, after = self._before(first), self._text.key(last)
        sets = self._sets
        if before in sets["place_beside"] or before in sets["sides"]:
            return "place"
        if before == "from" and self._text.key(first - 2) in sets["sent_by"] and self._text.joined[first - 2]:
            return "actor"
        if before in sets["place_before"] and not (before in sets["either_before"] and self._acts(last, after)):
            return "place"
        if before in sets["actor_before"] or self._acts(last, after):
            return "actor"
        return previous or "either"

    def of_a_blow(self, first: int, last: int) -> bool:
        """As in "the Tripoli strikes": behind an article a town only tells which."""
        return self._text.key(first - 1) == "the" and self._text.gap(last - 1).isspace() and self._text.key(last) in self._sets["blows"]

    def of_a_town(self, last: int) -> bool:
        """As in "Kyiv's main children's hospital": what stands in the town, within a few words."""
        text = self._text
        if text.gap(last - 1) not in ("'", "’") or text.key(last) != "s":
            return False
        owned = range(last + 1, min(last + 1 + _OWNED, text.size))
        upto = next((at for at in owned if text.key(at) in _SMALL or not text.joined[at - 1]), owned.stop)
        return any(text.key(at) in self._sets["town_things"] for at in range(last + 1, upto))

    def _before(self, first: int) -> str:
        """The word before, past an article; "" across a full stop or a comma."""
        at = first - 1
        if self._text.key(at) == "the":
            at -= 1
        return self._text.key(at) if at >= 0 and self._text.joined[at] else ""

    def _acts(self, last: int, after: str) -> bool:
        gap = self._text.gap(last - 1)
        if gap in ("'", "’"):
            return after == "s" or not after
        if gap == "-":
            return after in self._sets["leading"]
        if gap.isspace() and self._titles.begins(after) and self._titles.at(self._text, last):
            return True  # "Pentagon spokesman"
        return gap.isspace() and (
            after in self._sets["actor_after"] or (after.endswith(_ACTING_ENDS) and after not in self._sets["not_acting"])
        )
