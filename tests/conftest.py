"""Options and fixtures of the whole test run."""

from __future__ import annotations

import pytest

from tests.support.stack import emptied, stack

__all__ = ["emptied", "stack"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="golden pages: write what comes out now; then review the diff")
