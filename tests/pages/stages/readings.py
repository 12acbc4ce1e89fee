"""The second stage: what the normalizer reads in the articles that were accepted. Empty readings are left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from schemas.articles import RawArticle
from services.normalizer.reading import Ruleset, read
from tests.pages.golden import expected
from tests.pages.ruleset import without_ruleset

FILE = "readings.json"
AFTER = "articles.json"


def run(folder: Path) -> Any:
    """Readings with mentions, in order of article and kind."""
    articles = [RawArticle.model_validate(row) for row in expected(folder / AFTER)["articles"]]
    readings = (reading for article in articles for reading in read(article, Ruleset.load()) if reading.mentions)
    return [without_ruleset(reading.model_dump(mode="json", exclude_defaults=True)) for reading in readings]
