"""A local hit is a part of the wave that the same attacker sent over the whole land."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.mentions import Mention
from services.normalizer.reading import spans

WIDE = frozenset({"country", "unknown"})


def _attackers(mention: Mention) -> frozenset[str]:
    return frozenset(p.name for p in mention.participants if p.role == "attacker")


def _is_wave(mention: Mention) -> bool:
    return bool(mention.where) and all(place.precision in WIDE for place in mention.where)


def _within(mention: Mention, wave: Mention) -> bool:
    """Whether a hit on a town may belong to a wave over its country, at the same time, by the same side."""
    local = bool(mention.where) and not _is_wave(mention)
    lands = {place.country for place in mention.where} & {place.country for place in wave.where}
    timed = spans.days(mention.when) is not None and spans.days(wave.when) is not None
    return local and bool(lands) and timed and spans.meet(mention.when, wave.when) and bool(_attackers(mention) & _attackers(wave))


def link_parts(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """The same mentions; each local hit names the wave of its article, where there is one."""
    waves = [mention for mention in mentions if _attackers(mention) and _is_wave(mention)]
    linked = []
    for mention in mentions:
        wave = next((w for w in waves if w is not mention and _within(mention, w)), None)
        linked.append(mention.model_copy(update={"part_of": wave.mention_id}) if wave else mention)
    return tuple(linked)
