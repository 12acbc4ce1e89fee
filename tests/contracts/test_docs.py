"""The documentation is true: what it names is there, and what it tells people to type works."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.reference import drifted
from services.chassis.log_events import LOG_EVENTS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
NAMED = re.compile(r"`((?:tests|services|schemas|deploy|docs|samples)/[\w./-]+)`")
GROUPS = {"edit", "webhook"}  # commands that have commands of their own
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def typed() -> list[tuple[str, str]]:
    """Every line that a page tells people to type, with the page's name."""
    blocks = [(page, block) for page in PAGES for block in BLOCK.findall(page.read_text(encoding="utf-8"))]
    return sorted(
        {
            (page.name, line)
            for page, block in blocks
            for line in block.splitlines()
            if line.startswith(("make ", ".venv/bin/daybook ", "daybook "))
        }
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = {ROOT / name for name in NAMED.findall(text)} | {page.parent / link for link in LINK.findall(text)}
    assert [str(path) for path in sorted(named) if not path.exists()] == []


@pytest.mark.parametrize(("page", "line"), typed(), ids=lambda value: value)
def test_what_a_page_tells_people_to_type_is_understood(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)
    if words[0] == "make":
        assert subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, check=False).returncode == 0, page
        return
    command, options = words[1:3] if words[1] in GROUPS else words[1:2], {word for word in words[2:] if word.startswith("--")}
    described = daybook(*command, "--help")
    assert described.returncode == 0, page
    assert all(option in described.stdout for option in options), page


def test_every_command_shows_examples() -> None:
    listed = daybook("--help").stdout
    commands = re.findall(r"^│ (\w+) {2,}", listed, re.MULTILINE)
    assert {"up", "down", "demo", "ingest", "timeline", "read", "topics", "doctor"} <= set(commands)
    assert [name for name in commands if f"daybook {name}" not in daybook(name, "--help").stdout] == []


def test_every_architecture_page_is_in_the_table_of_contents() -> None:
    contents = (ROOT / "docs/architecture/README.md").read_text(encoding="utf-8")
    assert [page.name for page in (ROOT / "docs/architecture").glob("*.md") if page.name != "README.md" and page.name not in contents] == []


def test_reference_pages_are_what_the_code_says() -> None:
    assert drifted() == []


def test_every_event_that_is_logged_is_documented() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "services").rglob("*.py"))
    logged = set(re.findall(r"\blog\.(?:debug|info|warning|error|exception)\(\s*\"(\w+)\"", code))
    assert logged
    assert logged - LOG_EVENTS.keys() == set()
    assert LOG_EVENTS.keys() - logged == set(), "documented, but never logged"


def daybook(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    command = [str(Path(sys.executable).with_name("daybook")), *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=60, check=False)
