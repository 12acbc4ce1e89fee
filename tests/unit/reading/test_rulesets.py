"""A ruleset by name: what is installed, or a folder whose files lie over it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.mentions import Reading
from services.normalizer.desk import Unreadable
from services.normalizer.reading import Ruleset
from services.normalizer.rulesets import HOME, BadRulesetError, Chosen, chosen
from tests.support.rules import folder, without
from tests.unit.reading.articles import article

SUMMIT = "The prime ministers of Norway and Sweden held a summit in Oslo on Wednesday."
Place = Callable[[str, Callable[[str], str]], Path]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Put a changed copy of an installed file into a folder of rules; the folder."""

    def put(name: str, change: Callable[[str], str]) -> Path:
        target = tmp_path / "rules" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(change((HOME / name).read_text(encoding="utf-8")), encoding="utf-8")
        return tmp_path / "rules"

    return put


def read_by(ruleset: Chosen, body: str) -> list[Reading]:
    desk = ruleset.desk(60, every=True)
    try:
        found = desk.do(article(body).model_dump_json().encode())
    finally:
        desk.close()
    assert not isinstance(found, Unreadable)
    return [Reading.model_validate_json(one.body) for one in found]


def meetings(readings: list[Reading]) -> int:
    return sum(len(reading.mentions) for reading in readings if reading.kind == "summit")


def test_the_files_of_a_folder_take_the_place_of_installed_ones_and_all_others_stay(tmp_path: Path) -> None:
    folder_ = folder(tmp_path, "summit", without("summit", "summit.noun.summit"))
    with chosen(str(folder_)) as other, chosen("current") as current:
        assert other.version != current.version
        before, after = read_by(current, SUMMIT), read_by(other, SUMMIT)
    assert (meetings(before), meetings(after)) == (1, 0)
    assert {one.ruleset for one in after} == {other.version}
    assert [one.kind for one in after] == [one.kind for one in before]


@pytest.mark.parametrize("name", ["lexicon/people/asia.yaml", "reading/times/words.yaml", "patterns/common/status.yaml"])
def test_files_of_every_sort_decide_the_version(place: Place, name: str) -> None:
    with chosen(str(place(name, lambda text: text + "\n# another\n"))) as other:
        assert other.version != Ruleset.load().version


def test_a_folder_that_says_what_is_installed_is_what_is_installed(place: Place) -> None:
    """So what was tried in a folder has the same version once it is installed."""
    with chosen(str(place("patterns/strike.yaml", str))) as same:
        assert same.version == Ruleset.load().version


def test_what_is_installed_is_named_by_its_version_too() -> None:
    with chosen(Ruleset.load().version) as found:
        assert found == Chosen(Ruleset.load().version)


def test_nothing_is_left_of_a_folder_that_was_laid_over(place: Place) -> None:
    with chosen(str(place("patterns/strike.yaml", str))) as found:
        home = Path(found.home)
        assert (home / "patterns" / "strike.yaml").is_file()
    assert not home.exists()


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("patterns/strike.py", "", "is no rule"),
        ("strike.yaml", "", "is no rule"),
        ("reading/reader.yaml", "", "is no rule"),
        ("patterns/flood.yaml", "", "no event kind flood"),
        ("patterns/strike.yaml", "kind: strike", "can't be read by"),
        ("patterns/common/status.yaml", "[", "can't be read by"),
    ],
)
def test_what_is_no_ruleset_is_refused_by_name(tmp_path: Path, name: str, text: str, why: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadRulesetError, match=why), chosen(str(tmp_path)):
        pass


def test_a_version_that_is_not_installed_and_a_folder_that_is_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRulesetError, match="is not installed"), chosen("0123456789abcdef"):
        pass
    with pytest.raises(BadRulesetError, match="there is no folder"), chosen(str(tmp_path / "none")):
        pass
    with pytest.raises(BadRulesetError, match="holds no rules"), chosen(str(tmp_path)):
        pass


def test_if_modules_were_found_where_they_are_installed_the_folder_would_change_nothing(tmp_path: Path) -> None:
    """The negative control: what is laid over counts only as the package is looked for there."""
    with chosen(str(folder(tmp_path, "summit", without("summit", "summit.noun.summit")))) as other:
        assert meetings(read_by(Chosen(other.version), SUMMIT)) == 1
