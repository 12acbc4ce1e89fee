"""The cells of the table: each a pure function from an event to a text for people."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events import CanonicalEvent, Participant, Place, Quantity
from services.timeline.words import Measure, words


def where_text(event: CanonicalEvent) -> str:
    return _listed([_place(place) for place in event.where], words().most.places, "; ")


def who_text(event: CanonicalEvent) -> str:
    """Attackers and what they attack stand on two sides of an arrow, all others in their order."""
    attackers, targets = _names(event.participants, "attacker"), _names(event.participants, "target")
    most = words().most.participants
    if not attackers or not targets:
        return _listed([participant.name for participant in event.participants], most)
    others = [participant.name for participant in event.participants if participant.role not in {"attacker", "target"}]
    return _listed([f"{_listed(attackers, most)} → {_listed(targets, most)}", *others], most)


def numbers_text(event: CanonicalEvent) -> str:
    told = [text for quantity in event.quantities if (text := quantity_text(quantity))]
    return _listed(told, words().most.quantities)


def support_text(event: CanonicalEvent) -> str:
    """Articles, publishers, lineages."""
    seen = event.corroboration
    return f"{seen.articles}/{seen.publishers}/{seen.lineages}"


def quantity_text(quantity: Quantity) -> str:
    """A number and what it counts: "270 drones", "1,000 bodies to Ukraine"; empty where no number is known."""
    number = _number(quantity)
    if not number:
        return ""
    name = quantity.measure.replace("_", " ")
    told = words().measures.get(quantity.measure) or Measure(plain=f"{{n}} {name}", of=f"{{n}} {name} ({{party}})")
    text = (told.of if quantity.party else told.plain).replace("{n}", number).replace("{party}", quantity.party or "")
    one = words().singular.get(quantity.measure)
    return text.replace(f"1 {quantity.measure}", f"1 {one}", 1) if number == "1" and one else text


def _number(quantity: Quantity) -> str:
    """The best value, else the one bound that is known; where claims differ, the range beside it."""
    low, best, high = quantity.low, quantity.best, quantity.high
    span = f"{low:,}–{high:,}" if low is not None and high is not None and low < high else ""
    known = next((value for value in (best, low, high) if value is not None), None)
    if best is not None and span:
        return f"{best:,} ({span})"
    return span or (f"{known:,}" if known is not None else "")


def _place(place: Place) -> str:
    """The nearest place that contains it helps to recognise it; the country tells the rest, unless it is the place."""
    around = place.within[:1] if place.precision == "site" else ()
    country = (place.country,) if place.country and place.precision != "country" else ()
    name = ", ".join((place.name, *around, *country))
    return words().places[place.role].replace("{name}", name)


def _names(participants: Sequence[Participant], role: str) -> list[str]:
    return [participant.name for participant in participants if participant.role == role]


def _listed(items: Sequence[str], most: int, separator: str = ", ") -> str:
    """At most so many items, and how many more there are; leaving out a single one would gain nothing."""
    if len(items) <= most + 1:
        return separator.join(items)
    return separator.join((*items[:most], words().more.replace("{n}", str(len(items) - most))))
