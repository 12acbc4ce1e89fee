"""What became of all that was sent: counted as it goes, told to people in a line and to programs as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MOST_NOTES = 100  # kept here; each is told to `on_page` in its answer
OUTCOMES = ("new", "corrected", "redated", "withdrawn", "unchanged")


@dataclass(frozen=True, slots=True)
class Refused:
    """A page, or a piece of it, that was not taken in."""

    page: str
    reason: str
    advice: str = ""


@dataclass(slots=True)
class Summary:
    """What became of everything that was sent. The service's answers go to `on_page`, so that this does not grow with them."""

    pages: int = 0
    articles: int = 0
    new: int = 0
    corrected: int = 0
    redated: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        """For people: a line of what became of it."""
        became = [f"{getattr(self, name):,} {name}" for name in OUTCOMES if getattr(self, name)]
        refused = f"; {len(self.refused):,} refused" if self.refused else ""
        counted = f"{_many(self.pages, 'page')}, {_many(self.articles, 'article')}"
        return f"{counted}{' (' + ', '.join(became) + ')' if became else ''}{refused}; {self.seconds:.1f} s"

    def as_json(self) -> dict[str, Any]:
        """For programs: every count, each refusal, and the first notes."""
        told = {name: getattr(self, name) for name in ("pages", "articles", *OUTCOMES)}
        refused = [{"page": r.page, "reason": r.reason, "advice": r.advice} for r in self.refused]
        return told | {"refused": refused, "notes": self.notes, "seconds": round(self.seconds, 3)}

    def count(self, page: str, answer: dict[str, Any]) -> dict[str, Any]:
        """Add what the service answered of one page; gives the answer back."""
        for article in answer["articles"]:
            self.articles += 1
            setattr(self, article["outcome"], getattr(self, article["outcome"]) + 1)
        self.refused += [Refused(row["page"], row["what"], row["advice"]) for row in answer["refusals"]]
        self.notes += [f"{page}: {note}" for note in answer["notes"]][: MOST_NOTES - len(self.notes)]
        return answer


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
