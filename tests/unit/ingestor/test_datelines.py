"""Datelines and the agencies that stories credit."""

from __future__ import annotations

import pytest

from schemas.articles import PageRef, Published
from services.ingestor.pages.article import Story, wire_of
from services.ingestor.pages.datelines import read_dateline


@pytest.mark.parametrize(
    ("body", "places", "wire"),
    [
        ("LIMA/QUITO (Reuters) -Peru and its", ("Lima", "Quito"), "Reuters"),
        ("LIMA : Peru said", ("Lima",), None),
        ("LIMA: Peru said", ("Lima",), None),
        ("WASHINGTON, Aug 19 (AFP) — The", ("Washington",), "AFP"),
        ("OSAKA, May 3 -\nThe governor", ("Osaka",), None),
        ("AMARILLO, TEXAS, May 4 -\nOil", ("Amarillo",), None),
        ("KABUL, Afghanistan — The", ("Kabul",), None),
        ("NAIROBI -- The", ("Nairobi",), None),
        ("RIGA/TALLINN Baltic ministers", ("Riga", "Tallinn"), None),
        ("WASHINGTON U.S. officials", ("Washington",), None),
        ("Lima (AP) - The", ("Lima",), "AP"),
        ("New Delhi, Aug 19 (PTI) The ministry", ("New Delhi",), "PTI"),
        ("PORT-AU-PRINCE, Haiti — The", ("Port-au-Prince",), None),
        ("ST. PETERSBURG, Russia (AP) — The", ("St. Petersburg",), "AP"),
        ("Smoke over the harbour. (AFP pic) LIMA : Peru said", ("Lima",), None),
        ("Smoke over the harbour. (AFP/R. Dane) LIMA : Peru said", ("Lima",), None),
        ("LIMA, 3 Aug. (EFE).- Peru said", ("Lima",), "EFE"),
        ("LIMA (The Andes Post) - Peru said", ("Lima",), None),
        ("Photo\n\n A bridge\n\nKABUL, Afghanistan — The", ("Kabul",), None),
    ],
)
def test_a_dateline_gives_its_places_and_its_agency(body: str, places: tuple[str, ...], wire: str | None) -> None:
    found = read_dateline(body)
    assert found is not None
    assert (found.places, found.wire) == (places, wire)


@pytest.mark.parametrize(
    "body",
    [
        "NATO: the alliance said",
        "NATO Secretary General said",
        "LIVE: the talks",
        "U.S. President said",
        "The Peruvian-Chilean border is - shut",
        "Port-au-Prince is quiet",
        "St.-Malo said",
        "IMAX (a maker of screens) - said",
        "A poll (Reuters/Ipsos) LIMA said",
        "Officials (who asked not to be named) - said",
        "",
        "(",
    ],
)
def test_an_opening_that_names_no_place_is_no_dateline(body: str) -> None:
    assert read_dateline(body) is None


@pytest.mark.parametrize(
    ("outlet", "byline", "body", "wire"),
    [
        ("Harbour Post", None, "LIMA (AFP) - He told Reuters so.", "AFP"),
        ("Reuters via Harbour Post", None, "He said so.", "Reuters"),
        ("Harbour Post (AP)", None, "He said so.", "AP"),
        ("Harbour Post", "Agence France-Presse", "He said so.", "AFP"),
        ("Harbour Post", None, "He said so. (Reporting by A. B.; Editing by C. D.)", "Reuters"),
        ("Harbour Post", None, "He said so. – AFP", "AFP"),
        ("Harbour Post", None, "He said so. (Xinhua)", "Xinhua"),
        ("Harbour Post", None, "'We agreed,' he told Reuters.", "Reuters"),
        ("Harbour Post", None, "He told Reuters this and told AFP that.", None),
        ("Harbour Post", None, "Smoke over the harbour. (AFP pic) He said so.", None),
        ("Harbour Post", None, "He told reporters so.", None),
    ],
)
def test_the_agency_is_known_by_the_surest_sign(outlet: str, byline: str | None, body: str, wire: str | None) -> None:
    told = Story(page=PageRef(page_id="p"), outlet=outlet, title="T", body=body, published=Published(), extractor="t/1", byline=byline)
    assert wire_of(told, read_dateline(body)) == wire
