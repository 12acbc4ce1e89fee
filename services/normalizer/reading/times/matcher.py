"""The longest rule that matches at a token."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from .lexicon import Value
from .patterns import Node, Rule
from .tokens import NOTHING, Tokens

_Step: TypeAlias = tuple[Node, int, tuple[tuple[str, Value], ...]]
_NOWHERE: dict[str, Node] = {}


class Found(Struct, frozen=True):
    """A rule that matched tokens `first` to `last` (inclusive), and what each of them was taken for."""

    rule: Rule
    first: int
    last: int
    taken: tuple[tuple[str, Value], ...]

    def all(self, name: str) -> list[Value]:
        return [value for cls, value in self.taken if cls == name]

    def one(self, name: str) -> Value | None:
        """What the rule gives by that name, else the first token taken for it."""
        if name in self.rule.give:
            given: Value = self.rule.give[name]
            return given
        return next((value for cls, value in self.taken if cls == name), None)

    def number(self, name: str) -> int | None:
        value = self.one(name)
        return None if value is None else int(value)

    def has(self, name: str) -> bool:
        return name in [cls for cls, _ in self.taken]


def longest(tokens: Tokens, i: int, root: Node) -> Found | None:
    """The longest match that starts at token i and whose neighbours suit its rule; of equal ones the rule that stands first."""
    best: Found | None = None
    stack: list[_Step] = [(root, i, ())]
    while stack:
        node, k, taken = stack.pop()
        for rule in node.rules:
            if _suits(rule, tokens, i, k - 1):
                if best is None or (k - 1, -rule.order) > (best.last, -best.rule.order):
                    best = Found(rule, i, k - 1, taken)
                break
        if k < len(tokens.classes):
            _go_on(stack, node, tokens, k, taken)
    return best


def _go_on(stack: list[_Step], node: Node, tokens: Tokens, k: int, taken: tuple[tuple[str, Value], ...]) -> None:
    ahead, glued = node.next, node.glued if node.glued and tokens.glued(k) else _NOWHERE
    for taking in tokens.classes[k].items():
        if (after := ahead.get(taking[0])) is not None:
            stack.append((after, k + 1, (*taken, taking)))
        if glued and (after := glued.get(taking[0])) is not None:
            stack.append((after, k + 1, (*taken, taking)))


def _suits(rule: Rule, tokens: Tokens, first: int, last: int) -> bool:
    if not (rule.after or rule.not_after or rule.before or rule.not_before):
        return True
    left = tokens.classes[first - 1] if first else NOTHING
    right = tokens.classes[last + 1] if last + 1 < len(tokens) else NOTHING
    return (
        (not rule.after or not rule.after.isdisjoint(left))
        and rule.not_after.isdisjoint(left)
        and (not rule.before or not rule.before.isdisjoint(right))
        and rule.not_before.isdisjoint(right)
    )
