"""The names of record types, headers and keys, in one place."""

from __future__ import annotations

from collections import defaultdict

from deploy.reference._markdown import code, section, table
from schemas.envelope import GENESIS, QUARANTINE_HEADERS, REQUIRED_HEADERS, headers_table
from schemas.topics import Card, cards

TITLE = "Records"
ABOUT = (
    "Record types, headers and keys. Records are CloudEvents 1.0 in Kafka's binary mode: attributes are headers, the value is the data. "
    "`schemas/published/asyncapi.json` says the same for programs, with an example of each type."
)


def body() -> str:
    headers = (
        (code(name), "always" if name in REQUIRED_HEADERS else "where there is one", about) for name, about in headers_table().items()
    )
    return "\n".join(
        [
            section("Types", _types()),
            section("Headers", table(("header", "there", "meaning"), headers)),
            section(
                "Headers in quarantine",
                "Besides those above, which are of the record in quarantine:",
                table(("header", "meaning"), ((code(name), about) for name, about in QUARANTINE_HEADERS.items())),
            ),
        ]
    )


def _types() -> str:
    carried: dict[str, list[Card]] = defaultdict(list)
    for card in cards():
        for kind in card.types:
            carried[kind].append(card)
    opening = (code(GENESIS), "every topic that is kept for ever", "`genesis`", _value("Genesis"), "the first record of each partition")
    rows = [
        (code(kind), _topics(found), _keys(found), _value(found[0].value), found[0].types[kind]) for kind, found in sorted(carried.items())
    ]
    return table(("`ce_type`", "topics", "key", "value", "tells"), [opening, *rows])


def _topics(found: list[Card]) -> str:
    """Families by kind as one."""
    return ", ".join(dict.fromkeys(code(card.topic.replace(f".{card.kind}.", ".<kind>.") if card.kind else card.topic) for card in found))


def _keys(found: list[Card]) -> str:
    return "; ".join(dict.fromkeys(card.key for card in found))


def _value(model: str | None) -> str:
    return f"[{model}](fields.md#{model.lower()})" if model else "bytes"
