"""Every golden page gives what was accepted for it, stage by stage. `pytest tests/pages --accept` writes what comes out now."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages.golden import Stage, accepted, expected, folders, in_order

CASES = [pytest.param(folder, stage, id=f"{folder.name}: {stage.FILE}") for folder in folders() for stage in in_order()]


@pytest.mark.parametrize(("folder", "stage"), CASES)
def test_a_golden_page_gives_what_was_accepted(folder: Path, stage: Stage, request: pytest.FixtureRequest) -> None:
    output = stage.run(folder)
    path = folder / stage.FILE
    if request.config.getoption("--accept"):
        path.write_text(accepted(output), encoding="utf-8")
    assert path.exists(), f"nothing accepted yet: run `pytest tests/pages --accept`, and review {path.name}"
    assert output == expected(path)


def test_every_stage_is_reached() -> None:
    """A stage whose AFTER names no other stage would never run."""
    import pkgutil

    from tests.pages import stages

    assert len(in_order()) == len(list(pkgutil.iter_modules(stages.__path__)))
