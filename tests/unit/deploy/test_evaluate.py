"""`make evaluate`: parts by the hash of a document's id, and what is missed most, of the part that may be looked at."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.evaluate import cut, is_unread, kinds_of_miss

IDS = [f"doc-{number}" for number in range(30)]
SCORE = """
import sys
if "--misses" in sys.argv:
    print("main: DATE doc-1 a day")
    print("main: DATE doc-2 a day")
    print("times: TIME MISSED doc-3 'NOON' DATE")
print("== main")
print("dates right   80.0  8 of 10")
print("note: a remark of a reader", file=sys.stderr)
print("error: what matters", file=sys.stderr)
"""


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """Two slices of thirty documents, and a scorer that names three misses."""
    folder = tmp_path / "gold with a blank"
    for place in (folder, folder / "times"):
        place.mkdir()
        for name in ("articles.jsonl", "gold.jsonl"):
            (place / name).write_text("".join(json.dumps({"id": one, "text": "a\u2028b"}) + "\n" for one in IDS), encoding="utf-8")
    (folder / "times" / "slice.json").write_text('{"task": "times"}', encoding="utf-8")
    (folder / "score.py").write_text(SCORE, encoding="utf-8")
    return folder


def evaluate(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "tests.evaluate", *arguments], capture_output=True, text=True, check=False)


def test_the_parts_share_no_document_and_miss_none(gold: Path, tmp_path: Path) -> None:
    ids = {
        part: [
            {json.loads(line)["id"] for line in (cut(gold, part, tmp_path / part) / name).read_text(encoding="utf-8").split("\n") if line}
            for name in ("articles.jsonl", "gold.jsonl", "times/articles.jsonl", "times/gold.jsonl")
        ]
        for part in ("read", "unread")
    }
    assert ids["unread"] == [{one for one in IDS if is_unread(one)}] * 4
    assert ids["read"] == [set(IDS) - ids["unread"][0]] * 4
    assert 0 < len(ids["unread"][0]) < len(IDS)


def test_misses_are_counted_by_slice_and_kind() -> None:
    told = "main: DATE doc-1 a\nmain: DATE doc-2 b\ntimes: TIME MISSED doc-3 'NOON'\n== main\ndates right: 3\n"
    assert kinds_of_miss(told) == {"main: DATE": 2, "times: TIME MISSED": 1}


def test_the_read_part_is_shown_with_its_kinds_of_miss_and_none_of_its_texts(gold: Path) -> None:
    shown = evaluate(str(gold), "--part", "read")
    assert shown.stdout.splitlines()[:2] == ["== main", "dates right   80.0  8 of 10"]
    assert ["main:", "DATE", "2"] in [line.split() for line in shown.stdout.splitlines()]
    assert "a day" not in shown.stdout
    assert shown.stderr == "error: what matters\n"


def test_of_the_unread_part_nothing_but_figures_is_shown(gold: Path) -> None:
    assert evaluate(str(gold), "--part", "unread").stdout.splitlines() == ["== main", "dates right   80.0  8 of 10"]


def test_a_folder_without_a_scorer_is_refused(tmp_path: Path) -> None:
    shown = evaluate(str(tmp_path))
    assert shown.returncode == 1
    assert "there is no score.py" in shown.stderr
