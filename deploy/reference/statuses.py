"""Where a happening may stand in its life, and what may follow what, from the table that merging obeys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

import services.normalizer.merging
from deploy.reference._markdown import code, section, table
from schemas.events import STATUSES

TITLE = "Statuses"
ABOUT = "Where a happening stands in its life (`status`), and what a later article may make of it."


def body() -> str:
    life = _life()
    follows: dict[str, list[str]] = life["follows"]
    rows = ((code(name), about, _list(follows[name]) or "nothing") for name, about in STATUSES.items())
    return "\n".join(
        [
            table(("status", "means", "may be followed by"), rows),
            section("As a picture", _drawn(follows)),
            section("How it moves", _rules(life)),
        ]
    )


def _rules(life: dict[str, Any]) -> str:
    return (
        "All else that is told later leaves the state as it is. Of what is told at one moment the first of these holds before the next: "
        f"{_list(life['order'])}. What an article tells as background may only bring about {_list(life['background'])}. "
        "`retracted` comes of editors, and of articles that are withdrawn; no article tells it."
    )


def _list(names: list[str]) -> str:
    return ", ".join(map(code, names))


def _life() -> dict[str, Any]:
    home = Path(services.normalizer.merging.__path__[0])
    told: dict[str, Any] = yaml.safe_load((home / "life.yaml").read_text(encoding="utf-8"))
    return told


def _drawn(follows: dict[str, list[str]]) -> str:
    arrows = (f"    {one} --> {other}" for one, others in follows.items() for other in others)
    return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```"])
