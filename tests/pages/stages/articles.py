"""The first stage: a page becomes articles, boilerplate, refusals and notes."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from services.ingestor.pages.model import Capture, Cut
from services.ingestor.sources import cut

FILE = "articles.json"
AFTER: str | None = None
SAMPLES = Path(__file__).parents[3] / "samples"


def run(folder: Path) -> dict[str, Any]:
    """What the ingestor makes of the page that `capture.json` names: a file beside it, or a sample."""
    page = cut(capture_of(folder))
    return {
        "articles": [article.model_dump(mode="json") for article in page.articles],
        "boilerplate": [_boilerplate(page, place) for place, one in enumerate(page.boilerplate) if one.name != "space"],
        "refusals": [refusal.model_dump(mode="json") for refusal in page.refusals],
        "notes": list(page.notes),
    }


def capture_of(folder: Path) -> Capture:
    """The capture of a golden page."""
    card = json.loads((folder / "capture.json").read_text(encoding="utf-8"))
    path = SAMPLES / card["sample"] if "sample" in card else folder / card["page"]
    if "sample" in card:
        card |= yaml.safe_load((SAMPLES / "samples.yaml").read_text(encoding="utf-8"))[card["sample"]]
    moment = datetime.fromisoformat(card["captured_at"]) if card["captured_at"] else None
    return Capture(path.read_bytes(), card.get("url"), moment, card.get("media_type"), path.name)


def _boilerplate(page: Cut, place: int) -> str:
    """A span as a line that people can review: what it is, whose, and its words."""
    one = page.boilerplate[place]
    words = " ".join(page.text[slice(*one.span)].split())
    return f"{one.name}{'' if one.segment is None else f' of {one.segment}'}: {words[:100]}"
