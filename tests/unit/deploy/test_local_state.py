"""The state folder: whose it is, which version it has, and who works on it."""

import json
import stat
from pathlib import Path

import pytest

from deploy.local import postgres, processes, state
from deploy.local.errors import BusyError, StateFolderError, StateVersionError
from deploy.local.lock import locked
from deploy.local.state import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return state.make(tmp_path / "state")


def test_a_new_folder_is_made_with_its_version_and_can_be_made_again(tmp_path: Path) -> None:
    first = state.make(tmp_path / "a" / "state")

    assert state.found_version(first) == state.VERSION
    assert state.make(tmp_path / "a" / "state") == first


def test_others_may_pass_through_the_folder_but_not_look_around(folder: Folder) -> None:
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o711
    assert {stat.S_IMODE(part.stat().st_mode) for part in (folder.kafka, folder.postgres, folder.logs)} == {0o700}


def test_a_folder_of_another_version_is_refused_and_the_error_says_all(folder: Folder) -> None:
    folder.version.write_text(json.dumps({"version": 7}))

    with pytest.raises(StateVersionError) as refused:
        state.make(folder.path)

    assert all(part in refused.value.what for part in (str(folder.path), "version 7", f"version {state.VERSION}"))
    assert "daybook down --delete" in refused.value.todo


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": "two"}', '{"other": 1}'])
def test_a_damaged_version_file_is_told_and_not_guessed_at(folder: Folder, content: str) -> None:
    folder.version.write_text(content)

    with pytest.raises(StateFolderError, match="damaged"):
        state.make(folder.path)


def test_a_folder_with_other_peoples_files_is_neither_used_nor_deleted(tmp_path: Path) -> None:
    tmp_path.joinpath("thesis.txt").write_text("three years of work")

    with pytest.raises(StateFolderError, match="not Daybook's"):
        state.make(tmp_path)
    with pytest.raises(StateFolderError, match="not Daybook's"):
        state.delete(Folder(tmp_path))

    assert tmp_path.joinpath("thesis.txt").exists()


def test_a_state_folder_of_any_version_can_be_deleted(folder: Folder) -> None:
    folder.version.write_text(json.dumps({"version": 7}))

    state.delete(folder)

    assert not folder.path.exists()


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    tmp_path.joinpath("state").write_text("")

    with pytest.raises(StateFolderError, match="state"):
        state.make(tmp_path / "state")


def test_passwords_are_made_once_one_a_role_and_for_this_user_only(folder: Folder) -> None:
    first = state.passwords(folder)

    assert state.passwords(folder) == first
    assert set(first) == {"admin", "ingestor", "normalizer", "timeline", "webhooks", "reader"}
    assert len(set(first.values())) == 6
    assert stat.S_IMODE(folder.passwords.stat().st_mode) == 0o600


def test_two_commands_do_not_work_on_one_folder_at_once(folder: Folder) -> None:
    told: list[str] = []

    with locked(folder, told.append), pytest.raises(BusyError, match=str(folder.path)), locked(folder, told.append, seconds=0):
        pass

    assert told == ["waiting for another command that works on this state folder"]


def test_a_folder_is_free_again_once_a_command_has_ended(folder: Folder) -> None:
    with locked(folder, print):
        pass
    with locked(folder, print, seconds=0):
        pass


def test_the_version_names_the_postgres_whose_data_it_stands_for() -> None:
    """Another major version cannot use the data: change `state.VERSION` together with `state.POSTGRES_MAJOR`."""
    told = processes.run([str(postgres.programs() / "postgres"), "--version"], Path.cwd()).stdout

    assert f" {state.POSTGRES_MAJOR}." in told
    assert (state.VERSION, state.POSTGRES_MAJOR) == (1, 18)
