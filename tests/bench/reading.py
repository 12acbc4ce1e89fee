"""Reading whole articles, beside splitting the same texts into words by one regular expression."""

from __future__ import annotations

import re
import time

from schemas.articles import RawArticle
from services.normalizer.merging import merge_all
from services.normalizer.reading import Ruleset, read
from tests.bench.ratios import Ratio, median_ratio
from tests.faults.world import articles

WORD = re.compile(r"\w+|[^\w\s]")
ROUNDS, COPIES = 7, 20


def measure() -> list[Ratio]:
    """Characters a second on one core."""
    ruleset = Ruleset.load()
    long = [_long(article) for article in articles(20)]
    characters = sum(len(article.body) for article in long)
    rates: tuple[list[float], list[float], list[float]] = ([], [], [])
    for _ in range(ROUNDS):
        started = time.perf_counter()
        readings = [reading for article in long for reading in read(article, ruleset)]
        read_at = time.perf_counter()
        merge_all(readings)
        merged_at = time.perf_counter()
        for article in long:
            WORD.findall(article.body)
        split_at = time.perf_counter()
        for rate, spent in zip(rates, (read_at - started, merged_at - started, split_at - merged_at), strict=True):
            rate.append(characters / spent)
    words = ("splitting into words by one regular expression", rates[2])
    return [
        median_ratio("reading, characters a second", (f"reading whole articles (about {rates[0][-1]:,.0f} characters/s)", rates[0]), words),
        median_ratio("reading and merging, characters a second", ("reading and merging", rates[1]), words),
    ]


def _long(article: RawArticle) -> RawArticle:
    """An article of usual length: the same paragraphs, some with events and some without."""
    filler = "Residents spoke of a long night. Officials said that more would be known later, and thanked those who had helped."
    return article.model_copy(update={"body": "\n".join([article.body, *[filler] * COPIES])})
