"""Offices that a government's own press office names without a land or a name: "The President spoke with Prime Minister X"."""

from __future__ import annotations

from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.document import Document, Sentence
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import words
from services.normalizer.reading.names import Named
from services.normalizer.reading.states import state

# "vice president", "prime minister": so many words.
LONGEST = 2


def own_office(document: Document, trigger: Trigger) -> tuple[Name, ...]:
    """Whoever holds the office at home that stands before the trigger, as the subject; or the land, where nobody knows who does."""
    land, sentence = document.voice, trigger.sentence
    if land is None or "the" not in sentence.lows[: trigger.first]:
        return ()
    offices = (_office_at(sentence, at + 1) for at in range(trigger.first - 1) if sentence.lows[at] == "the")
    found = next((span for span in offices if span is not None and span[1] <= trigger.first), None)
    return (_holder(sentence, *found, land),) if found else ()


def _office_at(sentence: Sentence, first: int) -> tuple[int, int] | None:
    """Where the office ends that begins at a word in capitals, and that no name or "of" follows."""
    capital = [token.capital for token in sentence.tokens[first : first + LONGEST]]
    for size in range(LONGEST, 0, -1):
        last = first + size
        if last < len(sentence.tokens) and all(capital[:size]) and sentence.lows[last - 1] in words("holders"):
            alone = sentence.lows[last] != "of" and last not in sentence.held and not sentence.tokens[last].capital
            return (first, last) if alone else None
    return None


def _holder(sentence: Sentence, first: int, last: int, land: str) -> Name:
    start, end = sentence.tokens[first].start, sentence.tokens[last - 1].end
    office, home = sentence.page.text[start:end], state(land, "attendee")
    day = sentence.page.anchor.date
    told = sentence.page.lexicon.find(f"{office} of {home.name}", day) if home and day else ()
    actor = next((n.actor for n in told if n.actor is not None and n.actor.type == "person"), home)
    return Name(first, last, Named(start, end, office, actor, None, "actor", "office"), None, -1)
