"""Folders of rules that differ from what is installed by a pattern."""

from __future__ import annotations

import re
from pathlib import Path

from services.normalizer.rulesets import HOME


def without(kind: str, *patterns: str) -> str:
    """The installed patterns of a kind but for these."""
    head, *blocks = re.split(r"(?m)^(?=  - id: )", (HOME / "patterns" / f"{kind}.yaml").read_text(encoding="utf-8"))
    kept = [block for block in blocks if block.split("\n", 1)[0].removeprefix("  - id: ") not in patterns]
    assert len(kept) == len(blocks) - len(patterns), "no such pattern"
    return head + "".join(kept)


def folder(home: Path, kind: str, text: str) -> Path:
    """A folder of rules with one file of patterns."""
    (home / "patterns").mkdir(parents=True, exist_ok=True)
    (home / "patterns" / f"{kind}.yaml").write_text(text, encoding="utf-8")
    return home
