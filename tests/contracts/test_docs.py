"""The documentation is true: what it names is there, and what it tells people to type works."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from functools import cache
from itertools import dropwhile, takewhile
from pathlib import Path

import pytest

from deploy.reference import HOME, WRITTEN, commands, drifted, fields, http_api, pages, settings
from services.chassis.log_events import LOG_EVENTS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
NAMED = re.compile(r"`((?:tests|services|schemas|deploy|docs|samples)/[\w./-]+)`")
GROUPS = {"edit", "webhook"}  # commands that have commands of their own
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
SETTING = re.compile(r"[A-Z_]+=\S*")
TYPED = {"make", "daybook", ".venv/bin/daybook"}
RUN_BY_TESTS = ("docs/sources/", "docs/how-to/")  # every line of these is executed: tests/integration/test_sources_docs.py and its like


def lines() -> list[tuple[Path, str]]:
    """Every line of every block that people may type, with its page."""
    blocks = [(page, block) for page in PAGES for block in BLOCK.findall(page.read_text(encoding="utf-8"))]
    return sorted({(page, line) for page, block in blocks for line in block.splitlines() if line.strip() and not line.startswith("#")})


def words_of(line: str) -> list[str]:
    """The first command of a line, without the settings before it."""
    parser = shlex.shlex(line, posix=True, punctuation_chars=True)
    parser.whitespace_split = True
    try:
        words = list(takewhile(lambda word: not set(word) <= set("|&<>;"), parser))
    except ValueError:  # a text that goes on in the next line
        words = line.split()
    return list(dropwhile(SETTING.fullmatch, words)) or [""]


def typed() -> list[tuple[str, str]]:
    """Every line that a page tells people to type at `make` or `daybook`, with the page's name."""
    return sorted({(page.name, line) for page, line in lines() if words_of(line)[0] in TYPED})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = {ROOT / name for name in NAMED.findall(text)} | {page.parent / link for link in LINK.findall(text)}
    assert [str(path) for path in sorted(named) if not path.exists()] == []


@pytest.mark.parametrize(("page", "line"), typed(), ids=lambda value: value)
def test_what_a_page_tells_people_to_type_is_understood(page: str, line: str) -> None:
    words = words_of(line)
    if words[0] == "make":
        assert subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, check=False).returncode == 0, page
        return
    command, options = words[1:3] if words[1] in GROUPS else words[1:2], {word for word in words[2:] if word.startswith("--")}
    described = daybook(*command, "--help")
    assert described.returncode == 0, page
    assert all(option in described.stdout for option in options), page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_tests_that_a_page_names_exist(page: Path) -> None:
    named = TEST.findall(page.read_text(encoding="utf-8"))
    assert [(path, name) for path, name in named if f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")] == []


def test_no_line_that_people_may_type_is_looked_at_by_nobody() -> None:
    elsewhere = [(page, line) for page, line in lines() if words_of(line)[0] not in TYPED]
    assert [(page.name, line) for page, line in elsewhere if not str(page.relative_to(ROOT)).startswith(RUN_BY_TESTS)] == []


def test_each_page_whose_lines_are_run_is_named_by_the_test_that_runs_it() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__))
    run = {str(page.relative_to(ROOT)) for page, _ in lines() if str(page.relative_to(ROOT)).startswith("docs/how-to/")}
    assert [page for page in sorted(run) if page not in tests] == []


def examples() -> list[tuple[str, str]]:
    """Every example that the help of a command gives, with the command."""
    told = ((name, line.strip()) for name, command in commands.told() for line in (command.help or "").splitlines())
    return [(name, line) for name, line in told if re.match(r"(?:[A-Z_]+=\S+ )*daybook [a-z]", line)]


@pytest.mark.parametrize(("command", "line"), examples(), ids=lambda value: value)
def test_an_example_in_a_command_s_help_names_options_that_there_are(command: str, line: str) -> None:
    known = dict(commands.told())
    words = words_of(line)
    name = max((name for name in known if words[: name.count(" ") + 1] == name.split()), key=len)
    assert name.split()[1] == command.split()[1]
    options = {option for one in known[name].params for option in (*one.opts, *one.secondary_opts)}
    given = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    assert given - options == set()


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


def test_a_reference_page_that_was_edited_by_hand_or_that_nobody_writes_is_noticed(tmp_path: Path) -> None:
    for name, text in pages().items():
        (tmp_path / name).write_text(text if name != "fields.md" else text.replace("event_id", "id"), encoding="utf-8")
    (tmp_path / "stray.md").write_text("", encoding="utf-8")
    assert drifted(tmp_path) == ["fields.md", "stray.md"]


def test_the_table_of_contents_lists_every_reference_page() -> None:
    contents = (HOME / "README.md").read_text(encoding="utf-8")
    assert {path.name for path in HOME.glob("*.md")} == {*pages(), *WRITTEN}
    assert [name for name in {*pages(), *WRITTEN} - {"README.md"} if f"]({name})" not in contents] == []


def test_every_field_of_every_model_is_explained() -> None:
    told = {
        (model, name): fields.meaning(field) for model, schema in fields.models().items() for name, field in schema["properties"].items()
    }
    assert len(told) > 100
    assert [field for field, meaning in told.items() if not meaning] == []


def test_every_field_that_a_service_takes_or_answers_is_explained() -> None:
    told = {
        (service, model, name): fields.meaning(field)
        for service in http_api.ROUTERS
        for model, schema in http_api.models(service).items()
        for name, field in schema["properties"].items()
    }
    assert len(told) > 100
    assert [field for field, meaning in told.items() if not meaning] == []


def test_every_setting_and_every_parameter_is_explained() -> None:
    unsaid = [variable for variable, _, field in settings.told() if not field.description]
    unsaid += [f"{name} {one.name}" for name, command in commands.told() for one in command.params if not one.help and one.name != "help"]
    assert unsaid == []


def test_every_service_and_every_endpoint_is_in_the_reference() -> None:
    page = (HOME / "http-api.md").read_text(encoding="utf-8")
    served = {path.parent.name for path in (ROOT / "services").glob("*/__main__.py")}
    assert served == set(http_api.ROUTERS)
    assert [name for service in served for name, _ in http_api.endpoints(service) if f"`{name}`" not in page] == []
    assert [name for service in served for name in http_api.models(service) if f"### {name}\n" not in page] == []


def test_every_link_within_the_reference_leads_to_a_heading() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in HOME.glob("*.md")}
    headings = {
        name: {re.sub(r"[^\w-]", "", found.lower()) for found in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
        for name, text in texts.items()
    }
    links = [(name, *found) for name, text in texts.items() for found in re.findall(r"\]\(([\w-]*(?:\.md)?)#([\w-]+)\)", text)]
    assert len(links) > 100
    assert sorted({(name, page, anchor) for name, page, anchor in links if anchor not in headings[page or name]}) == []


def test_every_endpoint_and_its_parameters_are_explained() -> None:
    operations = [(name, operation) for service in http_api.ROUTERS for name, operation in http_api.endpoints(service)]
    unsaid = [name for name, operation in operations if not operation.get("description")]
    unsaid += [
        f"{name} {one['name']}" for name, operation in operations for one in operation.get("parameters", ()) if not http_api.explained(one)
    ]
    assert unsaid == []


def test_every_event_that_is_logged_is_documented() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "services").rglob("*.py"))
    logged = set(re.findall(r"\b(?:log\.(?:debug|info|warning|error|exception)|Away)\(\s*\"(\w+)\"", code))
    assert logged
    assert logged - LOG_EVENTS.keys() == set()
    assert LOG_EVENTS.keys() - logged == set(), "documented, but never logged"


@cache
def daybook(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    command = [str(Path(sys.executable).with_name("daybook")), *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=60, check=False)
