"""The reading desk: the bytes of an article in, its readings as they go on the wire out. It runs in a process apart, and knows no Kafka."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from schemas.articles import PageRef, RawArticle
from schemas.base import sha256
from schemas.mentions import Reading
from services.chassis.errors import brief
from services.normalizer.reading import Ruleset, read

ENTRY = f"{__name__}:open_desk"
SELDOM = 50_000  # objects more made than unmade
WARMING = "Putin met Trump in Geneva on Monday after talks. Russian drones hit Kyiv, killing two people, officials said."


@dataclass(frozen=True, slots=True)
class Written:
    """A reading, written down."""

    kind: str
    article_id: str
    ruleset: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why an article can never be read."""

    reason: str


Answer = tuple[Written, ...] | Unreadable
Choose = Callable[[RawArticle, Ruleset], Sequence[Reading]]


def open_desk(choose: Choose | None = None) -> Callable[[bytes], Answer]:
    """Load the rules, and all that is loaded when first asked for: no article's time is spent on that. What answers then reads one.

    `choose` says which of its readings are given: as a rule those that are to be published.

    Reading makes much, throws it away, and hardly ever in circles: the collector looks for those seldom, and never among the rules.
    """
    ruleset = Ruleset.load()
    read(_article(WARMING), ruleset)
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM)
    return lambda value: answer(value, ruleset, choose)


def answer(value: bytes, ruleset: Ruleset, choose: Choose | None = None) -> Answer:
    """What is to be published of one article, or what `choose` makes of it.

    Raises:
        OSError, ImportError, MemoryError: this installation is broken, not the article.
    """
    try:
        return tuple(map(write, (choose or readings_to_publish)(RawArticle.model_validate_json(value), ruleset)))
    except ValidationError as error:
        return Unreadable(f"not a RawArticle: {brief(error)}")
    except (OSError, ImportError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - a text that our rules stumble over is that article's trouble (docs/adr/0005)
        return Unreadable(f"reading failed: {type(error).__name__}: {error}")


def _article(body: str) -> RawArticle:
    page = PageRef(page_id="")
    return RawArticle(article_id="", page=page, outlet="", title="", body=body, content_sha256=sha256(body), extractor="")


def write(reading: Reading) -> Written:
    """A reading as bytes."""
    return Written(reading.kind, reading.article.article_id, reading.ruleset, reading.model_dump_json().encode())


def readings_to_publish(article: RawArticle, ruleset: Ruleset) -> list[Reading]:
    """All readings with mentions, and from revision 2 on the empty ones too, since an earlier revision may have told more."""
    return [reading for reading in all_readings(article, ruleset) if reading.mentions or article.revision > 1]


def all_readings(article: RawArticle, ruleset: Ruleset) -> tuple[Reading, ...]:
    """One reading a kind; of an article that was withdrawn each is empty."""
    readings = read(article, ruleset)
    if article.pubstatus != "withdrawn":
        return readings
    return tuple(reading.model_copy(update={"mentions": (), "sentences": (), "spans": ()}) for reading in readings)
