"""`make evaluate`: scores `daybook read` against articles marked up by hand, all of them or a part.

    python -m tests.evaluate GOLD [--part read|unread]

A third of the documents is for looking at figures alone, so that rules which only serve what their author has read are noticed: those whose id has
a SHA-1 that three divides. `--part unread` gives the figures on that third; `--part read` those on the rest, with the most frequent kinds of miss.
GOLD is a folder with a score.py, and with articles.jsonl and gold.jsonl, in itself and in folders beside it, one document or mark a line by `id`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Literal

Part = Literal["all", "read", "unread"]
BUILD = Path("build/evaluate")
UNREAD = 3  # one document in so many
KINDS = 10


def is_unread(document: str) -> bool:
    """Whether a document's misses are not to be looked at."""
    return int(hashlib.sha1(document.encode(), usedforsecurity=False).hexdigest(), 16) % UNREAD == 0


def cut(gold: Path, part: Part, into: Path) -> Path:
    """A copy of the gold folder that holds the documents of one part alone."""
    shutil.rmtree(into, ignore_errors=True)
    for source in sorted([gold / "score.py", *gold.glob("*.jsonl"), *gold.glob("*/*.jsonl"), *gold.glob("*/slice.json")]):
        target = into / source.relative_to(gold)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_of_part(source, part) if source.suffix == ".jsonl" else source.read_text(encoding="utf-8"), encoding="utf-8")
    return into


def _of_part(source: Path, part: Part) -> str:
    lines = [line for line in source.read_text(encoding="utf-8").split("\n") if line.strip()]
    return "".join(f"{line}\n" for line in lines if is_unread(str(json.loads(line)["id"])) == (part == "unread"))


def kinds_of_miss(output: str) -> Counter[str]:
    """How often each kind of miss is named: lines such as "main: STATUS doc-7 …" are one of "main: STATUS"."""
    found: Counter[str] = Counter()
    for line in output.splitlines():
        where, _, rest = line.partition(": ")
        words = rest.split()
        kind = [word for n, word in enumerate(words) if word.isupper() and word.isalpha() and all(w.isupper() for w in words[:n])]
        if kind and where.isalnum():
            found[f"{where}: {' '.join(kind)}"] += 1
    return found


def main() -> int:
    """Score, and say what is missed most."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, help="folder with score.py and the marked articles")
    parser.add_argument("--part", choices=["all", "read", "unread"], default="all")
    options = parser.parse_args()
    if not (options.gold / "score.py").is_file():
        sys.stderr.write(f"error: there is no score.py in {options.gold}\nhint: make evaluate GOLD=dir\n")
        return 1
    gold = options.gold if options.part == "all" else cut(options.gold, options.part, BUILD / options.part)
    command = [
        sys.executable,
        str(gold / "score.py"),
        "--run",
        f"{shlex.quote(str(Path(sys.executable).parent / 'daybook'))} read --articles {{}}",
    ]
    done = subprocess.run([*command, *(["--misses"] if options.part == "read" else [])], capture_output=True, text=True, check=False)
    sys.stderr.write("".join(line for line in done.stderr.splitlines(keepends=True) if not line.startswith("note: ")))
    misses = kinds_of_miss(done.stdout) if options.part == "read" else Counter[str]()
    figures = done.stdout[done.stdout.index("== ") :] if "== " in done.stdout else done.stdout
    sys.stdout.write(figures if options.part == "read" else done.stdout)
    if misses:
        sys.stdout.write(f"\n== the {KINDS} most frequent kinds of miss\n")
        sys.stdout.write("".join(f"{kind:<40}{count:>6}\n" for kind, count in misses.most_common(KINDS)))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
