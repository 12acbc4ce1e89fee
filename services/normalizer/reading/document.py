"""An article laid out for reading: sentences with their tokens, names, times, and the clauses they fall into."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from services.normalizer.reading import sentences as splitter
from services.normalizer.reading.grammar import Grammar, grammar, phrases
from services.normalizer.reading.grammar import words as lexical
from services.normalizer.reading.names import Named, Names
from services.normalizer.reading.numbers import Count, find_counts
from services.normalizer.reading.phrases import Table
from services.normalizer.reading.states import state, state_called
from services.normalizer.reading.status import Cued, find_cues
from services.normalizer.reading.times import Anchor, TimeExpression, find_times
from services.normalizer.reading.tokens import Token, fold, lows, placed, split

Part = TypeVar("Part", Named, TimeExpression)
Label = TypeVar("Label")
GOVERNOR_REACH = 12
SPEECH_REACH = 8
DATELINE_TOKENS = 6
# A story names where it is told from in its first sentence, or in a line of its own before.
DATELINE_SENTENCES = 2
LIST_REACH = 8
# An apposition is no longer than this, in words.
APPOSED = 16
# Blanks before the first word of a text, at most.
OPENING_CHARACTERS = 4
# Behind the town: ", Syria", ", Jan 14", "(AP)", and the mark that closes it.
_DATED = re.compile(r"(?:, ?[A-Z][\w.' ]{2,25}?)?(?:,? [A-Z][a-z]{2,8}\.? \d{1,2})?(?: ?\([A-Z][\w/ ]{1,20}\))? ?(?:[-–—_]{1,2}|:) ")
# Shorter words in capitals are acronyms.
DATELINE_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Name:
    """A name at tokens [first, last), and the preposition that governs it ("with", "between"), if one does."""

    first: int
    last: int
    named: Named
    governor: str | None
    governor_at: int


@dataclass(frozen=True, slots=True)
class Time:
    """A time at tokens [first, last); `of_speech` where it dates what was said, not what happened."""

    first: int
    last: int
    expression: TimeExpression
    of_speech: bool


@dataclass(frozen=True, eq=False)
class Page:
    """A text, its sentences, and the names and times of the whole of it, found when first asked for."""

    text: str
    anchor: Anchor
    lexicon: Names
    spans: tuple[tuple[int, int], ...]

    @cached_property
    def named(self) -> list[Sequence[Named]]:
        return _within(self.lexicon.find(self.text, self.anchor.date), self.spans)

    @cached_property
    def rebels(self) -> frozenset[str]:
        """People who are called rebel leaders and the like: they are no side of their state's."""
        people = (n for named in self.named for n in named if n.actor is not None and n.actor.type == "person" and n.title)
        return frozenset(n.actor.name for n in people if n.actor and lexical("insurgent_titles") & set((n.title or "").casefold().split()))

    @cached_property
    def timed(self) -> list[Sequence[TimeExpression]]:
        return _within(find_times(self.text, self.anchor), self.spans)


@dataclass(frozen=True, eq=False)
class Sentence:
    """Offsets count code points of the body. What stands in it is found when first asked for: most sentences are never asked."""

    index: int
    start: int
    end: int
    page: Page

    @cached_property
    def words(self) -> list[str]:
        return split(self.page.text, self.start, self.end)

    @cached_property
    def lows(self) -> frozenset[str]:
        """Its words in lower case: most sentences are asked no more than whether they hold one."""
        return lows(self.words)

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return placed(self.words, self.page.text, self.start)

    def find(self, table: Table[Label]) -> tuple[tuple[int, int, Label], ...]:
        """(first, last, label) of every phrase of a table; tokens are needed only where one may stand."""
        return table.find(self.tokens) if table.may_stand(self.lows) else ()

    @cached_property
    def says(self) -> tuple[tuple[int, int], ...]:
        """Where verbs of saying stand."""
        tokens = self.tokens
        return tuple((first, last) for first, last, _ in self.find(grammar().say) if not tokens[first].capital or first == 0)

    @cached_property
    def names(self) -> tuple[Name, ...]:
        body, start = self.page.text, self.start
        named = [named for named in self.page.named[self.index] if not _is_dateline(body, named, start)]
        if not named:
            return ()
        placed = (_in_its_clause(name, self) for name in _place_names(named, self.tokens, grammar()))
        return tuple(_of_own_side(name, self.page.rebels) for name in placed)

    @cached_property
    def times(self) -> tuple[Time, ...]:
        timed = self.page.timed[self.index]
        return _place_times(timed, self.tokens, self.says, self.index) if timed else ()

    @cached_property
    def held(self) -> frozenset[int]:
        """The tokens of names and times."""
        spans = [*((n.first, n.last) for n in self.names), *((t.first, t.last) for t in self.times)]
        return frozenset(at for first, last in spans for at in range(first, last))

    @cached_property
    def cues(self) -> tuple[Cued, ...]:
        """Words that may tell the status of a happening."""
        return find_cues(self.tokens)

    @cached_property
    def quotes(self) -> tuple[int, ...]:
        """Where quotation marks stand."""
        return tuple(n for n, token in enumerate(self.tokens) if token.low in lexical("quotes"))

    @cached_property
    def borders(self) -> tuple[int, ...]:
        """The tokens at which another clause begins."""
        return _borders(self.tokens, self.find(grammar().turns), grammar())

    @cached_property
    def counts(self) -> tuple[Count, ...]:
        """Numbers with what they count, dates and times apart."""
        return find_counts(self.tokens, frozenset(n for time in self.times for n in range(time.first, time.last)))

    def clause(self, at: int) -> tuple[int, int]:
        """Tokens [first, last) of the clause around a token."""
        n = bisect_right(self.borders, at)
        return (self.borders[n - 1] if n else 0, self.borders[n] if n < len(self.borders) else len(self.tokens))


@dataclass(frozen=True, eq=False)
class Document:
    """An article laid out."""

    body: str
    anchor: Anchor
    sentences: tuple[Sentence, ...]
    title: Sentence | None

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """The sentences as lineage compares them."""
        return tuple(fold(self.body[sentence.start : sentence.end]) for sentence in self.sentences)

    @cached_property
    def dateline(self) -> Name | None:
        """The town in capitals that the story is told from."""
        for sentence in self.sentences[:DATELINE_SENTENCES]:
            for named in sentence.page.named[sentence.index]:
                if _is_dateline(self.body, named, sentence.start) and named.place is not None:
                    return Name(0, 0, named, None, -1)
        return None

    @cached_property
    def planted(self) -> bool:
        """Whether it tells of bombs that somebody planted or carried."""
        return any(sentence.find(phrases("planted")) for sentence in self.sentences)

    @cached_property
    def afar(self) -> bool:
        """Whether it tells of weapons that strike from afar."""
        return any(sentence.find(phrases("afar")) for sentence in (*self.sentences, *([self.title] if self.title else [])))

    @cached_property
    def officials(self) -> frozenset[str]:
        """The people who hold an office or speak anywhere in it."""
        return _officials(self.sentences)


def _positions(starts: Sequence[int], start: int, end: int) -> tuple[int, int]:
    first = max(bisect_right(starts, start) - 1, 0)
    return first, max(bisect_left(starts, end), first + 1)


def _covered(spans: Sequence[tuple[int, int]], size: int) -> list[int]:
    """For each token the first token of the span that holds it, or -1."""
    held = [-1] * size
    for first, last in spans:
        held[first:last] = [first] * (last - first)
    return held


def _governor(tokens: Sequence[Token], first: int, held: Sequence[int], words: Grammar, preps: dict[int, str]) -> tuple[str | None, int]:
    """The preposition to the left of a name, past articles, titles, adjectives and the names it is joined to."""
    at, steps = first - 1, 0
    while at >= 0 and steps < GOVERNOR_REACH:
        low = tokens[at].low
        if at in preps:
            return preps[at], at
        if held[at] >= 0:
            at = held[at]
        elif low == ",":
            if at == 0 or (held[at - 1] < 0 and tokens[at - 1].low not in lexical("apposed")):
                return None, -1
        elif not (
            low in words.skipped
            or low in words.conjunctions
            or low == "'s"
            or tokens[at].capital
            or low[0].isdigit()
            or _titles(tokens, at, held)
        ):
            return None, -1
        at -= 1
        steps += 1
    return None, -1


def _titles(tokens: Sequence[Token], at: int, held: Sequence[int]) -> bool:
    """As in "North Korean dictator Kim": a common noun between a name and the name that it is joined to."""
    return tokens[at].low.isalpha() and 0 < at < len(tokens) - 1 and held[at - 1] >= 0 and held[at + 1] >= 0


def _place_names(found: Sequence[Named], tokens: Sequence[Token], words: Grammar) -> tuple[Name, ...]:
    starts = [token.start for token in tokens]
    spans = [_positions(starts, named.start, named.end) for named in found]
    held = _covered(spans, len(tokens))
    preps = {last - 1: label for _, last, label in words.prepositions.find(tokens)}
    placed = [
        Name(first, last, named, *_governor(tokens, first, held, words, preps)) for (first, last), named in zip(spans, found, strict=True)
    ]
    placed = [name for at, name in enumerate(placed) if not (at + 1 < len(placed) and _only_owns(name, placed[at + 1], tokens))]
    return tuple(one for name in placed for one in _with_twin(_as_party(name, tokens), tokens))


def _only_owns(name: Name, following: Name, tokens: Sequence[Token]) -> bool:
    """As in "Lebanon's Hezbollah", "the Syrian Nusra Front": whose group it is, unless the group acts for its state."""
    group, owner = following.named.actor, name.named.actor
    beside = following.first == name.last or (following.first == name.last + 1 and tokens[name.last].low == "'s")
    alone = group is not None and group.type == "organisation" and group.name not in lexical("arms_of_state") | lexical("blocs")
    return beside and alone and owner is not None and owner.type == "state" and name.named.place is None


def _of_own_side(name: Name, rebels: frozenset[str]) -> Name:
    """Whoever leads rebels of a land speaks for no state."""
    actor = name.named.actor
    if actor is None or actor.name not in rebels:
        return name
    return replace(name, named=replace(name.named, actor=actor.model_copy(update={"country": None})))


def _in_its_clause(name: Name, sentence: Sentence) -> Name:
    """As in "… a deal with China, President X said", "During his visit to Ruritania, X …": no preposition governs beyond its clause."""
    speaks = name.governor is not None and any(first == name.last for first, _ in sentence.says)
    cut = speaks and any(token.low == "," for token in sentence.tokens[name.governor_at : name.first])
    cut = cut or any(name.governor_at < border <= name.first for border in sentence.borders if name.governor is not None)
    return replace(name, governor=None, governor_at=-1) if cut else name


def _with_twin(name: Name, tokens: Sequence[Token]) -> tuple[Name, ...]:
    """As in "North and South Korea": the first word alone names the other of the two."""
    before, own = [token.low for token in tokens[max(name.first - 2, 0) : name.first]], name.named.text.split()
    if before not in (["north", "and"], ["south", "and"]) or len(own) < 2 or own[0].lower() not in {"north", "south"}:  # noqa: PLR2004
        return (name,)
    word = tokens[name.first - 2]
    twin = state_called(f"{before[0].title()} {' '.join(own[1:])}", "party")
    if twin is None:
        return (name,)
    named = replace(name.named, actor=twin, place=None, reading="actor", text=own[0], start=word.start, end=word.end)
    return (replace(name, first=name.first - 2, last=name.first - 1, named=named), name)


def _as_party(name: Name, tokens: Sequence[Token]) -> Name:
    """As in "defense chiefs from the United States", "talks with Iran": a land that acts is a state."""
    named, place = name.named, name.named.place
    if named.actor is not None or place is None or place.precision != "country":
        return name
    before = tokens[name.governor_at - 1].low if name.governor_at > 0 else ""
    acts = (
        name.governor in {"with", "between", "among", "involving"}
        or (name.governor == "on" and before in lexical("appeals"))
        or (name.governor in {"of", "from"} and before in lexical("offices"))
    )
    side = state(place.country, "party") if acts else None
    return replace(name, named=replace(named, actor=side, reading="either")) if side else name


def _told_then(tokens: Sequence[Token], first: int, last: int, said: frozenset[int]) -> bool:
    """As in "told the agency on Sunday that …", "said in an interview on Friday, "…": the clause that is said follows the time."""
    opens = last < len(tokens) and (
        tokens[last].low in {"that", '"'} or (tokens[last].low == "," and last + 1 < len(tokens) and tokens[last + 1].low == '"')
    )
    return opens and any(at in said for at in range(max(first - SPEECH_REACH, 0), first))


def _in_dateline(tokens: Sequence[Token], first: int) -> bool:
    """As in "TOKYO, March 27 -": only capitals before it."""
    before = tokens[:first]
    return (
        0 < len(before) <= DATELINE_TOKENS
        and all(token.capital or not token.low.isalpha() for token in before)
        and any(len(t.low) >= DATELINE_LENGTH for t in before)
    )


def _of_speech(tokens: Sequence[Token], first: int, last: int, said: frozenset[int]) -> bool:
    """As in "said on Tuesday", "on Friday told": the time stands at a verb of saying, with at most "on", "late" between."""
    before = next(
        (
            n
            for n in range(first - 1, max(first - 4, -1), -1)
            if tokens[n].low not in {"on", "late", "early", "in", "earlier", "here", "there"}
        ),
        -1,
    )
    if last < len(tokens) and tokens[last].low == "'s":
        return False
    if before in said or _told_then(tokens, first, last, said):
        return True
    return last < len(tokens) and last in said and first > 0 and tokens[first - 1].low == "on"


def _place_times(found: Sequence[TimeExpression], tokens: Sequence[Token], says: Sequence[tuple[int, int]], index: int) -> tuple[Time, ...]:
    said = frozenset(n for first, last in says for n in range(first, last))
    starts = [token.start for token in tokens]
    spans = [_positions(starts, time.start, time.end) for time in found]
    opening = index == 0
    return tuple(
        Time(first, last, time, _of_speech(tokens, first, last, said) or (opening and _in_dateline(tokens, first)))
        for (first, last), time in zip(spans, found, strict=True)
    )


def _borders(tokens: Sequence[Token], turning: Sequence[tuple[int, int, str]], words: Grammar) -> tuple[int, ...]:
    ends = [n for n, token in enumerate(tokens) if token.low in words.clause_ends or token.low in {";", "—", "–"}]
    turns = [first for first, _, _ in turning if not _compares(tokens, first)]
    return tuple(sorted({*ends, *turns, *_main_clause(tokens, {*ends, *turns})}))


def _main_clause(tokens: Sequence[Token], borders: set[int]) -> tuple[int, ...]:
    """As in "While X never said so, Y may meet Z": where a sentence opens with a side clause, its first comma closes it."""
    opened = next((at for at in range(min(2, len(tokens))) if tokens[at].low.isalpha()), None)
    if opened is None or opened not in borders:
        return ()
    comma = next((at for at in range(opened + 2, len(tokens) - 1) if tokens[at].low == ","), None)
    return (comma + 1,) if comma is not None and not _in_list(tokens, comma) else ()


def _in_list(tokens: Sequence[Token], comma: int) -> bool:
    """As in "After meeting Xi, Modi and Lula, …": the comma parts members of a list."""
    ahead = [token.low for token in tokens[comma + 1 : comma + LIST_REACH]]
    return bool(ahead) and (ahead[0] in {"and", "or"} or "and" in ahead[: ahead.index(",") if "," in ahead else 0])


def _compares(tokens: Sequence[Token], at: int) -> bool:
    """As in "as many as", "such as", "as well as": no clause begins here."""
    near = [tokens[n].low for n in (at - 1, at + 1) if 0 <= n < len(tokens)]
    beyond = tokens[at - 2].low if at > 1 else ""
    return tokens[at].low == "as" and (bool(lexical("degrees") & set(near)) or beyond == "as")


def _is_dateline(body: str, named: Named, start: int) -> bool:
    """As in "WASHINGTON The …", "KYIV : …", "Tehran, Iran - …": the place from which a story is told, in capitals or before a dash."""
    text = named.text
    if named.place is not None and named.place.precision == "city" and named.start < OPENING_CHARACTERS and not body[: named.start].strip():
        return text.isupper() or _DATED.match(body, named.end) is not None
    if not (text.isupper() and len(text) >= DATELINE_LENGTH and named.form not in {"acronym", "adjective"}):
        return False
    before, after = body[start : named.start], body[named.end : named.end + 40]
    return not any(c.islower() for c in before.replace("pic", "")) and any(c.islower() for c in after)


def _within(items: Sequence[Part], spans: Sequence[tuple[int, int]]) -> list[Sequence[Part]]:
    """The items that start in each span; both are in the order of the text."""
    starts = [item.start for item in items]
    return [items[bisect_left(starts, start) : bisect_left(starts, end)] for start, end in spans]


def _lay_out_text(text: str, anchor: Anchor, names: Names) -> tuple[Sentence, ...]:
    spans = tuple(span for span in splitter.split(text) if any(c.isalnum() for c in text[span[0] : span[1]]))
    page = Page(text, anchor, names, spans)
    return tuple(Sentence(index, *span, page) for index, span in enumerate(spans))


def lay_out(title: str, body: str, anchor: Anchor, names: Names) -> Document:
    """The body's sentences, and the title as one more that gives context only."""
    head = _lay_out_text(title, anchor, names) if title.strip() else ()
    sentences = _lay_out_text(body, anchor, names)
    return Document(body, anchor, sentences, head[0] if head else None)


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
    return name.named.form == "office" or any(word in lexical("offices") for word in (name.named.title or "").casefold().split())
