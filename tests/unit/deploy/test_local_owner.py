"""Whose process Postgres is, and the launching of a program as somebody else."""

import os
import pwd
import shutil
from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.errors import StartError
from deploy.local.owner import Owner, owner_of

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
NOBODY = pwd.getpwnam("nobody")


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A program in a folder that only its owner may enter."""
    tmp_path.chmod(0o700)
    return Path(shutil.copy("/usr/bin/id", tmp_path / "id"))


def test_an_ordinary_user_runs_postgres_as_themselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert owner_of(tmp_path, []) is None


@as_root
def test_root_runs_postgres_as_an_unprivileged_user_that_exists(tmp_path: Path) -> None:
    owner = owner_of(tmp_path, [])

    assert owner is not None
    assert owner.uid != 0
    assert pwd.getpwuid(owner.uid)


@as_root
def test_data_stays_with_the_user_who_has_it(tmp_path: Path) -> None:
    os.chown(tmp_path, 4242, 4343)

    owner = owner_of(tmp_path, [])

    assert owner is not None
    assert (owner.uid, owner.gid) == (4242, 4343)


@as_root
def test_a_system_without_an_unprivileged_user_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr(pwd, "getpwnam", missing)

    with pytest.raises(StartError, match="unprivileged"):
        owner_of(tmp_path, [])


@as_root
def test_only_a_closed_folder_makes_postgres_ask_for_the_right_to_enter(closed: Path) -> None:
    owner, elsewhere = owner_of(closed.parent, [closed]), owner_of(Path("/usr/bin"), [Path("/usr/bin/id")])

    assert owner is not None
    assert owner.enter
    assert elsewhere is not None
    assert not elsewhere.enter


@as_root
def test_a_program_behind_a_closed_folder_runs_as_another_user_with_that_right(closed: Path) -> None:
    done = processes.run([str(closed), "-u"], Path("/"), Owner(NOBODY.pw_uid, NOBODY.pw_gid, enter=True))

    assert done.stdout.strip() == str(NOBODY.pw_uid)


@as_root
def test_and_does_not_run_without_it(closed: Path) -> None:
    done = processes.run([str(closed), "-u"], Path("/"), Owner(NOBODY.pw_uid, NOBODY.pw_gid))

    assert "Permission denied" in done.stdout


@as_root
def test_the_other_user_keeps_none_of_roots_groups() -> None:
    done = processes.run(["/usr/bin/id", "-G"], Path("/"), Owner(NOBODY.pw_uid, NOBODY.pw_gid))

    assert done.stdout.split() == [str(NOBODY.pw_gid)]
