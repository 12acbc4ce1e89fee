"""A source can be taken away: whatever it does not read stays as it was, and nothing else in Daybook knows it by name."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ingestor import sources as package
from services.ingestor.sources import source_of, sources
from tests.pages.golden import expected, folders
from tests.pages.stages import articles as stage

ROOT = Path(__file__).resolve().parents[3]
HOME = ROOT / "services/ingestor/sources"
MODULES = sorted(path.stem for path in HOME.glob("*.py") if path.stem != "__init__")


def read_by(folder: Path) -> set[str]:
    """The sources that a golden page goes through: the one that takes it, and those of the pages within it."""
    accepted = expected(folder / stage.FILE)["articles"]
    return {source_of(stage.capture_of(folder)).NAME, *(one["extractor"].partition("/")[0] for one in accepted)}


GOLDEN = {folder: read_by(folder) for folder in folders()}


@pytest.fixture
def without(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Discovery over a copy of the folder that lacks one module; the name of that source."""
    name = next(source.NAME for source in sources() if source.__name__.endswith(f".{request.param}"))  # type: ignore[attr-defined] # a module
    for module in MODULES:
        if module != request.param:
            shutil.copy(HOME / f"{module}.py", tmp_path)
    monkeypatch.setattr(package, "__path__", [str(tmp_path)])
    sources.cache_clear()
    yield name
    monkeypatch.undo()
    sources.cache_clear()


@pytest.mark.parametrize("without", MODULES, indirect=True)
def test_without_a_source_whatever_others_read_stays_as_it_was(without: str) -> None:
    assert without not in {source.NAME for source in sources()}
    others = {folder: stage.run(folder) for folder, names in GOLDEN.items() if without not in names}
    assert {folder.name for folder, made in others.items() if made != expected(folder / stage.FILE)} == set()


@pytest.mark.parametrize("without", ["page_html", "feed", "jsonl", "warc"], indirect=True)
def test_and_its_own_pages_do_not(without: str) -> None:
    """The negative control: the pages that are left out above are those that need the source."""
    own = [folder for folder, names in GOLDEN.items() if without in names]
    assert own
    assert [folder.name for folder in own if stage.run(folder) == expected(folder / stage.FILE)] == []


def test_every_source_has_a_golden_page() -> None:
    assert {source.NAME for source in sources()} - set().union(*GOLDEN.values()) == set()


@pytest.mark.parametrize("module", MODULES)
def test_nothing_else_knows_a_source_by_its_module(module: str) -> None:
    named = re.compile(rf"\bsources\.{module}\b|from services\.ingestor\.sources import .*\b{module}\b")
    code = [path for folder in ("services", "schemas", "deploy") for path in (ROOT / folder).rglob("*.py")]
    assert [str(path) for path in code if named.search(path.read_text(encoding="utf-8"))] == []
