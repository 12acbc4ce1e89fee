"""The `daybook` command: each command is a module of `services.commands`, imported only when it is asked for."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
