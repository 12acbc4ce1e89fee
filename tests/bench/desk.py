"""The reader's desk over texts, as the normalizer runs it. Lines of JSON in, each a list of texts; seconds, mentions and megabytes out."""

from __future__ import annotations

import json
import resource
import sys
import time

from schemas.articles import PageRef, Published, RawArticle
from schemas.base import sha256
from schemas.mentions import Reading
from services.normalizer.desk import Answer, open_desk

PUBLISHED = Published.model_validate(
    {"earliest": "2025-08-19T12:00Z", "latest": "2025-08-19T12:00Z", "precision": "day", "basis": "absolute"}
)


def main() -> None:
    """Serve until the input ends."""
    read = open_desk()
    sys.stdout.write(json.dumps({"seconds": time.process_time()}) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        articles = [_article(text) for text in json.loads(line)]
        started = time.process_time()
        answers = [read(article) for article in articles]
        spent = time.process_time() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kilobytes on Linux
        sys.stdout.write(json.dumps({"reading": spent, "mentions": sum(map(_mentions, answers)), "megabytes": peak}) + "\n")
        sys.stdout.flush()


def _article(body: str) -> bytes:
    article = RawArticle(
        article_id=sha256(body),
        page=PageRef(page_id="page"),
        outlet="The Sample",
        title="",
        body=body,
        published=PUBLISHED,
        content_sha256=sha256(body),
        extractor="bench",
    )
    return article.model_dump_json().encode()


def _mentions(answer: Answer) -> int:
    return sum(len(Reading.model_validate_json(one.body).mentions) for one in answer) if isinstance(answer, tuple) else 0


if __name__ == "__main__":
    main()
