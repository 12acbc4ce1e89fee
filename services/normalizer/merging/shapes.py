"""A mention reduced to its structure: the only thing that is compared. The wording plays no part."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from schemas.mentions import Mention

from .names import fold
from .parties import Parties, parties
from .places import Places, places
from .tables import tables
from .told import Told, told_at
from .windows import EXACT, OPEN, Window, around, assumed, dated, widened

Number = tuple[str, str | None, int]


@dataclass(frozen=True, slots=True)
class Structure:
    """What two tellings of one event must not contradict each other in. `reach`: where in time the event may lie."""

    kind: str
    form: str | None
    status: str
    stage: str
    window: Window | None
    reach: Window | None
    told: int | None
    where: Places
    who: Parties
    # Structures are compared in pairs over and over, and answers are kept by pair: the hash is worked out once.
    digest: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hash((self.kind, self.form, self.status, self.window, self.told, self.where, self.who)))

    def __hash__(self) -> int:
        return self.digest

    @property
    def grain(self) -> int:
        return OPEN if self.reach is None else self.reach.grain


@dataclass(frozen=True, slots=True)
class Shape:
    """A structure, the numbers and words it is told with, and which mentions of which articles tell it so."""

    structure: Structure
    numbers: frozenset[Number]
    quotes: frozenset[str]
    articles: frozenset[str]
    mentions: frozenset[str]
    parts: frozenset[str]


@lru_cache(maxsize=16_384)
def shape(told: Told) -> Shape:
    mention = told.mention
    return Shape(
        structure=_kept(structure(told)),
        numbers=frozenset(_numbers(mention)),
        quotes=frozenset(_quotes(mention)),
        articles=frozenset({told.article.article_id}),
        mentions=frozenset({mention.mention_id}),
        parts=frozenset({mention.part_of} if mention.part_of else ()),
    )


@lru_cache(maxsize=65_536)
def _kept(one: Structure) -> Structure:
    return one  # the one instance of all that are equal, which makes looking them up cheap


def structure(told: Told) -> Structure:
    mention, moment = told.mention, told_at(told.article)
    day = moment.date().toordinal() if moment else None
    window, who = window_of(mention), parties(mention.participants)
    reach = _reach(mention, window, day)
    return Structure(
        kind=mention.kind,
        form=_form(mention),
        status=mention.status,
        stage=tables().stages[mention.status],
        window=window,
        reach=reach,
        # Where the date says it all, the day of publication must not keep alike mentions apart.
        told=day if reach is None or reach.grain != EXACT or mention.status in {"postponed", "scheduled", "proposed"} else None,
        where=_where(mention, who),
        who=who,
    )


def window_of(mention: Mention) -> Window | None:
    """The interval that the text tells; wider where it tells none and reading took the day of publication."""
    window = dated(mention.when)
    if window is None or window.grain != EXACT or mention.when.basis.expression is not None or tables().of(mention.kind).local:
        return window
    return assumed(window, tables().assumed)


def _reach(mention: Mention, window: Window | None, day: int | None) -> Window | None:
    windows = tables().windows
    if day is None or (window is not None and mention.status != "postponed"):
        return window
    if mention.status == "postponed":
        return widened(window, around(day, windows["postponed"]))
    return around(day, windows["context" if mention.background else tables().stages[mention.status]])


def _form(mention: Mention) -> str | None:
    told = mention.details.get("form")
    if not isinstance(told, str):
        return None
    return "call" if told == "call" else "meeting"


def _where(mention: Mention, who: Parties) -> Places:
    """Of a kind that befalls a place, the attacked state stands in for a place that is not told."""
    told = places(mention.where)
    states = frozenset(key for key in who.targets if not key.startswith("body:"))
    if told.known or not tables().of(mention.kind).local or not states:
        return told
    return Places(countries=states)


def _numbers(mention: Mention) -> set[Number]:
    return {(q.measure, q.party, value) for q in mention.quantities for value in (q.low, q.best, q.high) if value is not None}


def _quotes(mention: Mention) -> set[str]:
    quote = fold(mention.evidence.quote)
    return {quote} if len(quote.split()) >= tables().wording else set()
