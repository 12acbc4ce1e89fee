"""Who is told to have used what strikes: who launches or sends it, and who owns up to it."""

from __future__ import annotations

from services.normalizer.reading.acting import is_party, is_person, is_speaker
from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import phrases, words
from services.normalizer.reading.of_others import is_answer_to

# "Ruritania on Sunday launched": so many words from a side to its verb, those of its arms apart.
USER_GAP = 3
# "launched dozens of missile strikes": so many words from the verb to what is launched.
LAUNCHED = 5


def user(trigger: Trigger) -> Name | None:
    """As in "Russia used a new missile during an attack on Kyiv": the last before the verb of those who use, launch or send."""
    sentence = trigger.sentence
    before = [n for n in sentence.names if n.last <= trigger.first and is_party(n) and n.governor is None]
    before = [n for n in before if not is_speaker(sentence, n, trigger.first)]
    uses = [at for at, token in enumerate(sentence.tokens) if token.low in words("strike_verbs") and _is_free(trigger, at)]
    uses = [at for at in uses if words("fended_off").isdisjoint(sentence.lows[at : trigger.first])]
    uses = [at for at in uses if not _is_answered(trigger, at)]
    users = [n for n in before if any(_reaches(sentence, n, at) and not _suffers(sentence, n, at) for at in uses)]
    return next((n for n in reversed(users) if n.first - users[0].last <= USER_GAP), None)


def _is_free(trigger: Trigger, at: int) -> bool:
    """Whether a verb tells of this blow: it tells of no other, or this is what it launches."""
    launches = trigger.noun and trigger.sentence.lows[at] in words("launching") and 0 < trigger.first - at <= LAUNCHED
    return launches or at not in trigger.others


def _reaches(sentence: Sentence, name: Name, verb: int) -> bool:
    """As in "Ruritanian jets, ships and submarines launched": next to nothing but arms and times between."""
    between = [at for at in range(name.last, verb) if sentence.lows[at] not in words("arms_listed")]
    return name.last <= verb and len(between) < USER_GAP


def _is_answered(trigger: Trigger, verb: int) -> bool:
    """As in "carried out air strikes in response to a rocket attack": whoever answers it did not make it."""
    low = trigger.clause[0]
    return verb < low and is_answer_to(trigger.sentence, low)


def _suffers(sentence: Sentence, name: Name, verb: int) -> bool:
    """As in "Mansour had been killed in …": done to him, not by him."""
    return not words("passive").isdisjoint(sentence.lows[name.last : verb])


def owns_up(trigger: Trigger) -> list[Name]:
    """As in "The Houthis claimed responsibility for …", "drones claimed by the Houthis hit …"."""
    sentence = trigger.sentence
    hits = sentence.find(phrases("owns_up"))
    owning = [n for n in sentence.names if hits and n.last <= hits[0][0] and is_party(n) and not is_person(n)][-1:]
    low, high = trigger.clause
    by = [n for n in sentence.names if n.governor == "by" and low <= n.first < high and is_party(n) and n.governor_at > 0]
    return owning or [n for n in by if sentence.lows[n.governor_at - 1] == "claimed"]
