"""Whether the words around a run of capitals present a person: an age, a bond, a fate, a family name by its ending."""

from __future__ import annotations

from collections.abc import Sequence

from services.normalizer.reading.names.drafts import Draft
from services.normalizer.reading.names.lexicon import Lexicon
from services.normalizer.reading.names.text import Text

# A name with an ending of its own needs so many letters more: "Azov" is none.
_STEM = 3
_AGED = frozenset(("old",))


class Presented:
    """The marks by which an article introduces somebody whom no list knows; each costs a few words beside the name."""

    def __init__(self, text: Text, lexicon: Lexicon, drafts: Sequence[Draft]) -> None:
        self.text, self.lexicon, self.drafts = text, lexicon, drafts
        self._before, self._bonds = lexicon.sets["person_before"], lexicon.sets["person_bonds"]
        self._endings = tuple(sorted(lexicon.sets["surname_endings"]))

    def as_person(self, first: int, last: int) -> bool:
        """Whether the run of words, two or more, is presented as a person; words that open sentences are no names."""
        if self.text.keys[first] in self.lexicon.openers:
            return False
        return self._led(first) or self._aged(last) or self._joined(first, last) or self._by_ending(last)

    def _led(self, first: int) -> bool:
        """As in "identified as X Y", "the 45-year-old X Y", "the jailed geologist X Y", "the remains of X Y", "two soldiers, X Y and …"."""
        gap, before, verb = self.text.gap(first - 1), self.text.key(first - 1), self.text.key(first - 2)
        if gap.strip() not in ("", ",") or first == 0:
            return False
        named = (
            gap == " "
            and verb in self._before
            and verb.endswith("ed")
            and before not in self.lexicon.openers
            and not self.text.capital[first - 1]
        )
        told = named or before in self._bonds or (gap == " " and (before in self._before or before in _AGED))
        return told or (before in ("as", "of") and gap == " " and (verb in self._before or verb in self._bonds))

    def _aged(self, last: int) -> bool:
        """As in "X Y, 45, was freed", "X Y (45)"."""
        age = self.text.key(last)
        years = age.isdigit() and len(age) == 2  # noqa: PLR2004 - nobody named in an exchange is a child of nine or a hundred
        return years and self.text.gap(last - 1) in (", ", " (") and self.text.gap(last)[:1] in (",", ")", ".")

    def _joined(self, first: int, last: int) -> bool:
        """As in "A B and X Y", "A B, 51, X Y and …": behind another person; behind a comma only if the list goes on."""
        near = self.drafts[-1] if self.drafts else None
        if near is None or near.actor is None or near.actor.type != "person" or near.form == "office":
            return False
        between = self.text.keys[near.last : first]
        if between == ["and"]:
            return self.text.gap(near.last - 1) in (" ", ", ")
        return (not between or (len(between) == 1 and between[0].isdigit())) and self.text.gap(first - 1) == ", " and self._listed(last)

    def _listed(self, last: int) -> bool:
        """Whether another name, or "and", follows."""
        after = self.text.gap(last - 1)
        return (after == " " and self.text.key(last) == "and") or (after == ", " and last < self.text.size and self.text.capital[last])

    def _by_ending(self, last: int) -> bool:
        """As in "Zurab Lomidze": a family name that its ending tells."""
        key = self.text.keys[last - 1]
        return any(key.endswith(end) and len(key) >= len(end) + _STEM for end in self._endings)
