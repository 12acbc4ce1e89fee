"""Options and fixtures of the whole test run."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.support.stack import emptied, stack

__all__ = ["emptied", "stack"]


settings.register_profile("daybook", deadline=None)  # a busy machine fails no test; what must not be slow has tests of its own
settings.load_profile("daybook")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="golden pages: write what comes out now; then review the diff")
