"""Editors' commands among articles, in whatever order they arrive: the same events, and what editors ruled is so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.normalizer.merging import Command, Told, component, merge_all, partition, rulings
from services.normalizer.merging import bonds as bonds_module
from services.normalizer.merging.rulings import in_force
from tests.scenarios.merging.ledger import Ledger, by_content
from tests.scenarios.merging.test_merging_any_order import Revision, _latest, histories
from tests.scenarios.merging.worlds import worlds
from tests.unit.merging.telling import command, readings, told

FEW = settings(max_examples=60, deadline=None)
FIELDS = (("status", "disputed"), ("quantities.killed", 4), ("quantities.drones", None), ("details.form", "visit"))


@st.composite
def commands(draw: st.DrawFn, world: Sequence[Told], most: int = 5) -> list[Command]:
    """Up to so many commands on mentions of a world; revocations come after what they revoke."""
    found: list[Command] = []
    for seq in range(draw(st.integers(0, most)) if world else 0):
        action = draw(st.sampled_from(("merge", "merge", "split", "split", "correct", "retract", "revoke")))
        kind = draw(st.sampled_from(sorted({one.mention.kind for one in world})))
        of_kind = [one for one in world if one.mention.kind == kind]
        orders = [one for one in found if one.edit.action != "revoke"]
        if action == "revoke" and orders:
            found.append(command(seq, "revoke", kind=kind, revokes=draw(st.sampled_from(orders)).edit.edit_id))
        elif action in {"merge", "split"} and len(of_kind) > 1:
            those = draw(st.permutations(of_kind))[: draw(st.integers(2, min(4, len(of_kind))))]
            found.append(command(seq, "merge", *those) if action == "merge" else command(seq, "split", those[0], rest=tuple(those[1:])))
        elif action == "retract":
            found.append(command(seq, "retract", draw(st.sampled_from(of_kind))))
        else:
            field, value = draw(st.sampled_from(FIELDS))
            found.append(command(seq, "correct", draw(st.sampled_from(of_kind)), field=field, value=value))
    return found


@st.composite
def edited(draw: st.DrawFn) -> tuple[list[Revision], list[Command]]:
    history = draw(histories())
    return history, draw(commands([one for _, _, mentions in history for one in mentions]))


def arrive(history: Sequence[Revision], orders: Sequence[Command], chance: Random) -> Ledger:
    """Articles in any order, some twice, with the commands between them in their own order, as one log tells them."""
    ledger = Ledger()
    articles = [*history, *history[:2]]
    chance.shuffle(articles)
    steps: list[Callable[[], object]] = [lambda one=one: ledger.take(*one) for one in articles]  # type: ignore[misc]
    places = sorted(chance.randrange(len(steps) + 1) for _ in orders)
    for at, order in reversed(list(zip(places, orders, strict=True))):
        steps.insert(at, lambda order=order: ledger.order(order))  # type: ignore[misc]
    for step in steps:
        step()
    return ledger


@given(edited(), st.randoms(use_true_random=False))
@FEW
def test_articles_and_commands_in_any_interleaving_end_in_what_all_at_once_gives(
    world: tuple[list[Revision], list[Command]], chance: Random
) -> None:
    history, orders = world
    ledger = arrive(history, orders, chance)
    assert by_content(ledger.live) == by_content(merge_all(readings(*_latest(history)), orders))


@given(st.data(), worlds())
@FEW
def test_the_order_in_which_commands_are_handed_over_changes_no_byte(data: st.DataObject, world: list[Told]) -> None:
    orders = data.draw(commands(world))
    wanted = [event.model_dump_json() for event in merge_all(readings(*world), orders)]
    shuffled = data.draw(st.permutations([*orders, *orders[:1]]))
    assert [event.model_dump_json() for event in merge_all(readings(*world), shuffled)] == wanted


@given(st.data(), worlds())
@FEW
def test_what_the_latest_command_ruled_is_so_whatever_the_rules_say(data: st.DataObject, world: list[Told]) -> None:
    orders = data.draw(commands(world))
    ties = [one.edit for one in in_force(orders) if one.edit.action in {"merge", "split"}]
    home = {one.mention.mention_id: at for at, group in enumerate(partition(world, rulings(orders, world))) for one in group}
    if ties:
        those, rest = ([home[ref.mention_id] for ref in refs] for refs in (ties[-1].mentions, ties[-1].rest))
        assert len(set(those)) == 1
        assert not set(those) & set(rest)


@given(st.data(), worlds())
@FEW
def test_the_partition_is_that_of_each_component_where_commands_tie_components_together(data: st.DataObject, world: list[Told]) -> None:
    orders = data.draw(commands(world))
    for group in partition(world, rulings(orders, world)):
        part = component(group[:1], world, orders)
        assert group in partition(part, rulings(orders, part))


@given(st.data(), worlds())
@FEW
def test_commands_that_are_all_revoked_leave_what_the_rules_say(data: st.DataObject, world: list[Told]) -> None:
    orders = [one for one in data.draw(commands(world)) if one.edit.action != "revoke"]
    taken_back = [command(100 + at, "revoke", revokes=one.edit.edit_id) for at, one in enumerate(orders)]
    assert merge_all(readings(*world), [*orders, *taken_back]) == merge_all(readings(*world))


def test_without_bonds_while_clusters_grow_what_was_split_would_come_together_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: rules alone put two alike reports together, and a third brings them together by itself."""
    night = {"date": "night 2025-08-18", "where": "Kharkiv", "who": "Russia > Ukraine"}
    one, other, third = (told(name, "strike", **night) for name in ("one", "other", "third"))  # type: ignore[arg-type]
    order = command(1, "split", one, rest=(other,))
    assert len(merge_all(readings(one, other, third), [order])) == len(["one", "other"])
    monkeypatch.setattr(bonds_module.Bonds, "forbid", lambda *_: False)
    assert len(merge_all(readings(one, other, third), [order])) == len(["all"])
