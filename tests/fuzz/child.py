"""Targets under the fuzzer, each in a process of its own that begins with everything imported: `python -m tests.fuzz.child HOME NAMES OPTIONS…`.

`HOME` has a folder for each target, with its corpus and its words; `NAMES` are separated by commas, `module:function` stands for another
function; `OPTIONS` are libFuzzer's. Each target is announced before it begins and when it has ended, on standard error.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import atheris


def main() -> None:
    """Run them one after another; end with 1 if one of them found something."""
    home, names, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["services.ingestor"]):
        importlib.import_module("tests.fuzz.targets")
    codes = [_fuzz(Path(home) / name, name, options) for name in names.split(",")]
    sys.exit(int(any(codes)))


def _fuzz(folder: Path, name: str, options: list[str]) -> int:
    sys.stderr.write(f"target: {name}\n")
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        words = [f"-dict={folder / 'words'}"] if (folder / "words").read_text(encoding="ascii") else []
        its = [f"-artifact_prefix={folder}/found-", *words]
        inputs = [] if any(not option.startswith("-") for option in options) else [str(folder / "corpus")]
        atheris.Setup([sys.argv[0], *its, *options, *inputs], _target(name))
        atheris.Fuzz()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.stderr.write(f"ended: {name} {code}\n")
    sys.stderr.flush()
    return code


def _target(name: str) -> Callable[[bytes], None]:
    module, _, function = name.rpartition(":")
    if module:
        found: Callable[[bytes], None] = getattr(importlib.import_module(module), function)
        return found
    from tests.fuzz.targets import TARGETS

    return TARGETS[name].run


if __name__ == "__main__":
    main()
