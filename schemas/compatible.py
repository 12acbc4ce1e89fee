"""What of the published contract has changed since a release so that a reader, or a record, of then would no longer fit.

Within a version both must hold: whoever reads by the released schema understands every record that is written now, and whoever reads by
the present one every record that was written then. So an object may gain fields that are not required, and anything may be worded
better; all else breaks one or the other, and is the next version of its model, on a topic of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]
Found = tuple[str, str]
WORDING = frozenset({"title", "description", "examples", "$id", "$schema", "$defs", "$comment", "deprecated"})
NESTED = frozenset({"properties", "required", "items", "prefixItems", "additionalProperties", "patternProperties", "anyOf"})
FOR_EVER = -1
GOLDEN = "golden.json"
"""Not published: the digests of the golden records of a release, none of which may ever change."""


def breaks(released: Document, present: Document) -> list[str]:
    """Each change that breaks, as `path: what, and whom it breaks`. Both map file names to published documents."""
    found: list[str] = []
    for name, old in released.items():
        new = present.get(name)
        if new is None:
            found.append(f"{name}: is gone, though its records are still in the logs")
        elif name == "asyncapi.json":
            found += _topics(old, new)
        elif name == GOLDEN:
            found += (f"golden/{path}: was changed or taken away" for path, digest in old.items() if new.get(path) != digest)
        else:
            found += (f"{name}{where}: {what}" for where, what in _Comparison(old, new).schema(old, new))
    return found


class _Comparison:
    """Two documents, compared schema by schema. `_open` are the references that are being followed: a model may hold its own like."""

    def __init__(self, old_root: Document, new_root: Document) -> None:
        self._old, self._new = old_root, new_root
        self._open: set[tuple[str, str]] = set()

    def schema(self, one: Document, other: Document) -> Iterator[Found]:
        at = (one.get("$ref", ""), other.get("$ref", ""))
        if all(at) and at in self._open:
            return
        self._open.add(at)
        yield from self._resolved(_resolved(one, self._old), _resolved(other, self._new))
        self._open.discard(at)

    def _resolved(self, old: Document, new: Document) -> Iterator[Found]:
        if _kind(old, self._old) != _kind(new, self._new):
            yield "", f"was {_kind(old, self._old)}, and is {_kind(new, self._new)}"
            return
        yield from _constraints(old, new)
        yield from self._fields(old, new)
        yield from self._patterns(old.get("patternProperties", {}), new.get("patternProperties", {}))
        for key in ("items", "additionalProperties"):
            if isinstance(old.get(key), Mapping) and isinstance(new.get(key), Mapping):
                yield from self._at(f"/{key}", old[key], new[key])
            elif old.get(key) != new.get(key):
                yield f"/{key}", "has changed"
        for key in ("anyOf", "prefixItems"):
            for number, (one, other) in enumerate(zip(old.get(key, ()), new.get(key, ()), strict=True)):
                yield from self._at(f"/{key}/{number}", one, other)

    def _fields(self, old: Document, new: Document) -> Iterator[Found]:
        before, now = old.get("properties", {}), new.get("properties", {})
        for name, schema in before.items():
            if name in now:
                yield from self._at(f"/{name}", schema, now[name])
            else:
                yield f"/{name}", "is gone; readers of the release look for it"
        required, were = set(new.get("required", ())), set(old.get("required", ()))
        yield from ((f"/{name}", "is required now; records of the release lack it") for name in sorted(required - were))
        yield from (
            (f"/{name}", "is no longer required; readers of the release rely on it") for name in sorted((were - required) & now.keys())
        )

    def _patterns(self, before: Document, now: Document) -> Iterator[Found]:
        """By pattern of their names, fields of which there may be any number. A new pattern may match fields that there were already."""
        for pattern in sorted(before.keys() | now.keys()):
            where = f"/patternProperties/{pattern}"
            if pattern not in now:
                yield where, "is gone; readers of the release rely on it"
            elif pattern not in before:
                yield where, "binds fields of such names now; records of the release may hold others"
            else:
                yield from self._at(where, before[pattern], now[pattern])

    def _at(self, where: str, one: Document, other: Document) -> Iterator[Found]:
        return ((where + path, what) for path, what in self.schema(one, other))


def _constraints(old: Document, new: Document) -> Iterator[Found]:
    for key in sorted((old.keys() | new.keys()) - WORDING - NESTED):
        if old.get(key) == new.get(key):
            continue
        if key != "enum" or key not in old or key not in new:
            yield f"/{key}", f"was {old.get(key)!r}, and is {new.get(key)!r}"
            continue
        lost, gained = set(old[key]) - set(new[key]), set(new[key]) - set(old[key])
        yield from (("", f"can no longer be {value!r}; records of the release are") for value in sorted(lost))
        yield from (("", f"can be {value!r} now; readers of the release do not know it") for value in sorted(gained))


def _kind(schema: Document, root: Document) -> str:
    """In a few words what sort of value it is."""
    if alternatives := schema.get("anyOf"):
        return " or ".join(_kind(_resolved(one, root), root) for one in alternatives)
    if items := schema.get("prefixItems"):
        return f"{len(items)} values"
    return str(schema.get("type", "a choice" if "enum" in schema else "anything"))


def _resolved(schema: Document, root: Document) -> Document:
    """What a reference leads to, which is always in the same document."""
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    return {**root["$defs"][name], **{key: value for key, value in schema.items() if key != "$ref"}} if name else schema


def _topics(old: Document, new: Document) -> Iterator[str]:
    for topic, was in old["channels"].items():
        now = new["channels"].get(topic)
        changed = [("", "is gone; its consumers follow it")] if now is None else _topic(was, now)
        yield from (f"asyncapi.json {topic}{where}: {what}" for where, what in changed)
    for name, schema in old["components"]["schemas"].items():
        found = _Comparison(old, new).schema(schema, new["components"]["schemas"].get(name, {}))
        yield from (f"asyncapi.json {name}{where}: {what}" for where, what in found)
    for kind, was in old["components"]["messages"].items():
        now = new["components"]["messages"].get(kind, was)
        if was.get("payload") != now.get("payload"):
            yield f"asyncapi.json {kind}: its value was {was.get('payload')}, and is {now.get('payload')}"


def _topic(was: Document, now: Document) -> Iterator[Found]:
    yield from (("/messages", f"no longer carries {kind}") for kind in sorted(was["messages"].keys() - now["messages"].keys()))
    for key in ("x-key", "x-opens-with-genesis"):
        if was[key] != now[key]:
            yield f"/{key}", f"was {was[key]!r}, and is {now[key]!r}"
    kept, keeps = was["bindings"]["kafka"], now["bindings"]["kafka"]
    if kept["partitions"] != keeps["partitions"]:
        yield "/partitions", f"were {kept['partitions']}, and are {keeps['partitions']}: keys move, and order with them"
    before, after = kept["topicConfiguration"], keeps["topicConfiguration"]
    if before["cleanup.policy"] != after["cleanup.policy"]:
        yield "/cleanup.policy", f"was {before['cleanup.policy']}, and is {after['cleanup.policy']}"
    for key in ("retention.ms", "retention.bytes"):
        if _shorter(after.get(key), before.get(key)):
            yield f"/{key}", f"was {before.get(key)}, and is {after.get(key)}: what consumers count on is deleted sooner"


def _shorter(now: int | None, was: int | None) -> bool:
    """Kept for less than before; without a setting the broker's own holds, which nobody counts on."""
    if was is None or now == was:
        return False
    return was == FOR_EVER or now is None or FOR_EVER < now < was
