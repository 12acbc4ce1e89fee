"""Who says what a sentence tells: "X said", "according to X", "X told Y", and whether in his own words."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.events import Attribution, Speaker
from services.normalizer.reading.document import Name, Sentence
from services.normalizer.reading.grammar import grammar, words
from services.normalizer.reading.numbers import find_number

REACH = 4


@dataclass(frozen=True, slots=True)
class Source:
    """A speaker, who relayed it, and the form: narration where nobody is named."""

    speaker: Speaker | None
    via: str | None
    attribution: Attribution


NARRATION = Source(None, None, "narration")


def _named(name: Name) -> Speaker | None:
    actor = name.named.actor
    return Speaker(name=actor.name, role=name.named.title) if actor else None


def _anonymous(sentence: Sentence, low: int, high: int) -> Speaker | None:
    """As in "three sources", "a senior official", "local media"."""
    window = sentence.tokens[max(low, 0) : high]
    hits = grammar().anonymous.find(window)
    if not hits:
        return None
    first, last, _ = hits[0]
    before = max(first - 3, 0)
    text = " ".join(token.low for token in window[before:last] if token.low.isalnum())
    return Speaker(role=text, anonymous=True, count=find_number(window[before:first]) or 1)


def _speaker_at(sentence: Sentence, low: int, high: int) -> Speaker | None:
    near = [name for name in sentence.names if max(low, 0) <= name.first and name.last <= high and name.named.actor]
    persons = [name for name in near if name.named.actor and name.named.actor.type == "person"]
    if persons:
        return _named(persons[-1])
    return _anonymous(sentence, low, high) or (_named(near[-1]) if near else None)


def _via(sentence: Sentence, after: int) -> str | None:
    """The agency behind "told": "officials told Reuters"; or the relay named at the end."""
    hits = grammar().relays.find(sentence.tokens[after : after + REACH])
    return hits[0][2] if hits else None


def _quoted(sentence: Sentence, at: int) -> bool:
    """Whether a token stands inside quotation marks of its sentence."""
    return sum(token.low in words("quotes") for token in sentence.tokens[:at]) % 2 == 1


def source_of(sentence: Sentence, at: int) -> Source:
    """Who says what stands at token `at` of the sentence; the last verb of saying of the sentence decides."""
    manner: Attribution = "direct" if _quoted(sentence, at) else "indirect"
    for _, last, _ in grammar().according.find(sentence.tokens):
        speaker = _speaker_at(sentence, last, last + 2 * REACH)
        if speaker:
            return Source(speaker, _via(sentence, last), "indirect")
    for first, last in reversed(sentence.says):
        speaker = _speaker_at(sentence, first - REACH, first) or _speaker_at(sentence, last, last + REACH)
        if speaker and not first <= at < last:
            return Source(speaker, _via(sentence, last), manner)
    return NARRATION
