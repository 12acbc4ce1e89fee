"""No module needs itself, by way of others: each can be read, and loaded, after those that it imports."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

PACKAGES = ("schemas", "services", "subscribing", "deploy")


def in_order(imports: Mapping[str, AbstractSet[str]]) -> list[str]:
    """The modules, each after all that it imports, also what it imports within a function or for its types alone."""
    return list(TopologicalSorter(imports).static_order())


def test_no_two_modules_import_each_other() -> None:
    graph = grimp.build_graph(*PACKAGES)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        in_order(imports)
    except CycleError as circle:
        pytest.fail(" imports ".join(reversed(circle.args[1])))


def test_a_circle_of_three_is_noticed() -> None:
    with pytest.raises(CycleError):
        in_order({"numbers": {"tokens"}, "tokens": {"lexicon"}, "lexicon": {"numbers"}})
