"""Tables of sentences in the style of many wires: what is read of each is what an analyst would note."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from schemas.mentions import Mention
from services.normalizer.reading.tokens import fold
from tests.support.tables import table
from tests.unit.reading.articles import mentions

TABLES = Path(__file__).parent / "tables"
KINDS = {
    "strikes": ("strike",),
    "strikes_told_at_length": ("strike",),
    "strikes_at_sea": ("strike",),
    "meetings": ("summit",),
    "meetings_told_at_length": ("summit",),
    "meetings_among_others": ("summit",),
    "meetings_of_old_wires": ("summit",),
    "meetings_to_come": ("summit",),
    "meetings_by_whom": ("summit",),
    "meetings_on_the_way": ("summit",),
    "meetings_of_many_lands": ("summit",),
    "meetings_on_visits": ("summit",),
    "exchanges": ("prisoner_exchange", "body_exchange"),
    "readouts_and_digests": ("summit", "strike"),
    "long_stories": ("summit", "strike", "prisoner_exchange", "body_exchange"),
    "sides_and_days": ("summit", "strike", "prisoner_exchange", "body_exchange"),
    "several_in_one_story": ("summit", "strike", "prisoner_exchange", "body_exchange"),
}


def rows() -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    tables = sorted(TABLES.glob("*.yaml"))
    return [(KINDS[path.stem], row) for path in tables for row in table(path)]


def plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def names(mention: Mention, *roles: str) -> set[str]:
    return {plain(p.name) for p in mention.participants if not roles or p.role in roles}


def days(mention: Mention) -> str:
    start, end = mention.when.start, mention.when.end
    return "never" if start is None or end is None else start[:10] if start[:10] == end[:10] else f"{start[:10]}/{end[:10]}"


def faults(mention: Mention, told: dict[str, Any]) -> list[str]:
    """Where a mention differs from what was noted of it; what was not noted may be anything."""
    places = " | ".join(fold(plain(" ".join((p.name, *p.within)))) for p in mention.where)
    numbers = {(q.measure, n) for q in mention.quantities for n in (q.low, q.best, q.high) if n is not None}
    expected = {
        "status": (told.get("status", "occurred"), mention.status),
        "when": (str(told.get("when", days(mention))), days(mention)),
    }
    wrong = [f"{field}: {want!r}, read {got!r}" for field, (want, got) in expected.items() if want != got]
    wrong += [f"where: {place!r}, read {places!r}" for place in told.get("where", ()) if fold(place) not in places]
    groups = {"by": ("attacker",), "at": ("target",), "who": (), "freed": ("released",), "through": ("mediator",)}
    for group, roles in groups.items():
        wrong += [
            f"{group}: {who!r}, read {sorted(names(mention, *roles))}" for who in told.get(group, ()) if who not in names(mention, *roles)
        ]
    wrong += [f"not: {who!r} is read" for who in told.get("not", ()) if who in names(mention) or fold(who) in places]
    wrong += [f"nowhere: read {places!r}"] if told.get("nowhere") and places else []
    wrong += [f"counts: {n}, read {sorted(numbers)}" for n in told.get("counts", {}).items() if n not in numbers]
    wrong += [
        f"numbers: {m} {n}, read {sorted(numbers)}" for m, all_ in told.get("numbers", {}).items() for n in all_ if (m, n) not in numbers
    ]
    return wrong


@pytest.mark.parametrize(("kinds", "row"), rows(), ids=lambda value: value["text"][:60] if isinstance(value, dict) else "")
def test_a_text_tells_what_an_analyst_would_note(kinds: tuple[str, ...], row: dict[str, Any]) -> None:
    told_by = row.get("outlet", "The Sample")
    read = [m for m in mentions(row["text"], f"{row['day']}T20:00:00+00:00", outlet=told_by) if m.kind in kinds]
    heads = [(m.kind, m.status, days(m), [p.name for p in m.where], sorted(names(m))) for m in read]
    assert len(read) == len(row["tells"]), heads
    left = list(read)
    for told in row["tells"]:
        best = min(left, key=lambda mention: len(faults(mention, told)))
        assert faults(best, told) == [], heads
        left.remove(best)
