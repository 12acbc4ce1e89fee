"""Resolve `jgo.toml` anew and write `jgo.lock.toml` beside it: `python -m deploy.local.relock FOLDER…`.

`jgo lock` would do, but it fetches a whole JDK to find out which jars are modules; we put them all on the class path.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from deploy.local.jars import LOCK

_HEAD = "# Made from jgo.toml by `make lock`; do not edit.\n"


def relock(spec: Path, lock: Path) -> int:
    """Write the lock file; the number of jars in it. Uses the network. The same answer of the repositories gives the same bytes."""
    from jgo.env import EnvironmentBuilder, EnvironmentSpec, LockFile
    from jgo.maven import MavenContext

    with tempfile.TemporaryDirectory() as cache:
        context = MavenContext(repo_cache=Path(cache), timeout=60)
        asked = EnvironmentSpec.load(spec)
        inputs, others = context.resolver.resolve(EnvironmentBuilder(context, cache_dir=Path(cache)).spec_to_dependencies(asked))
        wanted = [*inputs, *(dependency for dependency in others if dependency.scope in {"compile", "runtime"})]
        locked = LockFile.from_resolved_dependencies(wanted).dependencies
    rows = [_row(dependency.to_dict()) for dependency in locked]
    lock.write_text(_HEAD + "".join(rows), encoding="utf-8")
    return len(rows)


def _row(fields: dict[str, str]) -> str:
    return "\n[[dependencies]]\n" + "".join(f'{name} = "{value}"\n' for name, value in fields.items())


if __name__ == "__main__":
    for folder in map(Path, sys.argv[1:]):
        sys.stdout.write(f"{folder}: {relock(folder / 'jgo.toml', folder / LOCK.name)} jars locked\n")
