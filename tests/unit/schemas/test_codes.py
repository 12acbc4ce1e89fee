"""Codes of PLOVER, CAMEO and ACLED: by status, finer where a detail says more, and none that its codebook does not have."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.events import Codes, Status
from schemas.kinds import Kind, Row, codebooks, kinds

# What the sources that `codes.yaml` names say in so many words.
SAID: list[tuple[str, Status, dict[str, Any], Codes]] = [
    ("summit", "occurred", {}, Codes(plover="CONSULT", cameo="040")),
    ("summit", "scheduled", {}, Codes(plover="AGREE", cameo="036")),
    ("summit", "declined", {}, Codes(plover="REJECT", cameo="125")),
    ("summit", "cancelled", {}, Codes(plover="REJECT", cameo="164")),
    ("prisoner_exchange", "occurred", {}, Codes(plover="RETREAT", cameo="0841", acled="Agreement")),
    ("prisoner_exchange", "scheduled", {}, Codes(plover="CONCEDE", cameo="0353", acled="Agreement")),
    ("prisoner_exchange", "declined", {}, Codes(plover="REJECT", cameo="1243")),
    ("body_exchange", "ongoing", {}, Codes(plover="RETREAT", cameo="084", acled="Agreement")),
    ("strike", "occurred", {}, Codes(plover="ASSAULT", cameo="190", acled="Explosions/Remote violence")),
    ("strike", "occurred", {"weapons": ["drone"]}, Codes(plover="ASSAULT", cameo="195", acled="Air/drone strike")),
    ("strike", "occurred", {"weapons": ["missile"]}, Codes(plover="ASSAULT", cameo="194", acled="Shelling/artillery/missile attack")),
    ("strike", "occurred", {"weapons": ["drone", "missile"]}, Codes(plover="ASSAULT", cameo="190", acled="Explosions/Remote violence")),
    ("strike", "occurred", {"weapons": []}, Codes(plover="ASSAULT", cameo="190", acled="Explosions/Remote violence")),
    ("strike", "cancelled", {"weapons": ["drone"]}, Codes()),
]


@pytest.mark.parametrize(("kind", "status", "details", "codes"), SAID)
def test_an_event_has_the_codes_that_the_codebooks_give_it(kind: str, status: Status, details: dict[str, Any], codes: Codes) -> None:
    assert kinds()[kind].codes_for(status, details) == codes


@pytest.mark.parametrize("told", [7, {"drone": 1}, ["drone", 7], "missile launcher", None])
def test_a_detail_that_is_not_as_its_card_says_makes_nothing_finer(told: Any) -> None:
    assert kinds()["strike"].codes_for("occurred", {"weapons": told}) == kinds()["strike"].codes_for("occurred")


def rows() -> list[tuple[Kind, str, Row]]:
    told = [(kind, status, row) for kind in kinds().values() for status, row in kind.codes.items()]
    return told + [(kind, row.detail, row) for kind in kinds().values() for row in kind.finer]


@pytest.mark.parametrize(
    ("kind", "label", "row"), rows(), ids=lambda value: value if isinstance(value, str) else getattr(value, "name", "")
)
def test_each_row_says_why_and_uses_only_codes_that_its_codebook_has(kind: Kind, label: str, row: Row) -> None:
    used = {name: code for name, code in row.codes.model_dump().items() if code}
    assert row.why
    assert {name: code for name, code in used.items() if code not in codebooks()[name].codes} == {}


def test_each_code_of_a_codebook_is_used() -> None:
    used = {(name, code) for _, _, row in rows() for name, code in row.codes.model_dump().items() if code}
    assert {(name, code) for name, book in codebooks().items() for code in book.codes} == used


def test_a_row_is_finer_by_values_that_its_detail_can_have() -> None:
    assert [
        (kind.name, row.detail) for kind in kinds().values() for row in kind.finer if not row.among <= set(kind.details[row.detail].values)
    ] == []


def test_a_status_of_a_row_is_one() -> None:
    known = {"default", *Status.__args__}  # type: ignore[attr-defined]  # a Literal has them
    assert [(kind.name, status) for kind in kinds().values() for status in kind.codes if status not in known] == []
