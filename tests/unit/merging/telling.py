"""Mentions written the short way an analyst would: names from a small atlas, days as ISO dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

from schemas.articles import Published, PubStatus
from schemas.base import sha256
from schemas.edits import Edit, MentionRef
from schemas.events import Claim, Evidence, Participant, Place, Quantity, Speaker, When
from schemas.mentions import ArticleRef, Mention, Reading
from services.normalizer.merging import Command, Told

ATLAS = {
    "Ukraine": Place(name="Ukraine", country="UA", precision="country"),
    "Poltava Oblast": Place(name="Poltava Oblast", country="UA", precision="region", within=("Ukraine",)),
    "Poltava": Place(name="Poltava", country="UA", precision="city", within=("Poltava Oblast", "Ukraine")),
    "Kremenchuk": Place(name="Kremenchuk", country="UA", precision="city", within=("Poltava Oblast", "Ukraine")),
    "Kharkiv": Place(name="Kharkiv", country="UA", precision="city", within=("Kharkiv Oblast", "Ukraine")),
    "Odesa": Place(name="Odesa", country="UA", precision="city", within=("Odesa Oblast", "Ukraine")),
    "White House": Place(name="White House", country="US", precision="site", within=("Washington", "United States")),
    "Washington": Place(name="Washington", country="US", precision="city", within=("United States",)),
    "United States": Place(name="United States", country="US", precision="country"),
    "Alaska": Place(name="Alaska", country="US", precision="region", within=("United States",)),
    "Geneva": Place(name="Geneva", country="CH", precision="city", within=("Switzerland",)),
    "Switzerland": Place(name="Switzerland", country="CH", precision="country"),
    "Vienna": Place(name="Vienna", country="AT", precision="city", within=("Austria",)),
    "Moscow": Place(name="Moscow", country="RU", precision="city", within=("Russia",)),
    "Istanbul": Place(name="Istanbul", country="TR", precision="city", within=("Turkey",)),
    "Turkey": Place(name="Turkey", country="TR", precision="country"),
    "Canberra": Place(name="Canberra", country="AU", precision="city", within=("Australia",)),
}
PEOPLE = {"Trump": ("Donald Trump", "US"), "Putin": ("Vladimir Putin", "RU"), "Zelensky": ("Volodymyr Zelensky", "UA")}
PEOPLE |= {
    "Lavrov": ("Sergey Lavrov", "RU"),
    "Rubio": ("Marco Rubio", "US"),
    "Macron": ("Emmanuel Macron", "FR"),
    "Merz": ("Friedrich Merz", "DE"),
}
STATES = {
    "Russia": "RU",
    "Ukraine": "UA",
    "United States": "US",
    "France": "FR",
    "Germany": "DE",
    "Turkey": "TR",
    "Israel": "IL",
    "Finland": "FI",
}


def moment(text: str) -> datetime:
    """ "2025-08-19" or "2025-08-19T14"; UTC."""
    return datetime.fromisoformat(text if "T" not in text else f"{text}:00").replace(tzinfo=UTC)


def published(text: str | None) -> Published:
    if text is None:
        return Published()
    return Published(earliest=moment(text), latest=moment(text) + timedelta(hours=1), precision="hour", basis="absolute", raw=text)


def when(text: str | None) -> When:
    """ "2025-08-18", "night 2025-08-18", "month 2025-07-01..2025-07-31"; "assumed 2025-08-19" where
    no words tell it; None for no date.
    """
    if text is None:
        return When()
    word, _, days = text.rpartition(" ")
    start, _, end = days.partition("..")
    if word == "night":
        end = (moment(start) + timedelta(days=1)).date().isoformat()
    precision = {"": "day", "assumed": "day"}.get(word, word)
    basis = {"expression": None if word == "assumed" else text}
    return When.model_validate({"start": start, "end": end or start, "precision": precision, "basis": basis})


def cast(text: str, kind: str) -> tuple[Participant, ...]:
    """ "Putin, Zelensky"; of a strike "Russia > Ukraine"; "(Name)" is a person freed or hit."""
    sides = text.split(">")
    roles = ("attacker", "target") if kind == "strike" else ("attendee" if kind == "summit" else "party",)
    return tuple(actor(name.strip(), role) for side, role in zip(sides, roles, strict=False) for name in side.split(",") if name.strip())


def actor(name: str, role: str) -> Participant:
    if name.startswith("("):
        return Participant.model_validate({"name": name.strip("()"), "type": "person", "role": "released" if role == "party" else "target"})
    if name in PEOPLE:
        full, country = PEOPLE[name]
        return Participant.model_validate({"name": full, "type": "person", "country": country, "role": role})
    kind = "state" if name in STATES else "organisation"
    return Participant.model_validate({"name": name, "type": kind, "country": STATES.get(name), "role": role})


def spots(text: str, kind: str, status: str) -> tuple[Place, ...]:
    role = "target" if kind == "strike" else "candidate_venue" if status == "proposed" else "venue"
    return tuple(ATLAS[name.strip()].model_copy(update={"role": role}) for name in text.split(",") if name.strip())


def quantity(measure: str, value: object) -> Quantity:
    name, _, party = measure.partition("/")
    number = int(str(value))
    return Quantity(measure=name, party=party or None, low=number, best=number, high=number)


def mention(  # noqa: PLR0913  a sentence's worth of facts, all by name
    name: str,
    kind: str = "summit",
    *,
    says: str = "occurred",
    date: str | None = None,
    where: str = "",
    who: str = "",
    numbers: Mapping[str, object] | None = None,
    form: str | None = None,
    article: str = "",
    revision: int = 1,
    background: bool = False,
    part_of: str | None = None,
    speaker: str | None = None,
) -> Mention:
    quote = f"{name} {kind} {says}"
    evidence = Evidence(
        article_id=article or name, revision=revision, start=0, end=len(quote), quote=quote, quote_sha256=sha256(quote), pattern_id="told"
    )
    numbers_ = [
        quantity(measure, value).model_copy(update={"claim_ids": (f"{name}/{measure}",)}) for measure, value in (numbers or {}).items()
    ]
    parties = cast(who, kind)
    said: list[tuple[str, str, Any]] = [("status", "status", says)]
    said += [(f"quantities.{one.measure}", one.claim_ids[0].removeprefix(f"{name}/"), one.model_dump(mode="json")) for one in numbers_]
    said += [("participants", one.name, one.model_dump(mode="json")) for one in parties]
    said += [("when", "when", when(date).model_dump(mode="json"))] if date else []
    told_by = Speaker(name=speaker) if speaker else None
    return Mention.model_validate(
        {
            "mention_id": name,
            "kind": kind,
            "status": says,
            "when": when(date),
            "where": spots(where, kind, says),
            "participants": parties,
            "quantities": numbers_,
            "details": {"form": form} if form else {},
            "claims": [
                Claim(claim_id=f"{name}/{part}", speaker=told_by, field=field, value=value, evidence=evidence)
                for field, part, value in said
            ],
            "evidence": evidence,
            "background": background,
            "part_of": part_of,
        }
    )


def told(
    name: str, kind: str = "summit", *, day: str | None = "2025-08-19", outlet: str = "", sentences: tuple[str, ...] = (), **facts: Any
) -> Told:
    """One mention in an article of its own, or in `article`; `day` is when that was published."""
    one = mention(name, kind, **facts)
    article = facts.get("article") or name
    ref = ArticleRef(
        article_id=article, revision=facts.get("revision", 1), outlet=outlet or f"Outlet of {article}", published=published(day)
    )
    return Told(one, ref, sentences, spans_of(sentences))


def spans_of(sentences: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Where they stand in a body that is nothing but these sentences, one space between."""
    ends = list(accumulate(len(sentence) + 1 for sentence in sentences))
    return tuple((end - 1 - len(sentence), end - 1) for sentence, end in zip(sentences, ends, strict=True))


def readings(*tellings: Told, pubstatus: PubStatus = "usable") -> tuple[Reading, ...]:
    """The readings that these mentions would come in: one for each article and kind."""
    slots: dict[tuple[str, int, str], list[Told]] = {}
    for one in tellings:
        slots.setdefault((one.article.article_id, one.article.revision, one.mention.kind), []).append(one)
    return tuple(
        Reading(
            article=every[-1].article.model_copy(update={"pubstatus": pubstatus}),
            kind=kind,
            ruleset="told",
            mentions=tuple(one.mention for one in every),
            sentences=every[-1].sentences,
            spans=every[-1].spans,
        )
        for (_, _, kind), every in slots.items()
    )


def ref(one: Told) -> MentionRef:
    """A mention as an editor's command names it."""
    evidence = one.mention.evidence
    return MentionRef(mention_id=one.mention.mention_id, article_id=one.article.article_id, quote_sha256=evidence.quote_sha256)


def command(seq: int, action: str, *those: Told, rest: tuple[Told, ...] = (), **more: Any) -> Command:
    """An editor's command `edit-<seq>`: "merge", a, b; "split", a with rest=(b,); "correct", a with field and value; "revoke" with revokes."""
    kind = more.pop("kind", those[0].mention.kind if those else "summit")
    told = {"editor": "A. Editor", "reason": f"reason {seq}", "given_at": moment("2025-09-01T12"), **more}
    refs = {"mentions": [ref(one) for one in those], "rest": [ref(one) for one in rest]}
    return Command(Edit.model_validate({"edit_id": f"edit-{seq}", "action": action, "kind": kind, **refs, **told}), seq)
