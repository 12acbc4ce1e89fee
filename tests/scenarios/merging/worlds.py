"""Small worlds for Hypothesis: few days, places and parties, so that mentions often are, or nearly are, one happening."""

from __future__ import annotations

from hypothesis import strategies as st

from services.normalizer.merging import Told
from tests.unit.merging.telling import told

DAYS = ("2025-08-15", "2025-08-18", "2025-08-19", "2025-08-20", "2025-09-02", None)
DATES = (
    None,
    None,
    "2025-08-18",
    "2025-08-19",
    "night 2025-08-17",
    "night 2025-08-18",
    "week 2025-08-18..2025-08-24",
    "month 2025-08-01..2025-08-31",
)
HITS = ("", "Ukraine", "Kharkiv", "Poltava", "Kremenchuk", "Poltava Oblast")
VENUES = ("", "Geneva", "Vienna", "Moscow", "White House", "Washington")
SIDES = ("", "Russia", "Russia > Ukraine", "Ukraine > Russia", "> Ukraine")
CASTS = (
    "Trump, Putin",
    "Putin, Zelensky",
    "Trump, Putin, Zelensky",
    "Trump, Zelensky",
    "Russia, Ukraine",
    "Trump, Zelensky, European leaders",
    "NATO",
)
STATES = ("occurred", "occurred", "proposed", "scheduled", "postponed", "declined", "cancelled")
SENTENCES = (
    "the two delegations left the palace without a word to the press",
    "an aide said that a joint paper might be ready before the weekend",
    "markets had hoped for more and fell by two per cent at noon",
    "the last such meeting ended in a quarrel over seats and flags",
    "sirens were heard in three suburbs shortly after one in the morning",
)


@st.composite
def mentions(draw: st.DrawFn, name: str, article: str, day: str | None, revision: int = 1) -> Told:
    """One mention of an article; its part or whole is drawn from the same article's first mention."""
    kind = draw(st.sampled_from(("strike", "summit", "body_exchange")))
    numbers = {"strike": ("killed", "drones"), "summit": (), "body_exchange": ("bodies/Ukraine",)}[kind]
    return told(
        name,
        kind,
        day=day,
        article=article,
        revision=revision,
        outlet=draw(st.sampled_from(("Courier", "Herald", "Post"))),
        date=draw(st.sampled_from(DATES)),
        says="occurred" if kind == "strike" else draw(st.sampled_from(STATES)),
        where=draw(st.sampled_from(HITS if kind == "strike" else VENUES)),
        who=draw(st.sampled_from(SIDES if kind == "strike" else CASTS)),
        form=draw(st.sampled_from((None, "call", "talks"))) if kind == "summit" else None,
        numbers={measure: draw(st.sampled_from((3, 7, 270))) for measure in numbers if draw(st.booleans())},
        background=draw(st.booleans()) and draw(st.booleans()),
        part_of=f"{article}.{revision}.0" if not name.endswith(".0") and draw(st.integers(0, 4)) == 0 else None,
    )


@st.composite
def articles(draw: st.DrawFn, name: str, revision: int = 1) -> tuple[Told, ...]:
    """The mentions of one article, up to three; all have its sentences."""
    day = draw(st.sampled_from(DAYS))
    sentences = tuple(draw(st.lists(st.sampled_from(SENTENCES), max_size=5, unique=True)))
    every = [draw(mentions(f"{name}.{revision}.{at}", name, day, revision)) for at in range(draw(st.integers(0, 3)))]
    return tuple(Told(one.mention, one.article.model_copy(update={"outlet": f"Outlet {name}"}), sentences) for one in every)


@st.composite
def worlds(draw: st.DrawFn) -> list[Told]:
    """All mentions of up to six articles."""
    return [one for at in range(draw(st.integers(1, 6))) for one in draw(articles(f"a{at}"))]
