"""How errors are told: a sentence and a hint, no traceback, the right exit code."""

import pytest
import typer

from deploy.local.console import told
from deploy.local.errors import BadSettingError, PortInUseError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PortInUseError("port [1] is taken", "take [another]"), 1),
        (BadSettingError("no such port", "choose one"), 2),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_kind_of_end_has_its_exit_code(error: BaseException, code: int) -> None:
    with pytest.raises(typer.Exit) as ended, told():
        raise error

    assert ended.value.exit_code == code


def test_an_error_is_told_with_its_hint_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), told():
        raise PortInUseError("port [1] is taken", "take [another]")

    assert capsys.readouterr() == ("", "error: port [1] is taken\nhint: take [another]\n")


def test_what_is_a_bug_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), told():
        raise ZeroDivisionError
