"""Each file of the lexicon does what its examples say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from services.normalizer.reading.names import Named, Names
from services.normalizer.reading.names.lexicon import FOLDER, read_yaml

EXAMPLES = [(file, example) for file, examples in read_yaml(FOLDER / "names.examples.yaml").items() for example in examples]


def found_in(example: dict[str, Any]) -> tuple[Named, ...]:
    day = dt.date.fromisoformat(example.get("published", "2025-08-20"))
    return Names.load().find(example["text"], day)


def shown(named: Named) -> str:
    """As the examples write it: reading, canonical name, and the country of a place."""
    if named.actor is not None:
        return f"{named.reading} {named.actor.name}"
    assert named.place is not None
    return f"place {named.place.name} {named.place.country or '-'}"


@pytest.mark.parametrize(("file", "example"), EXAMPLES, ids=[f"{file}: {e['text']}" for file, e in EXAMPLES])
def test_an_example_is_read_as_its_file_says(file: str, example: dict[str, Any]) -> None:
    named = found_in(example)
    meanings = {(n.text, shown(n)) for n in named}
    missing = [item for item in example.get("finds", {}).items() if item not in meanings]
    assert not missing, f"{file}: {missing} not among {sorted(meanings)}"
    found = [item for item in example.get("misses", {}).items() if item in meanings]
    assert not found, f"{file}: {found} is a known miss no more: it belongs among the finds"
    assert not [n.text for n in named if n.text in example.get("leaves", ())]


def test_every_part_of_the_lexicon_has_examples_of_each_sort() -> None:
    parts = {path.name for path in FOLDER.iterdir()} - {"names.examples.yaml"}
    assert {file for file, _ in EXAMPLES} == parts
    sorts = {(file, sort) for file, example in EXAMPLES for sort in ("finds", "leaves", "misses") if example.get(sort)}
    assert [(part, sort) for part in sorted(parts) for sort in ("finds", "leaves", "misses") if (part, sort) not in sorts] == []
