"""An article laid out for reading: sentences with their tokens, names, times, and the clauses they fall into."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TypeVar

from schemas.events import Place
from services.normalizer.reading import sentences as splitter
from services.normalizer.reading.clauses import borders_of
from services.normalizer.reading.datelines import is_dateline, opens_story, without_dateline
from services.normalizer.reading.governing import Name, at_home, in_its_clause, of_own_side, place_names
from services.normalizer.reading.grammar import grammar, phrases
from services.normalizer.reading.grammar import words as lexical
from services.normalizer.reading.headings import headings
from services.normalizer.reading.lazily import lazy
from services.normalizer.reading.names import Named, Names
from services.normalizer.reading.numbers import Count, find_counts
from services.normalizer.reading.phrases import Table
from services.normalizer.reading.speech_times import Time, place_times
from services.normalizer.reading.states import capitals
from services.normalizer.reading.status import Cued, find_cues
from services.normalizer.reading.times import Anchor, TimeExpression, find_times
from services.normalizer.reading.tokens import Token, fold, lows, placed, split

Part = TypeVar("Part", Named, TimeExpression)
Label = TypeVar("Label")
# Whoever holds an office at home is told so in so many sentences.
OPENING = 2
# A story names where it is told from in its first sentence, or in a line of its own before.
DATELINE_SENTENCES = 2
# An apposition is no longer than this, in words.
APPOSED = 16


@dataclass(frozen=True, eq=False)
class Page:
    """A text, its sentences, and the names and times of the whole of it, found when first asked for."""

    text: str
    anchor: Anchor
    lexicon: Names
    spans: tuple[tuple[int, int], ...]

    @lazy
    def named(self) -> list[Sequence[Named]]:
        return _within(self.lexicon.find(self.text, self.anchor.date), self.spans)

    @lazy
    def rebels(self) -> frozenset[str]:
        """People who are called rebel leaders and the like: they are no side of their state's."""
        people = (n for named in self.named for n in named if n.actor is not None and n.actor.type == "person" and n.title)
        return frozenset(n.actor.name for n in people if n.actor and lexical("insurgent_titles") & set((n.title or "").casefold().split()))

    @lazy
    def _opening(self) -> list[tuple[Named, int]]:
        return [(n, start) for named, (start, _) in zip(self.named[:OPENING], self.spans, strict=False) for n in named]

    @lazy
    def told_from(self) -> Place | None:
        """The town of its dateline."""
        return next((n.place for n, start in self._opening if n.place is not None and is_dateline(self.text, n, start)), None)

    @lazy
    def at_home(self) -> dict[str, str]:
        """Ministers of no land told: in a story from a capital, and much of its land, they are of that land; so is who is told first, be it
        of what land it may. The United States have no ministers.
        """
        town = self.told_from
        if town is None or town.country is None or town.name not in capitals():
            return {}
        first = next((n for n, start in self._opening if not is_dateline(self.text, n, start)), None)
        people = [n for named in self.named for n in named] if self._tells_much_of(town.country) else [n for n in (first,) if n]
        return {n.actor.name: town.country for n in people if n.actor and _serves_some_land(n, chief=n is first)}

    def _tells_much_of(self, land: str) -> bool:
        told = Counter(n.actor.country for named in self.named for n in named if n.actor and n.actor.type == "state" and n.actor.country)
        return land != "US" and 2 * told[land] >= max(told.values(), default=0)

    @lazy
    def timed(self) -> list[Sequence[TimeExpression]]:
        return _within(find_times(self.text, self.anchor), self.spans)


@dataclass(frozen=True, eq=False)
class Sentence:
    """Offsets count code points of the body. What stands in it is found when first asked for: most sentences are never asked."""

    index: int
    start: int
    end: int
    page: Page

    @lazy
    def parts(self) -> list[str]:
        return split(self.page.text, self.start, self.end)

    @lazy
    def lows(self) -> tuple[str, ...]:
        """Its words in lower case, one a token: most sentences are asked no more than whether they hold one."""
        return lows(self.parts)

    @lazy
    def tokens(self) -> tuple[Token, ...]:
        return placed(self.parts, self.lows, self.start)

    def find(self, table: Table[Label]) -> tuple[tuple[int, int, Label], ...]:
        """(first, last, label) of every phrase of a table."""
        return table.find(self.lows)

    def find_within(self, low: int, high: int, table: Table[Label]) -> tuple[tuple[int, int, Label], ...]:
        """The same among tokens [low, high), counted from `low`."""
        return table.find(self.lows[low:high])

    @lazy
    def starts(self) -> tuple[int, ...]:
        """Where its tokens begin."""
        return tuple(map(itemgetter(0), self.tokens))

    @lazy
    def says(self) -> tuple[tuple[int, int], ...]:
        """Where verbs of saying stand."""
        return tuple([(first, last) for first, last, _ in self.find(grammar().say) if first == 0 or not self.tokens[first].capital])

    @lazy
    def names(self) -> tuple[Name, ...]:
        body, start = self.page.text, self.start
        named = without_dateline(body, self.page.named[self.index], start)
        if not named:
            return ()
        found = place_names(named, self.tokens, self.starts, self.lows, grammar())
        placed = tuple([in_its_clause(name, self.tokens, self.says, self.borders) for name in found])
        placed = tuple([at_home(name, self.page.at_home) for name in placed]) if self.page.at_home else placed
        return tuple([of_own_side(name, self.page.rebels) for name in placed]) if self.page.rebels else placed

    @lazy
    def times(self) -> tuple[Time, ...]:
        timed = self.page.timed[self.index]
        return place_times(timed, self.tokens, self.starts, self.says, self.index) if timed else ()

    @lazy
    def at_times(self) -> frozenset[int]:
        """The tokens of times."""
        return frozenset([at for time in self.times for at in range(time.first, time.last)])

    @lazy
    def held(self) -> frozenset[int]:
        """The tokens of names and times."""
        return self.at_times.union([at for name in self.names for at in range(name.first, name.last)])

    @lazy
    def cues(self) -> tuple[Cued, ...]:
        """Words that may tell the status of a happening."""
        return find_cues(self.lows)

    @lazy
    def quotes(self) -> tuple[int, ...]:
        """Where quotation marks stand."""
        marks = lexical("quotes")
        return () if marks.isdisjoint(self.lows) else tuple(n for n, low in enumerate(self.lows) if low in marks)

    @lazy
    def turns(self) -> tuple[int, ...]:
        """Where words stand that open a happening in passing: "after", "following"."""
        return tuple([first for first, _, _ in self.find(grammar().turns)])

    @lazy
    def denials(self) -> tuple[int, ...]:
        """Where words stand by which somebody denies what is told."""
        return tuple([first for first, _, _ in self.find(phrases("denials"))])

    @lazy
    def borders(self) -> tuple[int, ...]:
        """The tokens at which another clause begins."""
        return borders_of(self.lows, self.turns, grammar())

    @lazy
    def counts(self) -> tuple[Count, ...]:
        """Numbers with what they count, dates and times apart."""
        return find_counts(self.tokens, self.at_times)

    @lazy
    def edges(self) -> tuple[int, ...]:
        """Where its clauses begin, and where the last one ends."""
        return (0, *self.borders, len(self.tokens))

    def clause(self, at: int) -> tuple[int, int]:
        """Tokens [first, last) of the clause around a token, or of the nearest where there is none."""
        edges = self.edges
        n = min(max(bisect_right(edges, at), 1), len(edges) - 1)
        return edges[n - 1], edges[n]


@dataclass(frozen=True, eq=False)
class Document:
    """An article laid out."""

    body: str
    anchor: Anchor
    sentences: tuple[Sentence, ...]
    title: Sentence | None
    outlet: str = ""

    @lazy
    def voice(self) -> str | None:
        """The land whose government tells it, by its press office or ministry: of its own president it says "the President"."""
        names = self.sentences[0].page.lexicon.find(self.outlet, self.anchor.date) if self.sentences and self.outlet else ()
        return next((n.actor.country for n in names if n.actor and n.form in {"office", "venue"}), None)

    @lazy
    def folded(self) -> tuple[str, ...]:
        """The sentences as lineage compares them."""
        return tuple(fold(self.body[sentence.start : sentence.end]) for sentence in self.sentences)

    @lazy
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where its sentences begin and end."""
        return tuple([(sentence.start, sentence.end) for sentence in self.sentences])

    @lazy
    def dateline(self) -> Name | None:
        """The town in capitals that the story is told from."""
        for sentence in self.sentences[:DATELINE_SENTENCES]:
            for named in sentence.page.named[sentence.index]:
                if is_dateline(self.body, named, sentence.start) and named.place is not None:
                    return Name(0, 0, named, None, -1)
        return None

    @lazy
    def stories(self) -> tuple[tuple[int, Name], ...]:
        """In a digest of stories, the sentences that open one, and the towns that these are told from; of one story, none."""
        opening = (s for s in self.sentences if self.body[s.start].isupper() and opens_story(self.body, s.start))
        firsts = [(s.index, named) for s in opening for named in s.page.named[s.index][:1] if is_dateline(self.body, named, s.start)]
        found = tuple((at, Name(0, 0, named, None, -1)) for at, named in firsts if named.place is not None)
        return found if len(found) > 1 else ()

    def told_from(self, index: int) -> Name | None:
        """The town that the story with this sentence is told from."""
        return next((town for at, town in reversed(self.stories) if at <= index), None) if self.stories else self.dateline

    def opens_at(self, index: int) -> int:
        """How many sentences of its story stand before one."""
        return index - next((at for at, _ in reversed(self.stories) if at <= index), 0)

    @lazy
    def headings(self) -> frozenset[int]:
        """The sentences that are no sentences: a heading tells of no happening."""
        return headings(self.body, self.spans)

    @lazy
    def planted(self) -> bool:
        """Whether it tells of bombs that somebody planted or carried."""
        return any(sentence.find(phrases("planted")) for sentence in self.sentences)

    @lazy
    def afar(self) -> bool:
        """Whether it tells of weapons that strike from afar."""
        return any(sentence.find(phrases("afar")) for sentence in (*self.sentences, *([self.title] if self.title else [])))

    @lazy
    def officials(self) -> frozenset[str]:
        """The people who hold an office or speak anywhere in it."""
        return _officials(self.sentences)


def _serves_some_land(name: Named, *, chief: bool) -> bool:
    """Whether it is a minister of a land that nobody tells; a president or the like only where he is told first."""
    offices = lexical("national_offices") if chief else frozenset({"minister"})
    untold = name.actor is not None and name.actor.type == "person" and not name.actor.country
    title = (name.title or "").casefold().split()
    return untold and not offices.isdisjoint(title) and (chief or "deputy" not in title)


def _within(items: Sequence[Part], spans: Sequence[tuple[int, int]]) -> list[Sequence[Part]]:
    """The items that start in each span; both are in the order of the text."""
    starts = [item.start for item in items]
    return [items[bisect_left(starts, start) : bisect_left(starts, end)] for start, end in spans]


def _lay_out_text(text: str, anchor: Anchor, names: Names) -> tuple[Sentence, ...]:
    spans = tuple(span for span in splitter.split(text) if any(map(str.isalnum, text[span[0] : span[1]])))
    page = Page(text, anchor, names, spans)
    return tuple(Sentence(index, *span, page) for index, span in enumerate(spans))


def lay_out(title: str, body: str, anchor: Anchor, names: Names, outlet: str = "") -> Document:
    """The body's sentences, the title as one more that gives context only, and who tells it."""
    head = _lay_out_text(title, anchor, names) if title.strip() else ()
    sentences = _lay_out_text(body, anchor, names)
    return Document(body, anchor, sentences, head[0] if head else None, outlet)


def _officials(sentences: Sequence[Sentence]) -> frozenset[str]:
    """People who hold an office anywhere in the text, or who say something in it."""
    return frozenset(
        name.named.actor.name
        for sentence in sentences
        for name in sentence.names
        if name.named.actor
        and (
            _holds_office(name)
            or apposed_speaker(sentence, name)
            or any(name.last <= first <= name.last + 1 or _inverts(sentence, name, first, last) for first, last in sentence.says)
        )
    )


def _inverts(sentence: Sentence, name: Name, first: int, last: int) -> bool:
    """As in "…," said X: not "Y said X was safe"."""
    marked = first == 0 or sentence.tokens[first - 1].low in {",", '"'}
    return marked and name.first - 1 <= last <= name.first


def apposed_speaker(sentence: Sentence, name: Name) -> bool:
    """As in "X, an analyst at a forum in Istanbul, told Reuters": the verb follows the comma that closes the apposition."""
    opens = name.last < len(sentence.tokens) and sentence.tokens[name.last].low == ","
    return opens and any(name.last < first <= name.last + APPOSED and sentence.tokens[first - 1].low == "," for first, _ in sentence.says)


def _holds_office(name: Name) -> bool:
    return name.named.form == "office" or not lexical("offices").isdisjoint((name.named.title or "").casefold().split())
