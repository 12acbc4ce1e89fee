"""From an article to mentions that an analyst would sign: pure, deterministic, by rules that are data."""

from __future__ import annotations

from services.normalizer.reading.reader import Ruleset, read
from services.normalizer.reading.sentences import split as read_sentences

__all__ = ["Ruleset", "read", "read_sentences"]
