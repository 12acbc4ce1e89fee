"""Fixtures of the fault tests."""

from tests.support.stack import emptied, stack

__all__ = ["emptied", "stack"]
