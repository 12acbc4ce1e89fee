"""People whom nothing in a text makes more than a name: whoever meets one of them meets no side."""

from __future__ import annotations

from schemas.events import Participant
from services.normalizer.reading.document import Page
from services.normalizer.reading.grammar import words
from services.normalizer.reading.names import Named
from services.normalizer.reading.tokens import lows, split

# An office stands in the apposition beside a name: so many characters.
BESIDE = 60


def is_nobody(page: Page, actor: Participant) -> bool:
    """As in "The president met Ada Low": of no land, in no lexicon, and called nothing wherever the text names him."""
    if actor.type != "person" or actor.country or actor.name in page.rebels or page.lexicon.participant(actor.name):
        return False
    return not any(_is_called(page, n) for found in page.named for n in found if n.actor is not None and n.actor.name == actor.name)


def _is_called(page: Page, named: Named) -> bool:
    """As in "Minister Ada Low", "the minister, Ada Low", "Ada Low, minister of …"."""
    ahead, behind = page.text[max(named.start - BESIDE, 0) : named.start].rstrip(), page.text[named.end : named.end + BESIDE]
    apposed = [part[at] for part, at, comma in ((ahead.split(","), -2, ahead[-1:]), (behind.split(","), 1, behind[:1])) if comma == ","]
    title = (named.title or "").casefold().split()
    return not words("honorifics").issuperset(title) or any(_tells_office(part) for part in apposed)


def _tells_office(text: str) -> bool:
    return not words("holders", "offices").isdisjoint(lows(split(text, 0, len(text))))
