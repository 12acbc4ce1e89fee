"""The settings of the ingestor: those of every service, and the limits of what it takes in. Each is a variable `DAYBOOK_<NAME>`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.chassis.settings import Port, Settings
from services.ingestor.pages.model import DEEPEST, Limits

MOST_ARTICLE_BYTES = 7_000_000  # with its headers, one record has to stay below the topic's max.message.bytes


class IngestorSettings(Settings):
    """What is above a limit is refused before it costs more than the limit."""

    http_port: Annotated[Port, Field(description="0 picks a free port")] = 8801
    page_bytes: Annotated[int, Field(ge=1, description="most bytes of one page, or of one push of articles")] = 10_000_000
    article_bytes: Annotated[
        int, Field(ge=1, le=MOST_ARTICLE_BYTES, description="most bytes of one article as JSON; a longer one is no article")
    ] = 2_000_000
    page_lines: Annotated[int, Field(ge=1, description="most lines of one page's text")] = 200_000
    page_tags: Annotated[int, Field(ge=1, description="most elements of one HTML page")] = 300_000
    page_depth: Annotated[int, Field(ge=1, le=DEEPEST, description="deepest nesting of one HTML page")] = 200
    page_articles: Annotated[int, Field(ge=1, description="most articles cut from one page; JSON Lines have no such bound")] = 500
    story_characters: Annotated[
        int, Field(ge=0, description="a text that is shorter, and opens with no dateline, is a teaser and no article")
    ] = 200
    headline_characters: Annotated[int, Field(ge=1, description="most characters of a headline")] = 300
    json_depth: Annotated[int, Field(ge=1, le=DEEPEST, description="deepest nesting of one line of JSON")] = 20
    feed_characters: Annotated[int, Field(ge=1, description="most characters of one feed, whose reader takes a second for a million")] = (
        5_000_000
    )
    body_seconds: Annotated[float, Field(gt=0, description="longest time that a body may take to come in")] = 30.0
    held_bytes: Annotated[int, Field(ge=1, description="most bytes of bodies held at a time, over all requests")] = 100_000_000
    cut_at_once: Annotated[int, Field(ge=1, description="most pages cut at a time, each in a process of its own; one a core is best")] = 2
    cut_seconds: Annotated[
        float,
        Field(gt=0, description="most processor time that cutting one page may take; then its process is ended, and the page refused"),
    ] = 60.0
    cut_bytes: Annotated[
        int, Field(ge=300_000_000, description="most memory of one process that cuts pages, address space as the kernel counts it")
    ] = 2_000_000_000
    store_seconds: Annotated[float, Field(gt=0, description="longest wait for Postgres before the sender is asked to come back")] = 15.0
    skew_seconds: Annotated[int, Field(ge=0, description="by how much a sender's clock may be ahead; a later capture is refused")] = 600
    quarantine_bytes: Annotated[
        int, Field(ge=0, le=MOST_ARTICLE_BYTES, description="most bytes of one refused page that are kept in quarantine")
    ] = 1_000_000
    answers_hours: Annotated[int, Field(ge=1, description="how long the answer to an Idempotency-Key is kept")] = 24
    api_keys: Annotated[
        str, Field(description="SHA-256 of each API key, in hexadecimal, comma-separated; needed to listen beyond loopback")
    ] = ""
    api_keys_file: Annotated[str, Field(description="a file with more of them, one a line; # opens a comment")] = ""
    crawl_topic: Annotated[str, Field(description="a topic that your own crawler writes pages or articles to; none if empty")] = ""
    backlog_records: Annotated[int, Field(ge=0, description="most records that may wait for Kafka before intake is refused")] = 10_000
    retry_after_seconds: Annotated[int, Field(ge=1, description="when a sender that is turned away may come back")] = 2

    @property
    def limits(self) -> Limits:
        """What one page may cost."""
        return Limits(
            max_bytes=self.page_bytes,
            max_lines=self.page_lines,
            max_tags=self.page_tags,
            max_depth=self.page_depth,
            max_articles=self.page_articles,
            min_body=self.story_characters,
            max_headline=self.headline_characters,
            max_json_depth=self.json_depth,
            max_feed=self.feed_characters,
        )
