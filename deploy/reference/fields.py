"""Every field of every model that crosses the wire, from its published schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from deploy.reference._markdown import code, section, table
from schemas.publish import documents
from schemas.versions import PRESENT

TITLE = "Fields"
ABOUT = (
    "What each field means, with its type and unit. A field that is not always there has a default, which old records go without. "
    "The same as JSON Schema: `schemas/published/`."
)
Schema = Mapping[str, Any]
SHORT = 20


def models() -> dict[str, Schema]:
    """Every model that has fields, by name; those in a record's value first, then what they are made of."""
    published = {name: documents()[f"{name}.v{version}.json"] for name, version in sorted(PRESENT.items())}
    parts = {name: schema for document in published.values() for name, schema in document.get("$defs", {}).items() if name not in published}
    return published | {name: schema for name, schema in sorted(parts.items()) if "properties" in schema}


def body() -> str:
    return "\n".join(section(name, schema.get("description", ""), table_of(schema)) for name, schema in models().items())


def table_of(schema: Schema) -> str:
    """The fields of one model."""
    required = schema.get("required", ())
    rows = (
        (code(name), type_of(field), "always" if name in required else _default(field), meaning(field))
        for name, field in schema["properties"].items()
    )
    return table(("field", "type", "there", "meaning"), rows)


def meaning(field: Schema) -> str:
    """What a field means: its own words, else those of its type."""
    told = (field, *field.get("anyOf", ()), field.get("items", {}))
    words = next((one["description"] for one in told if "description" in one), None)
    return words or next((f"see {_link(one['$ref'])}" for one in told if "$ref" in one and not one["$ref"].endswith("/JsonValue")), "")


def type_of(field: Schema) -> str:
    """In a few words."""
    return " or ".join(dict.fromkeys(_types(field)))


def _types(field: Schema) -> Iterator[str]:
    match field:
        case {"$ref": "#/$defs/JsonValue" | "#/components/schemas/JsonValue"}:
            yield "any JSON"
        case {"$ref": name}:
            yield _link(name)
        case {"anyOf": alternatives}:
            for one in alternatives:
                yield from _types(one)
        case {"enum": values}:
            yield ", ".join(map(code, values))
        case {"format": "date-time"}:
            yield "instant (RFC 3339)"
        case _:
            yield _made_of(field)


def _made_of(field: Schema) -> str:
    match field:
        case {"type": "array", "prefixItems": parts}:
            return f"[{', '.join(map(type_of, parts))}]"
        case {"type": "array", "items": items}:
            return f"list of {type_of(items)}"
        case {"type": "object", "additionalProperties": Mapping() as values}:
            return f"object: name → {type_of(values)}"
        case _:
            return str(field.get("type", "any JSON"))


def _link(reference: str) -> str:
    name = reference.rpartition("/")[2]
    return f"[{name}](#{name.lower()})"


def _default(field: Schema) -> str:
    """What to take where it is missing."""
    if "default" not in field:
        return "else as if nothing were told"
    told = json.dumps(field["default"], ensure_ascii=False)
    return f"else {code(told)}" if len(told) <= SHORT else "else as if nothing were told"
