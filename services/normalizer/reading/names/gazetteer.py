"""Rows of the gazetteer, kept as text and read only when a name is met: the whole world loads in a moment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from schemas.events import Place
from services.normalizer.reading.names.senses import Sense

Rows = dict[str, str]  # key -> its rows, a line each


def load_rows(path: Path) -> Rows:
    """Every spelling of a city to the rows it may mean."""
    rows: Rows = {}
    with path.open(encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            keys = line[: line.index("\t")]
            for key in keys.split("|") if "|" in keys else (keys,):
                rows[key] = rows[key] + line if key in rows else line
    return rows


def city_sense(row: str, countries: Mapping[str, str], states: Mapping[str, str], risky: frozenset[str]) -> Sense:
    """One row as a sense. Columns: keys, name (empty: the first key, capitalised), country, admin1 (of the US), lat, lon,
    geonameid, population.
    """
    keys, name, country, admin1, lat, lon, ident, population = row.rstrip("\n").split("\t")
    key = keys.split("|", 1)[0]
    within = tuple(w for w in (states.get(admin1) if admin1 else None, countries.get(country)) if w)
    place = Place(
        name=name or key.title(),
        country=country,
        lat=float(lat),
        lon=float(lon),
        geonameid=int(ident),
        precision="city",
        within=within,
    )
    return Sense("city", "name", place=place, weight=int(population), risky=key in risky)
