"""Who says what: each stretch of a sentence, and the speaker who answers for it.

"X said that …" answers for what follows, "…, X said" for what came before; "according to X" for the side that it stands on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, lru_cache

from msgspec import Struct
from msgspec.structs import replace

from schemas.base import unchecked
from schemas.events import Attribution, Speaker
from services.normalizer.reading.document import Document, Sentence
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import grammar, words
from services.normalizer.reading.numbers import find_number

# A subject has at most so many words, with its titles; an addressee so many.
SUBJECT, ADDRESSEE = 14, 4
# "he said" is whoever spoke last, at most this many sentences before.
RECALL = 3
# Each claim of a sentence asks who speaks there, and "he said" asks the sentences before.
HEARD = 64


class Source(Struct, frozen=True):
    """A speaker, who relayed it, and the form: narration where nobody is named."""

    speaker: Speaker | None
    via: str | None
    attribution: Attribution


NARRATION = Source(None, None, "narration")


class Speech(Struct, frozen=True):
    """A source, and the tokens [low, high) that it answers for; its own words are tokens [first, last)."""

    low: int
    high: int
    first: int
    last: int
    source: Source


class _Cue(Struct, frozen=True):
    """Words of saying: the source stands at [first, last); `opens` where what is said follows."""

    first: int
    last: int
    opens: bool
    source: Source


def _low(sentence: Sentence, at: int) -> str:
    lows = sentence.lows
    return lows[at] if 0 <= at < len(lows) else ""


def _via(sentence: Sentence, low: int, high: int) -> str | None:
    """The agency among some words: "told Reuters", "the state-run TASS news agency"."""
    hits = sentence.find_within(max(low, 0), high, grammar().relays)
    return hits[0][2] if hits else None


def _role(sentence: Sentence, low: int, high: int, named: Name | None) -> str:
    """What the speaker is: the words of the noun phrase, without articles and numbers, and without the name of the state."""
    kept = [
        token
        for at, token in enumerate(sentence.tokens[low:high], low)
        if token.low[0].isalpha() and token.low not in words("speaker_fillers") and not (named and named.first <= at < named.last)
    ]
    inner = sentence.tokens[named.first : named.last] if named and named.named.form == "office" else ()
    return " ".join(token.low for token in (*inner[1:], *kept) if token.low != "'s")


def _speaker(sentence: Sentence, low: int, high: int) -> Speaker | None:
    """The person, body, state or nameless source that a noun phrase means."""
    low = max(low, 0)
    near = [name for name in sentence.names if low <= name.first and name.last <= high and name.named.actor]
    person = next((n.named for n in reversed(near) if n.named.actor and n.named.actor.type == "person"), None)
    if person and person.actor:
        return Speaker(name=person.actor.name, role=person.title)
    nameless = bool(sentence.find_within(low, high, grammar().anonymous))
    actor = near[-1].named.actor if near else None
    if actor is None and not nameless and words("speaking_offices").isdisjoint(sentence.lows[low:high]):
        return None
    role = _role(sentence, low, high, near[-1] if near else None)
    count = (find_number(sentence.tokens[low:high]) or 1) if nameless else 1
    return unchecked(Speaker, {"name": actor.name if actor else None, "role": role or None, "anonymous": nameless, "count": count})


def _subject(sentence: Sentence, verb: int) -> tuple[int, int]:
    """Tokens [first, last) of the noun phrase before a verb of saying, past an apposition: "Peskov, the spokesman, said"."""
    at, times = verb, sentence.at_times
    while at > 0 and (at - 1 in times or _low(sentence, at - 1) in words("before_saying")):
        at -= 1
    low = at - 1
    if _low(sentence, low) == ",":
        at = next((n for n in range(low - 1, max(low - SUBJECT, 0), -1) if _low(sentence, n) == ","), low)
        low = at - 1
    while low >= 0 and at - low <= SUBJECT and _low(sentence, low) not in words("speech_stops"):
        low -= 1
    return low + 1, at


@cache
def _behind_whom_it_is_told() -> frozenset[str]:
    return words("after_saying") | {"that"}


def _closes(sentence: Sentence, last: int, *, told: bool) -> bool:
    """Whether nothing is said behind the verb: it stands at the end, or before a time, a place or a mark."""
    at = last
    while told and at < min(last + ADDRESSEE, len(sentence.tokens)) and sentence.lows[at] not in _behind_whom_it_is_told():
        at += 1
    return at >= len(sentence.tokens) or _low(sentence, at) in words("after_saying") or any(t.first == at for t in sentence.times)


def _inverted(sentence: Sentence, last: int) -> tuple[int, int]:
    """As in "…," said the governor of X: the noun phrase behind the verb."""
    high = last
    while high < len(sentence.tokens) and high - last < SUBJECT and _low(sentence, high) not in words("speech_stops"):
        high += 1
    return last, high


def _said(sentence: Sentence, first: int, last: int) -> _Cue | None:
    """One verb of saying with its subject; None where nobody is its subject."""
    low, high = _subject(sentence, first)
    told = _low(sentence, last - 1) in words("telling")
    behind = low > 0 and _low(sentence, low - 1) in {",", '"'} and _closes(sentence, last, told=told)
    speaker, relay = _speaker(sentence, low, high), _via(sentence, low, high)
    apposed = _speaker(sentence, high, first) if high < first and (speaker is None or speaker.name is None) else None
    speaker = apposed if apposed and apposed.name else speaker  # "the mayor, X, said"
    if speaker or relay:
        via = relay or _via(sentence, last, last + ADDRESSEE)
        return _Cue(low, last, not behind, Source(None if relay else speaker, via, "indirect"))
    low, high = _inverted(sentence, last)
    speaker, relay = (_speaker(sentence, low, high), _via(sentence, low, high)) if _low(sentence, first - 1) in {",", '"'} else (None, None)
    if speaker or relay:
        return _Cue(first, high, opens=False, source=Source(None if relay else speaker, relay, "indirect"))
    return None


def _accorded(sentence: Sentence, first: int, last: int) -> _Cue | None:
    """As in "according to X": the source, and on which side of it that stands which X answers for."""
    _, high = _inverted(sentence, last)
    speaker, relay = _speaker(sentence, last, high), _via(sentence, last, high)
    if relay and speaker and speaker.name is None:
        speaker = None
    if not (speaker or relay):
        return None
    return _Cue(first, high, first == 0 or _low(sentence, first - 1) in words("openers"), Source(speaker, relay, "indirect"))


def _hedged(sentence: Sentence) -> list[_Cue]:
    """As in "reportedly": somebody says so, and nobody is named."""
    return [
        _Cue(at, at + 1, opens=True, source=Source(Speaker(role=low, anonymous=True), None, "indirect"))
        for at, low in enumerate(sentence.lows)
        if low in grammar().hedges
    ]


def _cues(sentence: Sentence) -> list[_Cue]:
    according = [cue for first, last, _ in sentence.find(grammar().according) if (cue := _accorded(sentence, first, last))]
    said = [cue for first, last in sentence.says if (cue := _said(sentence, first, last))]
    named = [c for c in said if not any(a.first <= c.first < a.last for a in according)]
    return sorted([*according, *named, *([] if according or named else _hedged(sentence))], key=lambda cue: (cue.first, cue.last))


def _relays(before: Speech | None, cue: _Cue) -> bool:
    """As in "officials said, TASS reported": the second only passes on what the first says."""
    return before is not None and not cue.opens and cue.first - before.last <= 1 and cue.source.speaker is None


@lru_cache(maxsize=HEARD)
def speeches(sentence: Sentence) -> tuple[Speech, ...]:
    """The stretches of a sentence that somebody answers for, left to right; the rest is the article's own narration."""
    found: list[Speech] = []
    for cue in _cues(sentence):
        edge = found[-1].last if found else 0
        if found and _relays(found[-1], cue):
            found[-1] = replace(found[-1], source=replace(found[-1].source, via=cue.source.via), last=cue.last)
            continue
        if found:
            found[-1] = replace(found[-1], high=min(found[-1].high, cue.first if cue.opens else edge))
        low = cue.last if cue.opens else edge
        found.append(Speech(low, len(sentence.tokens), cue.first, cue.last, cue.source))
    return tuple(found)


def _quoted(sentence: Sentence, at: int) -> bool:
    """Whether a token stands inside quotation marks of its sentence."""
    return bisect_left(sentence.quotes, at) % 2 == 1


def _recalled(document: Document, sentence: Sentence) -> Speaker | None:
    """Whom "he said" means: the one who spoke last, else the one just told of."""
    for back in range(1, min(RECALL, sentence.index) + 1):
        told = speeches(document.sentences[sentence.index - back])
        named = [speech.source.speaker for speech in told if speech.source.speaker and speech.source.speaker.name]
        if named:
            return named[-1]
    return _last_person(document, sentence)


def _last_person(document: Document, sentence: Sentence) -> Speaker | None:
    """Where nobody spoke: the person that the sentence before is about."""
    if not any(_low(sentence, first - 1) in {"he", "she"} for first, _ in sentence.says):
        return None
    near = document.sentences[max(sentence.index - 1, 0) : sentence.index]
    people = [n.named for one in near for n in one.names if n.named.actor and n.named.actor.type == "person"]
    first = people[0].actor if people else None
    return Speaker(name=first.name, role=people[0].title) if first else None


def _pronoun_says(sentence: Sentence) -> bool:
    return any(_low(sentence, first - 1) in words("saying_pronouns") for first, _ in sentence.says)


def source_of(document: Document, sentence: Sentence, at: int, told: Sequence[Speech]) -> Source:
    """Who says what stands at token `at` of the sentence, given its speeches."""
    manner: Attribution = "direct" if _quoted(sentence, at) else "indirect"
    for speech in reversed(told):
        if speech.low <= at < speech.high and not speech.first <= at < speech.last:
            return replace(speech.source, attribution=manner)
    speaker = _recalled(document, sentence) if not told and _pronoun_says(sentence) else None
    return Source(speaker, None, manner) if speaker else NARRATION
