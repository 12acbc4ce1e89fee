"""`daybook read`: what it says of lines that it can't read."""

from __future__ import annotations

from pathlib import Path

import typer
from typer.testing import CliRunner

from services.commands import read


def test_each_bad_line_is_named_once_with_what_to_do_and_the_exit_code_says_so(tmp_path: Path) -> None:
    # given a file of two lines that are no articles
    articles = tmp_path / "articles.jsonl"
    articles.write_text('{"url": "https://herald.example/1", "title": "Rain"}\nrain\n')
    app = typer.Typer()
    app.command()(read.command)
    # when
    done = CliRunner().invoke(app, ["--articles", str(articles)])
    # then
    told = [line for line in done.stderr.splitlines() if line.startswith("refused: ")]
    assert [line.removeprefix(f"refused: {articles}: ").partition(": ")[0] for line in told] == ["line 1", "line 2"]
    assert "`body` is missing" in told[0]
    assert "Mend that line" in done.stderr
    assert done.exit_code == 1
