"""What a page of the docs tells people to save and to type."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FILE = re.compile(r"```(?:python|js|json) ([\w.]+)\n(.*?)```", re.DOTALL)
_TYPED = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def files_of(page: str) -> dict[str, str]:
    """The files that a page has people save, by name."""
    return dict(_FILE.findall((ROOT / page).read_text(encoding="utf-8")))


def typed_in(page: str) -> list[str]:
    """The lines that a page has people type, in order."""
    return [line for block in _TYPED.findall((ROOT / page).read_text(encoding="utf-8")) for line in block.splitlines()]


def save(page: str, folder: Path) -> None:
    """Write the page's files."""
    for name, text in files_of(page).items():
        (folder / name).write_text(text, encoding="utf-8")
