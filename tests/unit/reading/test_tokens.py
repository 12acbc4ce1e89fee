"""Words and where they stand, for any text; and the short ways that reading takes, beside the long ones."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from pathlib import Path
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

import services.normalizer.reading as package
from schemas.base import name_uuid, unchecked
from schemas.events import Speaker
from schemas.mentions import Mention
from services.normalizer.reading.tokens import split, tokenise
from tests.unit.reading.articles import mentions

TEXTS = st.text(st.sampled_from("aé'’s .-‐_19,U\n\t“²") | st.characters())


@given(TEXTS)
def test_every_token_is_the_text_at_its_offsets_and_nothing_but_blanks_hyphens_and_underscores_is_left_out(body: str) -> None:
    tokens = tokenise(body, 0, len(body))
    assert [body[t.start : t.end] for t in tokens] == split(body, 0, len(body))[1::2]
    ends = [0, *(t.end for t in tokens)]
    gaps = [body[a:b] for a, b in zip(ends, [*(t.start for t in tokens), len(body)], strict=True)]
    assert not [c for gap in gaps for c in gap if not (c.isspace() or c in "-‐‑_")]


@given(st.uuids(), st.text(st.characters(codec="utf-8")))
def test_a_name_has_the_id_that_the_standard_library_gives_it(namespace: UUID, name: str) -> None:
    assert name_uuid(namespace, name) == str(uuid5(namespace, name))


BENCHED = sorted((Path(__file__).parents[2] / "bench" / "articles" / "dense").glob("*.txt"))


@pytest.mark.parametrize("path", BENCHED, ids=lambda path: path.stem)
def test_what_reading_makes_unchecked_is_what_a_check_makes_of_it(path: Path) -> None:
    made = [one for mention in mentions(path.read_text(encoding="utf-8")) for one in (mention, mention.when, *mention.quantities)]
    made += [one for mention in made if isinstance(mention, Mention) for claim in mention.claims for one in (claim, claim.evidence)]
    assert len(made) > 30
    for one in made:
        checked = type(one).model_validate_json(one.model_dump_json())
        assert checked == one
        assert list(vars(checked)) == list(vars(one))
        assert checked.model_dump_json() == one.model_dump_json()  # parts of parts in the same order too: their bytes make the digests


def test_a_field_left_out_of_what_is_made_unchecked_would_be_seen() -> None:
    made = unchecked(Speaker, {"name": "X", "role": None, "anonymous": False})
    assert list(vars(Speaker.model_validate_json('{"name": "X"}'))) != list(vars(made))


def test_no_module_of_reading_replaces_what_is_a_struct_as_if_it_were_a_dataclass() -> None:
    """No type checker tells the two apart: `dataclasses.replace` refuses a struct only when it is called."""
    modules = [importlib.import_module(found.name) for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    assert len(modules) > 50
    assert not [module.__name__ for module in modules if vars(module).get("replace") is dataclasses.replace]
