"""What is found when first asked for, and then kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Self, TypeVar, overload

Owner = TypeVar("Owner")
Value = TypeVar("Value")
# A language has fewer words than this in use.
MOST = 65536


class ByWord(dict[str, Value]):
    """What was found of each word, for one look-up, where `lru_cache` keeps a queue as well; forgotten once they are too many."""

    def __init__(self, find: Callable[[str], Value]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, word: str) -> Value:
        if len(self) >= MOST:
            self.clear()
        found = self[word] = self._find(word)
        return found


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
