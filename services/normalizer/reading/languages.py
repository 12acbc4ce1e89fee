"""Which articles the rules can read: those in English, and those of which nobody knows the language."""

from __future__ import annotations

READ = frozenset(["en", "und", "mul", ""])  # `mul`: several, of which one may be English


def is_read(language: str) -> bool:
    """Whether an article in this language (BCP 47) is read. Names and numbers of another would match by chance, and mean something else."""
    return language.partition("-")[0].lower() in READ
