"""Which ruleset reads: the installed one, or that with the files of a folder laid over its own. It reads in a process apart.

A folder holds what differs, laid out as here: `patterns/strike.yaml` takes the place of the installed file of that name. What reads then is
a copy of this package in which those files lie, so that the version is the one that they would have if they were installed. Rules are
data: code is always what is installed.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import services.normalizer as package
from schemas.kinds import kinds
from services.chassis.apart import Apart
from services.chassis.errors import Halt

if TYPE_CHECKING:  # nothing of this package is imported before it is known where it lies
    from services.normalizer.desk import Answer

CURRENT = "current"
HOME = Path(__file__).parent
PLACES = {"patterns": (".yaml",), "lexicon": (".yaml", ".tsv", ".txt"), "reading/times": (".yaml",)}
WHERE = "patterns/*.yaml, lexicon/* and reading/times/*.yaml"
LOADING_SECONDS = 60.0


class BadRulesetError(ValueError):
    """There is no such ruleset, or it can't be read by; the message says why."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A ruleset that can be read by. `home`: where its copy of the package lies; empty for what is installed."""

    version: str
    home: str = ""

    def desk(self, seconds: float, *, every: bool = False) -> Apart[bytes, Answer]:
        """A process that reads by it, as `desk.open_desk` does; with `every`, it gives also the readings that tell nothing."""
        return Apart(f"{__name__}:{'open_every' if every else 'open_desk'}", seconds, self.home)


@contextlib.contextmanager
def chosen(name: str) -> Iterator[Chosen]:
    """The ruleset of that name: `current`, the version of what is installed, or a folder; to be read by until this ends.

    Raises:
        BadRulesetError: there is none, or it can't be read by.
    """
    with contextlib.ExitStack() as closing:
        home = "" if is_installed(name) else closing.enter_context(laid_over(Path(name)))
        found = Chosen(_version(home), home)
        if name not in {CURRENT, found.version} and not home:
            raise BadRulesetError(f"ruleset {name} is not installed; {found.version} is, which {CURRENT!r} names too")
        yield found


def is_installed(name: str) -> bool:
    """Whether a name means what is installed: the word for it, or what is no folder and looks like a version."""
    return name == CURRENT or (not Path(name).exists() and name.isalnum())


@contextlib.contextmanager
def laid_over(folder: Path) -> Iterator[str]:
    """A copy of this package with the files of a folder over its own, for as long as it is needed.

    Raises:
        BadRulesetError: the folder is none, or holds what is no rule.
    """
    over = _files(folder)
    with tempfile.TemporaryDirectory(prefix="daybook-ruleset-") as home:
        shutil.copytree(HOME, home, dirs_exist_ok=True, copy_function=_copy, ignore=shutil.ignore_patterns("__pycache__"))
        for name in over:
            target = Path(home, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copyfile(folder / name, target)
        yield home


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise BadRulesetError(f"there is no folder {folder}; name one, or {CURRENT!r} for the rules that are installed")
    found = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not found:
        raise BadRulesetError(f"{folder} holds no rules: {WHERE} would take the place of what is installed")
    for name in found:
        _need_rules(folder, name)
    return found


def _need_rules(folder: Path, name: Path) -> None:
    place = next((place for place in PLACES if name.is_relative_to(place)), None)
    if place is None or name.suffix not in PLACES[place]:
        raise BadRulesetError(f"{folder / name} is no rule: only {WHERE} can take the place of what is installed")
    if name.parent == Path("patterns") and name.stem not in kinds():
        raise BadRulesetError(f"{folder / name}: there is no event kind {name.stem}; there are {', '.join(sorted(kinds()))}")


def _copy(source: str, target: str) -> str:
    """Code is copied, as it looks for its files beside itself; files that only lie there need not be."""
    if source.endswith(".py"):
        return str(shutil.copyfile(source, target))
    Path(target).symlink_to(source)
    return target


def _version(home: str) -> str:
    if not home:
        from services.normalizer.reading.rules import PATTERNS, deciding_files, version_of

        return version_of(deciding_files(PATTERNS))
    apart: Apart[None, str] = Apart(f"{__name__}:open_version", LOADING_SECONDS, home)
    try:
        return apart.do(None)
    except Halt as halt:
        raise BadRulesetError(f"these rules can't be read by: {halt}") from halt
    finally:
        apart.close()


def open_desk(home: str) -> Callable[[bytes], Answer]:
    """`desk.open_desk` of the package that lies there."""
    _look_in(home)
    from services.normalizer import desk

    return desk.open_desk()


def open_every(home: str) -> Callable[[bytes], Answer]:
    """The same; it gives also the readings that tell nothing."""
    _look_in(home)
    from services.normalizer import desk

    return desk.open_desk(desk.all_readings)


def open_version(home: str) -> Callable[[None], str]:
    """What tells the version, once all rules were read, and a text by them."""
    _look_in(home)
    from services.normalizer import desk
    from services.normalizer.reading import Ruleset

    desk.open_desk()
    version = Ruleset.load().version
    return lambda _: version


def _look_in(home: str) -> None:
    """Modules of this package that are imported from now on, and the files beside them, are those of the copy."""
    if home:
        package.__path__ = [home]
