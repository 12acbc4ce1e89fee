"""Options and fixtures of the whole test run."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.support.javascript import javascript
from tests.support.stack import emptied, stack

__all__ = ["emptied", "javascript", "stack"]


# A busy machine, and an unlucky draw, fail no test; what must not be slow has tests of its own.
settings.register_profile("daybook", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
settings.load_profile("daybook")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="golden pages: write what comes out now; then review the diff")
