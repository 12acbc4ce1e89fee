"""The Makefile, as somebody sees it who has just come."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
MAKE = shutil.which("make") or "make"


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([MAKE, "--no-print-directory", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def targets() -> list[str]:
    line = next(line for line in ROOT.joinpath("Makefile").read_text().splitlines() if line.startswith(".PHONY:"))
    return line.removeprefix(".PHONY:").split()


@pytest.mark.parametrize("target", targets())
def test_help_lists_every_target_with_what_it_does(target: str) -> None:
    lines = [line.split(maxsplit=2) for line in make("help").stdout.splitlines()]

    assert [words[2] for words in lines if words[:2] == ["make", target]]


def test_make_alone_is_help() -> None:
    assert make().stdout == make("help").stdout


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], "demo"),
        (
            ["PAGES=my pages/a.txt", "CAPTURED_AT=2025-08-20T00:00Z", "ONCE=1"],
            'demo "my pages/a.txt" --captured-at "2025-08-20T00:00Z" --once',
        ),
        (["ONCE=0"], "demo"),
    ],
)
def test_the_demo_passes_on_what_it_is_given(given: list[str], expected: str) -> None:
    last = make("-n", "demo", *given).stdout.splitlines()[-1]

    assert " ".join(last.split()) == f".venv/bin/daybook {expected}"


def test_a_python_that_is_too_old_is_told_with_what_to_do(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)

    told = make("-B", ".venv/runtime.stamp", f"PYTHON={old}")

    assert told.returncode != 0
    assert "is Python 3.9.2" in told.stderr
    assert "3.11 or later" in told.stderr


def test_a_python_that_is_not_there_is_told_with_what_to_do() -> None:
    told = make("-B", ".venv/runtime.stamp", "PYTHON=no-such-python")

    assert told.returncode != 0
    assert "there is no no-such-python" in told.stderr
    assert "hint:" in told.stderr
