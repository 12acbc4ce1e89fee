"""The ruleset's version: a hash of all data and code that decide what is read, carried by every reading."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import services
from services.normalizer.reading import Ruleset, read
from services.normalizer.reading.rules import PATTERNS, deciding_files, version_of
from tests.unit.reading.articles import article

NORMALIZER = Path(services.__file__).parent / "normalizer"
TEXT = "Putin met Trump in Geneva on Monday. Russian drones hit Kyiv, killing two. Russia and Ukraine exchanged 100 prisoners each."
# Whatever a process opens under the normalizer's folder while it loads the rules and reads, and every module of it that it imports.
WATCHED = """
import sys
opened = set()
sys.addaudithook(lambda event, args: opened.add(str(args[0])) if event == "open" else None)
from services.normalizer.reading import Ruleset, read
from tests.unit.reading.articles import article
read(article({text!r}), Ruleset.load())
opened |= {{module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)}}
print("\\n".join(sorted(opened)))
"""


def touched() -> set[Path]:
    out = subprocess.run([sys.executable, "-c", WATCHED.format(text=TEXT)], capture_output=True, text=True, check=True).stdout
    paths = {Path(line) for line in out.splitlines() if line.startswith(str(NORMALIZER))}
    return {path for path in paths if path.is_file() and path.suffix != ".pyc"}


def test_every_file_that_a_reading_opens_or_runs_decides_the_version() -> None:
    found = touched()
    assert {"cities.tsv", "status.yaml", "tense.yaml", "europe.yaml", "summit.yaml", "walk.py", "joining.py", "reader.py"} <= {
        path.name for path in found
    }
    # the package's own empty file decides nothing
    assert sorted(found - set(deciding_files(PATTERNS)) - {NORMALIZER / "__init__.py"}) == []
    assert (NORMALIZER / "__init__.py").read_bytes() == b""


def test_a_change_of_any_file_gives_another_version(tmp_path: Path) -> None:
    # given copies of one file of each folder and sort
    one_of_each = {(path.parent, path.suffix): path for path in deciding_files(PATTERNS)}.values()
    copies = [tmp_path / f"{number} {path.name}" for number, path in enumerate(one_of_each)]
    for path, copy in zip(one_of_each, copies, strict=True):
        copy.write_bytes(path.read_bytes())
    before = version_of(copies)
    # when each is changed in turn, then the version is another
    for copy in copies:
        content = copy.read_bytes()
        copy.write_bytes(content + b" ")
        assert version_of(copies) != before, copy.name
        copy.write_bytes(content)
    assert version_of(copies) == before


def test_where_the_patterns_lie_does_not_decide_the_version(tmp_path: Path) -> None:
    for name in ("zzz", "aaa"):
        for path in PATTERNS.glob("*.yaml"):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / path.name).write_bytes(path.read_bytes())
    assert Ruleset.load(tmp_path / "zzz").version == Ruleset.load(tmp_path / "aaa").version


def test_every_reading_carries_the_version() -> None:
    ruleset = Ruleset.load()
    readings = read(article(TEXT), ruleset)
    assert {reading.ruleset for reading in readings} == {ruleset.version} == {version_of(deciding_files(PATTERNS))}
    assert sum(bool(reading.mentions) for reading in readings) == 3
