"""One pass over the words of a text, which drafts its names. At each word the rules are tried in a fixed order."""

from __future__ import annotations

import datetime as dt
from itertools import compress
from operator import or_

from schemas.events import Participant
from services.normalizer.reading.names.drafts import Draft
from services.normalizer.reading.names.geography import Geography
from services.normalizer.reading.names.lexicon import Lexicon
from services.normalizer.reading.names.matching import Hit, longest, may_begin
from services.normalizer.reading.names.persons import Persons
from services.normalizer.reading.names.presenting import Presented
from services.normalizer.reading.names.senses import Sense
from services.normalizer.reading.names.text import Text
from services.normalizer.reading.names.titles import Title, Titles

Step = tuple[Draft | None, int]
_POSSESSIVE = frozenset(("'", "’"))
_HYPHENS = frozenset(("-", "‑", "–"))
_NAMED = 3  # words
_LONGEST = 60  # characters of a word; the longest name of a town has 58
_OF_A_LINE, _LINK = frozenset({"bin", "ibn", "bint"}), 2  # "bin Khalid"
_OF_A_HOUSE = _OF_A_LINE | {"al"}
_GOVERNING = ("state", "adjective", "seat", "capital")


class Walk:
    def __init__(self, text: Text, lexicon: Lexicon, titles: Titles, day: dt.date | None) -> None:
        self.text, self.lexicon, self.titles, self.day = text, lexicon, titles, day
        self.persons = Persons(text, lexicon, titles, day)
        self.geography = Geography(text, lexicon)
        self.drafts: list[Draft] = []
        self.presented = Presented(text, lexicon, self.drafts)
        self._forces = lexicon.forces

    def run(self) -> list[Draft]:
        after, lively = 0, self.lexicon.lively
        begins = map(or_, self.text.capital, map(lively.__contains__, self.text.keys))
        for at in compress(range(self.text.size), begins):
            if at < after:
                continue
            draft, after = self._step(at)
            if draft is not None and all(len(key) <= _LONGEST for key in self.text.keys[draft.first : draft.last]):
                self.drafts.append(draft)
        return self.drafts

    def _step(self, at: int) -> Step:
        if self.persons.introduced and (draft := self._by_two_surnames(at)):
            return draft, draft.last
        if (draft := self._by_halves(at)) is not None:
            return draft, draft.last
        hit = longest(self.text, at, self.lexicon) if may_begin(self.text, at, self.lexicon) else None
        title = self.titles.at(self.text, at) if self.titles.begins(self.text.keys[at]) else None
        if title and (hit is None or hit.last <= title.last):
            return self._titled(title)
        if hit is not None:
            return self._hit(hit)
        if self.text.capital[at]:
            return self._unknown(at)
        return self.geography.of_kind(at) or (None, at + 1)

    def _by_two_surnames(self, at: int) -> Draft | None:
        """As in "Castro Ruiz" after "Luis Castro Ruiz": both names of the family, even where the first of them is a town."""
        text = self.text
        if at + 1 >= text.size or text.keys[at + 1] not in self.persons.introduced or not text.joined[at] or text.gap(at) != " ":
            return None
        key = f"{text.keys[at]} {text.keys[at + 1]}"
        person = self.persons.introduced.get(key)
        return self._as_person(at, at + 2, person, key) if person and text.capital[at] and text.capital[at + 1] else None

    def _by_halves(self, at: int) -> Draft | None:
        """As in "North and South Korean officials", "Sino-Indian talks", "Indo-Pak talks": a land told by a part of its name."""
        text = self.text
        code = self.lexicon.words["halves"].get(text.keys[at])
        if code and _HYPHENS & {text.gap(at), text.gap(at - 1)} and self._beside_a_land(at):
            return Draft(at, at + 1, "adjective", (Sense("adjective", "adjective", self.lexicon.state(code, self.day)),), key=text.keys[at])
        if text.key(at + 1) != "and" or text.keys[at] not in self.lexicon.sets["sides"]:
            return None
        own, twin = (f"{text.keys[n]} {text.key(at + 3)}" for n in (at, min(at + 2, text.size - 1)))
        senses = self.lexicon.phrases.get(own, ())
        whole = bool(senses) and twin in self.lexicon.phrases and senses[0].kind in {"state", "adjective"}
        return Draft(at, at + 1, senses[0].form, senses, key=own) if whole else None

    def _beside_a_land(self, at: int) -> bool:
        """Whether a land stands on the other side of the hyphen."""
        other = at + 1 if self.text.gap(at) in _HYPHENS else at - 1
        senses = self.lexicon.phrases.get(self.text.key(other), ())
        return self.text.key(other) in self.lexicon.words["halves"] or any(s.kind in {"state", "adjective"} for s in senses)

    # ---------------------------------------------------------------------------------------------------- titles

    def _titled(self, title: Title) -> Step:
        title = self._with_honorific(title)
        before = self._beside(title.first)
        owner = (before.owner if before else None) or self.titles.state_of(self.text, title) or self._of_counterpart(title.first)
        if title.last < self.text.size and self.text.joined[title.last - 1]:
            found = self._person(title.last, owner, title)
            if found is not None:
                found.title = self._title_text(title, before)
                return found, found.last
        if title.office is None or title.changed:
            return None, title.last
        return self._of_someone(title) or self._by_someone(title, before, owner)

    def _with_honorific(self, title: Title) -> Title:
        """As in "National Security Adviser Dr. X": a lone title without an office between an office and its holder."""
        at = title.last
        if title.office is None or at >= self.text.size or not self.text.joined[at - 1] or not self.text.capital[at]:
            return title
        behind = self.titles.at(self.text, at) if self.titles.begins(self.text.keys[at]) else None
        alone = behind is not None and behind.office is None and behind.last == at + 1 and not behind.changed
        return Title(title.first, at + 1, title.office, title.changed) if alone else title

    def _of_counterpart(self, at: int) -> str | None:
        """As in "his Mongolian counterpart, President X": whose president he is stands before the comma."""
        last = self.drafts[-1] if self.drafts else None
        told = self.text.key(at - 1) in self.lexicon.sets["counterparts"] and self.text.gap(at - 1) == ", "
        return last.owner if last is not None and told and last.last == at - 1 else None

    def _by_someone(self, title: Title, before: Draft | None, owner: str | None) -> Step:
        """As in "The Russian president", "Ukraine's foreign minister", "the Kremlin leader": one name with the word before."""
        holder = self._holder(title, owner)
        if holder is None or before is None or self.titles.changes(self.text.key(before.first - 1)):
            return None, title.last
        self.drafts.pop()
        return Draft(before.first, title.last, "office", actor=holder, reading="actor"), title.last

    def _of_someone(self, title: Title) -> Step | None:
        """As in "The president of Russia", unless the name follows."""
        at = title.last
        if self.text.key(at) != "of" or not self.text.joined[at - 1] or at + 1 >= self.text.size:
            return None
        at += 2 if self.text.key(at + 1) == "the" else 1
        hit = longest(self.text, at, self.lexicon) if at < self.text.size else None
        owner = Draft(hit.first, hit.last, "name", hit.senses).owner if hit else None
        holder = self._holder(title, owner)
        if hit is None or holder is None or (hit.last < self.text.size and self.text.joined[hit.last - 1] and self.text.capital[hit.last]):
            return None
        return Draft(title.first, hit.last, "office", actor=holder, reading="actor"), hit.last

    def _holder(self, title: Title, owner: str | None) -> Participant | None:
        if owner is None or title.office is None:
            return None
        if title.office == "leader":
            return self.lexicon.offices.holder("leader", owner, self.day) or self.lexicon.offices.leader(owner, self.day)
        return self.lexicon.offices.holder(title.office, owner, self.day)

    def _beside(self, at: int) -> Draft | None:
        """The name right before this word, with a blank or 's between."""
        last = self.drafts[-1] if self.drafts else None
        if last is None:
            return None
        gap = at - last.last
        if gap == 0 and self.text.joined[at - 1]:
            return last
        return last if gap == 1 and self.text.keys[at - 1] == "s" and self.text.gap(at - 2) in _POSSESSIVE else None

    def _title_text(self, title: Title, before: Draft | None) -> str:
        first = before.first if before and before.owner and before.last == title.first else title.first
        start, end = self.text.span(first, title.last)
        return " ".join(self.text.body[start:end].split())

    # ---------------------------------------------------------------------------------------------------- people

    def _person(self, at: int, owner: str | None, title: Title) -> Draft | None:
        """The person named here, right after a title."""
        if not self.text.capital[at] and not may_begin(self.text, at, self.lexicon):
            return None
        hit, last = longest(self.text, at, self.lexicon), self.persons.run(at)
        if hit and hit.people and last <= hit.last:
            person = self.persons.known(hit.key, hit.people, owner, title)
            if person:
                return self._as_person(at, hit.last, person, hit.key)
        if (
            hit
            and not hit.people
            and (hit.stopped or hit.last >= last)
            and any(s.kind in (*_GOVERNING, "body", "stop") for s in hit.senses)
        ):
            return None
        if hit and hit.people and hit.last < last and " " in hit.key:
            person = self.persons.known(hit.key, hit.people, owner, title)
            if person:
                return self._as_person(at, hit.last, person, hit.key)
        if last <= at or not (self.text.capital[last - 1] or self.persons.second_syllable(at, last - 1)):
            return None
        owner = owner or self._owner_after(last)
        country = owner if owner and len(owner) == 2 else None  # noqa: PLR2004  # a state's code, not a body's name
        return Draft(at, last, "name", actor=self.persons.stranger(at, last, country), reading="actor", adrift=country is None)

    def _owner_after(self, at: int) -> str | None:
        """As in "Prime Minister X of Ruritania": whose minister a stranger is."""
        if self.text.key(at) != "of" or at + 1 >= self.text.size:
            return None
        at += 2 if self.text.key(at + 1) == "the" and at + 2 < self.text.size else 1  # "of the Philippines"
        hit = longest(self.text, at, self.lexicon)
        return Draft(hit.first, hit.last, "name", hit.senses).owner if hit else None

    def _as_person(self, first: int, last: int, person: Participant, key: str) -> Draft:
        last = self._with_fathers(last, key)
        return Draft(first, last, "surname" if key in self.lexicon.surnames else "name", actor=person, reading="actor", key=key)

    def _with_fathers(self, last: int, name: str) -> int:
        """As in "Hamad bin Khalid bin Ali Al Thani": behind a name that is known come a father's and a house's."""
        text, end = self.text, last
        line = _OF_A_LINE if _OF_A_LINE.isdisjoint(name.split()) else _OF_A_HOUSE
        while end + 1 < text.size and text.keys[end] in line and text.joined[end - 1] and text.joined[end] and text.capital[end + 1]:
            end += _LINK
        return end

    # ---------------------------------------------------------------------------------------------------- names

    def _hit(self, hit: Hit) -> Step:
        if hit.stopped or self._calendar(hit):
            return None, hit.last
        if hit.people:
            step = self._of_the_lexicon(hit)
            if step is not None:
                return step
        if not hit.senses:
            return self._unknown(hit.first)
        if hit.last - hit.first == 1 and self._first_name(hit):
            return self._unknown(hit.first)
        if hit.key in self.persons.introduced and not self.geography.cued(hit.first):
            draft = self._as_person(hit.first, hit.last, self.persons.introduced[hit.key], hit.key)
            return draft, draft.last
        return (
            self._force(hit)
            or self.geography.wider(hit)
            or (Draft(hit.first, hit.last, hit.senses[0].form, hit.senses, key=hit.key), hit.last)
        )

    def _calendar(self, hit: Hit) -> bool:
        """March is a town too, but no paper means it."""
        return (
            hit.key in self.lexicon.sets["not_in_a_persons_name"]
            and all(s.kind in ("city", "region") for s in hit.senses)
            and not hit.people
        )

    def _of_the_lexicon(self, hit: Hit) -> Step | None:
        last = self.persons.run(hit.first)
        turned = self.persons.otherwise_written(self.text.keys[hit.first : last]) if last == hit.first + _LINK else None
        if turned is not None and hit.last < last:
            return self._as_person(hit.first, last, turned, hit.key), last
        if last > hit.last and hit.key in self.lexicon.surnames and not longest(self.text, hit.last, self.lexicon):
            return None  # "Bush Street", "Biden Smith"
        if hit.senses and self.geography.cued(hit.first):
            return None
        if hit.key not in self.persons.introduced and any(s.kind == "body" for s in hit.senses):
            return None  # "Houthi prisoners" before any Mr Houthi
        person = self.persons.known(hit.key, hit.people)
        draft = self._as_person(hit.first, hit.last, person, hit.key) if person else None
        return (draft, draft.last) if draft else None

    def _first_name(self, hit: Hit) -> bool:
        """As in "Jordan Smith", but neither "Jordan Valley" nor "Jordan King Abdullah"."""
        if hit.key not in self.lexicon.given or any(s.kind == "adjective" for s in hit.senses):
            return False
        return self.persons.run(hit.first) > hit.last and not longest(self.text, hit.last, self.lexicon)

    def _force(self, hit: Hit) -> Step | None:
        """As in "Ukrainian air force", "the Israeli military", "Iran's foreign ministry": the state, in its own words."""
        actor = next((s.actor for s in hit.senses if s.kind in _GOVERNING and s.actor), None)
        at = hit.last
        if actor is None or at >= self.text.size:
            return None
        if self.text.key(at) == "s" and self.text.gap(at - 1) in _POSSESSIVE:
            at += 1
        if at >= self.text.size or not self.text.joined[at - 1]:
            return None
        size, title = self._forces.at(self.text, at), self.titles.at(self.text, at)
        if title and title.last > at + size:
            return None  # "Pakistan's army chief"
        return (Draft(hit.first, at + size, "office", actor=actor, reading="actor", key=hit.key), at + size) if size else None

    # -------------------------------------------------------------------------------------------------- strangers

    def _unknown(self, at: int) -> Step:
        """A capitalised word of no list: the first name of a stranger, a place by its kind, or nothing."""
        gate = self.geography.crossing(at)
        if gate is not None:
            return gate
        last = self.persons.run(at)
        if last - at > 1 and (self._told_as_person(at, last) or self.presented.as_person(at, last)):
            country = self._of_whom(at)
            person = self.persons.stranger(at, last, country)
            return Draft(at, last, "name", actor=person, reading="actor", adrift=country is None and self._described(last)), last
        if last - at == 1 and self.text.keys[at] in self.persons.introduced:
            person = self.persons.introduced[self.text.keys[at]]
            return self._as_person(at, last, person, self.text.keys[at]), last
        return self.geography.stranger(at) or (None, at + 1)

    def _of_whom(self, at: int) -> str | None:
        """As in "Ruritania's X Y": the code of the state before."""
        before = self._beside(at)
        owner = before.owner if before else None
        return owner if owner and len(owner) == 2 and before and before.last < at else None  # noqa: PLR2004  # a state's code

    def _told_as_person(self, at: int, last: int) -> bool:
        return (
            self.text.keys[at] in self.lexicon.given
            or self._of_a_family(at, last)
            or self._described(last)
            or self._announced(at)
            or self._travels(at, last)
        )

    def _travels(self, at: int, last: int) -> bool:
        """As in "X Y will visit Ruritania", "X Y flew to Rome": only people do so, where nothing but a name opens the sentence."""
        sets, key = self.lexicon.sets, self.text.key
        if last - at > _NAMED or self.text.keys[at] in self.lexicon.openers or (at > 0 and self.text.gap(at - 1).strip() == ""):
            return False
        return key(last) in sets["deeds_of_people"] or (key(last) == "will" and key(last + 1) in sets["plans_of_people"])

    def _of_a_family(self, at: int, last: int) -> bool:
        """As in "Hunter Biden": ends in a surname that is known, and begins with no common word."""
        end = self.text.keys[last - 1]
        return self.text.keys[at] not in self.lexicon.openers and (end in self.persons.introduced or end in self.lexicon.telling_surnames)

    def _described(self, last: int) -> bool:
        """As in "X Y, a spokesman for ...", "X Y, the region's governor"."""
        if last >= self.text.size or not self.text.gap(last - 1).startswith(", "):
            return False
        return any(self._title_at(i) for i in range(last, min(last + 4, self.text.size)))

    def _announced(self, at: int) -> bool:
        """As in "the mayor, X Y, said": the title stands before the comma."""
        if at == 0 or self.text.gap(at - 1) != ", ":
            return False
        titles = (self.titles.at(self.text, i) for i in range(max(at - 3, 0), at) if self.titles.begins(self.text.keys[i]))
        return any(title is not None and title.last == at for title in titles)

    def _title_at(self, at: int) -> bool:
        return self.titles.begins(self.text.keys[at]) and self.titles.at(self.text, at) is not None
