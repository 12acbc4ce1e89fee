"""Every command of `daybook`, from its help."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer
import typer.main

from deploy.reference._markdown import code, section, table
from services.cli import app

TITLE = "Commands"
ABOUT = "What `daybook` can do; `daybook COMMAND --help` says the same."


def told() -> Iterator[tuple[str, Any]]:
    """Each command with its whole name; a group before its commands."""
    yield from _below("daybook", typer.main.get_command(app))


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    context = typer.Context(command)
    for word in command.list_commands(context):
        inner = command.get_command(context, word)
        yield f"{name} {word}", inner
        if hasattr(inner, "list_commands"):
            yield from _below(f"{name} {word}", inner)


def body() -> str:
    return "\n".join(section(code(name), _help(command), _parameters(command)) for name, command in told())


def _help(command: Any) -> str:
    """The help as it is written: what is indented stays code; marks for the terminal go."""
    return inspect.cleandoc(command.help or "").replace("\b\n", "")


def _parameters(command: Any) -> str:
    rows = [_row(one) for one in command.params if "--help" not in one.opts]
    return table(("parameter", "default", "meaning"), rows) if rows else ""


def _row(one: Any) -> tuple[str, str, str]:
    option = one.param_type_name == "option"
    name = ", ".join(map(code, (*one.opts, *one.secondary_opts))) if option else code(one.metavar or str(one.name).upper())
    default = "required" if one.required else "" if one.default in {None, False, ()} or callable(one.default) else code(one.default)
    variable = f" ({', '.join(map(code, [one.envvar] if isinstance(one.envvar, str) else one.envvar))})" if one.envvar else ""
    return name, default, f"{one.help or ''}{variable}"
