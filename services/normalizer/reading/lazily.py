"""What is found when first asked for, and then kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Self, TypeVar, overload

Owner = TypeVar("Owner")
Value = TypeVar("Value")


class lazy(Generic[Owner, Value]):  # noqa: N801 - a decorator, as `property` is
    """`functools.cached_property` without the lock that Python 3.11 takes for each value: an article is read by one thread."""

    def __init__(self, find: Callable[[Owner], Value]) -> None:
        self._find, self.__doc__, self._name = find, find.__doc__, find.__name__

    @overload
    def __get__(self, owner: None, kind: type[Owner]) -> Self: ...
    @overload
    def __get__(self, owner: Owner, kind: type[Owner]) -> Value: ...
    def __get__(self, owner: Owner | None, kind: type[Owner]) -> Self | Value:
        if owner is None:
            return self
        found = owner.__dict__[self._name] = self._find(owner)
        return found
