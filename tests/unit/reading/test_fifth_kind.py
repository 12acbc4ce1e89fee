"""A new kind is a file of patterns: no code is touched."""

from __future__ import annotations

from pathlib import Path

from services.normalizer.reading import Ruleset, read
from services.normalizer.reading.rules import PATTERNS
from tests.unit.reading.articles import article

CEASEFIRE = """
kind: ceasefire
frame: meeting
patterns:
  - id: ceasefire.noun
    part: noun
    form: truce
    trigger: [ceasefire, truce, "cessation of hostilities"]
    needs: [parties]
    blocked_by: {before: [], after: [], sentence: []}
    match: [A ceasefire between Armenia and Azerbaijan began on Monday.]
    not: [The shop called a truce with its rival.]
    misses: []
"""
BODY = "A ceasefire between Armenia and Azerbaijan began on Monday."


def test_a_fifth_kind_is_read_from_a_folder_without_touching_code(tmp_path: Path) -> None:
    (tmp_path / "ceasefire.yaml").write_text(CEASEFIRE, encoding="utf-8")
    (reading,) = read(article(BODY), Ruleset.load(tmp_path))
    (mention,) = reading.mentions
    assert (reading.kind, mention.status) == ("ceasefire", "occurred")
    assert {participant.name for participant in mention.participants} == {"Armenia", "Azerbaijan"}


def test_without_its_file_nothing_of_the_kind_is_read() -> None:
    assert all(not reading.mentions for reading in read(article(BODY), Ruleset.load(PATTERNS)))


def test_the_version_changes_with_the_patterns(tmp_path: Path) -> None:
    (tmp_path / "ceasefire.yaml").write_text(CEASEFIRE, encoding="utf-8")
    assert Ruleset.load(tmp_path).version != Ruleset.load(PATTERNS).version
