"""Writes what is published of the contract: JSON Schema of every model on the wire and AsyncAPI of every topic.

`python -m schemas.publish` writes `schemas/published/`. With `--check` it compares instead: it says which file drifted, and what of the
contract is no longer compatible with the last release, which `--release VERSION` keeps in `schemas/released/`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.articles import RawArticle
from schemas.asyncapi import asyncapi, file_of
from schemas.base import Model
from schemas.changes import EventChange
from schemas.compatible import GOLDEN, breaks
from schemas.edits import Edit
from schemas.envelope import Envelope
from schemas.events import CanonicalEvent
from schemas.genesis import Genesis
from schemas.golden import digests
from schemas.mentions import Reading
from schemas.versions import dataschema

HOME = Path(__file__).parent / "published"
RELEASED = Path(__file__).parent / "released"
MODELS: tuple[type[Model], ...] = (CanonicalEvent, Edit, Envelope, EventChange, Genesis, RawArticle, Reading)
DIALECT = "https://json-schema.org/draft/2020-12/schema"
WHAT_TO_DO = (
    "the contract of release {release} is broken; give what changes a new version, with an upcaster, on a topic of its own "
    "(docs/architecture/wire.md), or, where nobody reads that release yet, `python -m schemas.publish --release {release}`\n"
)


def documents() -> dict[str, Any]:
    """Every published document by its file name."""
    schemas = {file_of(model.__name__): _schema(model) for model in MODELS}
    return schemas | {"asyncapi.json": asyncapi()}


def _schema(model: type[Model]) -> dict[str, Any]:
    """What any record of this version is like, old ones included: a field that has a default may be missing from those."""
    return {"$schema": DIALECT, "$id": dataschema(model.__name__)} | model.model_json_schema(mode="validation")


def drifted(home: Path = HOME) -> list[str]:
    """The files under `home` that differ from what the models and cards say now; unknown ones too."""
    wanted = {name: _text(document) for name, document in documents().items()}
    found = {path.name: path.read_text(encoding="utf-8") for path in home.glob("*.json")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def last_release(home: Path = RELEASED) -> tuple[str, dict[str, Any]]:
    """Its version, and its documents by file name."""
    folder = max(home.iterdir(), key=lambda path: tuple(map(int, path.name.split("."))))
    return folder.name, {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def _text(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _write(home: Path, wanted: Mapping[str, Any]) -> None:
    home.mkdir(parents=True, exist_ok=True)
    for path in home.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, document in wanted.items():
        (home / name).write_text(_text(document), encoding="utf-8")


def contract() -> dict[str, Any]:
    """What a release promises: the published documents without their examples, and the golden records, by their digests."""
    wanted = documents()
    for message in wanted["asyncapi.json"]["components"]["messages"].values():
        del message["examples"]
    return wanted | {GOLDEN: digests()}


def _check() -> int:
    for name in drifted():
        sys.stderr.write(f"schemas/published/{name} is not what the models say: run `make schemas` and review the diff\n")
    release, then = last_release()
    broken = breaks(then, contract())
    sys.stderr.writelines(f"{line}\n" for line in broken)
    sys.stderr.write(WHAT_TO_DO.format(release=release) if broken else "")
    return 1 if drifted() or broken else 0


def main() -> int:
    """Write, check, or keep as a release."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a file has drifted or the contract is broken")
    parser.add_argument("--release", metavar="VERSION", help="keep the contract as it is now as that of a release")
    options = parser.parse_args()
    if options.check:
        return _check()
    if options.release:
        _write(RELEASED / options.release, contract())
    _write(HOME, documents())
    return 0


if __name__ == "__main__":
    sys.exit(main())
