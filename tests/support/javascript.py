"""The JavaScript consumer of the docs, installed once a session with what the registry offers."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.pages import ROOT, save

PAGE = "docs/how-to/subscribe-javascript.md"
LEAST = (20, 19)
AWAY = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|network", re.IGNORECASE)


@pytest.fixture(scope="session")
def javascript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `consumer.mjs` and its packages. Skips where there is no Node, or no registry."""
    folder = tmp_path_factory.mktemp("javascript")
    install(folder)
    save(PAGE, folder)
    return folder


def install(folder: Path) -> None:
    """`npm ci` as the page says."""
    if not shutil.which("npm") or not shutil.which("node"):
        pytest.skip("there is no Node here")
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, told.strip("v\n").split(".")))[:2] < LEAST:
        pytest.skip(f"Node {told.strip()} is older than {'.'.join(map(str, LEAST))}")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "docs/how-to/javascript" / name, folder)
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode and AWAY.search(done.stderr):
        pytest.skip("no registry of packages can be reached")
    assert done.returncode == 0, done.stderr
