"""Every parser is fuzzed for a moment: no crash, no hang, no more memory than stated; and a fuzzer that would see these is what did it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz.running import MEMORY_MB, fuzz, is_here, replay
from tests.fuzz.targets import TARGETS

SECONDS = 60 if os.environ.get("DAYBOOK_FULL") else 1
SAME_LUCK = "-seed=1"  # what is new is for `make fuzz` to find, and not for a run of all tests once in a while
FOUND = sorted((Path(__file__).parent / "found").glob("*/*"))
fuzzer = pytest.mark.skipif(not is_here(), reason="there is no Atheris for this Python and machine")


@fuzzer
def test_no_parser_crashes_hangs_or_hoards(tmp_path: Path) -> None:
    results = fuzz(list(TARGETS), SECONDS, tmp_path, lambda _: None, SAME_LUCK)
    assert {one.name: one.said for one in results if one.code} == {}
    assert {one.name: one.inputs for one in results if one.inputs < 10} == {}, "hardly anything was tried"
    assert max(one.memory_mb for one in results) <= MEMORY_MB


@fuzzer
@pytest.mark.parametrize(("control", "trouble"), [("crash", "it has crashed"), ("hang", "timeout"), ("hoard", "out-of-memory")])
def test_a_parser_that_crashes_hangs_or_hoards_is_found_with_its_input(control: str, trouble: str, tmp_path: Path) -> None:
    """The negative controls."""
    name = f"tests.fuzz.controls:{control}"
    (result,) = fuzz([name], 60, tmp_path, lambda _: None, *(["-timeout=1"] if control == "hang" else []))
    assert result.code
    assert any(trouble in line for line in result.said), result.said
    assert result.found
    assert result.found.exists()


@fuzzer
def test_an_input_that_was_found_can_be_run_again(tmp_path: Path) -> None:
    (tmp_path / "given").write_bytes(b"<")
    assert "it has crashed" in replay("tests.fuzz.controls:crash", tmp_path / "given", tmp_path).trouble


@pytest.mark.parametrize(("name", "seed"), [(name, seed) for name, one in TARGETS.items() for seed in one.seeds])
def test_every_seed_holds(name: str, seed: bytes) -> None:
    """Also where there is no fuzzer."""
    TARGETS[name].run(seed)


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_found_once_holds_now(path: Path) -> None:
    TARGETS[path.parent.name].run(path.read_bytes())
