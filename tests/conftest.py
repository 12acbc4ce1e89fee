"""Options and fixtures of the whole test run."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.support.javascript import javascript
from tests.support.stack import emptied, stack
from tests.support.warm import end

__all__ = ["emptied", "javascript", "stack"]


# A busy machine, and an unlucky draw, fail no test; what must not be slow has tests of its own.
settings.register_profile("daybook", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
settings.load_profile("daybook")


SLOW = ("faults", "integration", "fuzz", "contracts")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow folders come first: in the end there are only small files left, and all who work have something to do."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    folder = item.nodeid.removeprefix("tests/").partition("/")[0]
    return SLOW.index(folder) if folder in SLOW else len(SLOW)


def pytest_sessionfinish() -> None:
    end()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="golden pages: write what comes out now; then review the diff")
