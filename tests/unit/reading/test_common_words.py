"""What the words that all kinds share do, file by file, by the examples beside them."""

from __future__ import annotations

from typing import Any

import pytest

from services.normalizer.reading import read_sentences
from services.normalizer.reading.rules import PATTERNS
from tests.support.tables import table
from tests.unit.reading.articles import mentions
from tests.unit.reading.test_tables import faults

COMMON = PATTERNS / "common"
EXAMPLES: dict[str, dict[str, list[dict[str, Any]]]] = table(COMMON / "examples.yaml")


def rows(*parts: str) -> list[Any]:
    found = [(file, row) for file, examples in EXAMPLES.items() for part in parts for row in examples[part]]
    return [pytest.param(row, id=f"{file}: {row['text'][:60]}") for file, row in found]


def wrong(row: dict[str, Any]) -> list[str]:
    """Where reading differs from the row."""
    read = mentions(row["text"], "2025-08-19T20:00:00+00:00")
    found = []
    if "sentences" in row and (number := len(read_sentences(row["text"]))) != row["sentences"]:
        found.append(f"{number} sentences")
    if "said_by" in row:
        speaker = read[0].claims[0].speaker if read else None
        name = speaker.name if speaker else None
        found += [f"said by {name}"] if not read or name != row["said_by"] else []
    if "tells" in row:
        found += [f"{len(read)} mentions"] if len(read) != len(row["tells"]) else []
        found += [fault for mention, told in zip(read, row["tells"], strict=False) for fault in faults(mention, told)]
        found += [f"counts {m.quantities}" for m, told in zip(read, row["tells"], strict=False) if told.get("none") and m.quantities]
    return found


@pytest.mark.parametrize("row", rows("match", "not"))
def test_a_sentence_is_read_as_the_file_says(row: dict[str, Any]) -> None:
    assert wrong(row) == []


@pytest.mark.parametrize("row", rows("misses"))
def test_a_known_miss_is_still_missed_else_it_belongs_among_the_matches(row: dict[str, Any]) -> None:
    assert wrong(row)


def test_every_file_of_shared_words_has_examples_of_each_sort() -> None:
    files = {path.stem for path in COMMON.glob("*.yaml")} - {"examples"}
    assert set(EXAMPLES) == files
    assert [f"{file}: {part}" for file in sorted(files) for part in ("match", "not", "misses") if not EXAMPLES[file].get(part)] == []
