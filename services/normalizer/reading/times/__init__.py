"""Expressions of time in news text: where they stand, and what they mean from the day of publication."""

from .find import find_times
from .model import Anchor, Direction, TimeExpression, TimeType

__all__ = ["Anchor", "Direction", "TimeExpression", "TimeType", "find_times"]
