"""Numbers with what they count: "at least 13 people were killed", "270 drones and 10 missiles", "shot down 33 Ukrainian drones"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress, pairwise
from operator import itemgetter

from msgspec import Struct

from services.normalizer.reading.grammar import words as lexical
from services.normalizer.reading.lazily import ByWord
from services.normalizer.reading.phrases import Table
from services.normalizer.reading.rules import load_yaml, table
from services.normalizer.reading.states import demonyms
from services.normalizer.reading.tokens import Token

NOUN_REACH = 5
# No writer's sentence has more numbers.
MOST = 40
TENS = (20, 30, 40, 50, 60, 70, 80, 90)
VERB_REACH = 9
AFTER_REACH = 8
# "members of the Northern Front for Unity and Progress": so many words.
WHOSE_REACH = 10
WEAPON_REACH = 9
OF_REACH, TOLL_REACH = 4, 24
# "of the"
OF_THE = 2
# "of which it shot down two": so many words before a number.
AMONG = 5
# What happens to people who are counted.
OUTCOMES = frozenset({"killed", "wounded", "missing", "displaced"})
WEAPONS = frozenset({"drones", "missiles", "rockets", "shells", "bombs"})


class Count(Struct, frozen=True):
    """A number at tokens [first, last) that counts `measure`: low ≤ best ≤ high, None where the text gives no bound."""

    first: int
    last: int
    measure: str
    low: int | None
    best: int | None
    high: int | None


class _Number(Struct, frozen=True):
    first: int
    last: int
    value: int
    vague: bool


@dataclass(frozen=True, slots=True)
class _Words:
    words: Table[int]
    vague: Table[int]
    scales: dict[str, int]
    lower: Table[str]
    upper: Table[str]
    about: Table[str]
    nouns: Table[str]
    before: Table[str]
    after: Table[str]
    rises: Table[str]
    people: frozenset[str]
    opening: frozenset[str]  # what a number in words begins with
    bounding: frozenset[str]  # what words that bound a number begin with


@cache
def _words() -> _Words:
    data = load_yaml("measures")
    spelt, vague = Table(data["words"].items()), Table(data["vague"].items())
    lower, upper, about = table(data["lower_bound"]), table(data["upper_bound"]), table(data["about"])
    return _Words(
        words=spelt,
        vague=vague,
        scales=data["scales"],
        lower=lower,
        upper=upper,
        about=about,
        nouns=Table((phrase, measure) for measure, phrases in data["nouns"].items() for phrase in phrases),
        before=Table((phrase, measure) for measure, phrases in data["verbs_before"].items() for phrase in phrases),
        after=Table((phrase, measure) for measure, phrases in data["verbs_after"].items() for phrase in phrases),
        rises=table(data["rises"]),
        people=frozenset(data["people"]) | demonyms(),
        opening=frozenset(spelt.opening | vague.opening),
        bounding=frozenset(lower.opening | upper.opening | about.opening),
    )


def _digits(low: str) -> int | None:
    """As in "1,000" is a thousand; "29.4" and "2025/26" count nothing here."""
    plain = low.replace(",", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= len("999999999") else None


def _of_age(tokens: Sequence[Token], last: int) -> bool:
    """As in "a 15-year-old girl": how old she was."""
    return last + 1 < len(tokens) and tokens[last].low in lexical("ages") and tokens[last + 1].low == "old"


def _ranks(tokens: Sequence[Token], at: int) -> bool:
    """As in "the 26th missile": one of a row, not so many."""
    last = at + 1
    return last < len(tokens) and tokens[last].low in lexical("ordinal_ends") and tokens[last].start == tokens[at].end


def _read_number(tokens: Sequence[Token], at: int, words: _Words) -> _Number | None:
    end, vague = words.vague.at(tokens, at)
    if vague:
        return _Number(at, end, vague[0], vague=True)
    end, spelt = words.words.at(tokens, at)
    value = spelt[0] if spelt else _digits(tokens[at].low)
    if (
        value is None
        or _ranks(tokens, at)
        or _of_age(tokens, end if spelt else at + 1)
        or (value == 1 and at > 0 and tokens[at - 1].low == "no")
        or (value == 1 and end < len(tokens) and tokens[end].low in lexical("sums"))
        or (value == 1 and [token.low for token in tokens[at + 1 : at + 3]] == ["of", "a"])  # "one of a salvo that killed six"
    ):
        return None
    end = end if spelt else at + 1
    unit = words.words.at(tokens, end)[1] if spelt and value in TENS and end < len(tokens) else ()
    if unit and 0 < unit[0] < TENS[0] // 2:
        value, end = value + unit[0], end + 1
    if end < len(tokens) and tokens[end].low in words.scales:
        return _Number(at, end + 1, value * words.scales[tokens[end].low], vague=False)
    return _Number(at, end, value, vague=False)


@ByWord
def _may_count(low: str) -> bool:
    return low in _words().opening or low[0].isdigit()


def _numbers(tokens: Sequence[Token], words: _Words) -> tuple[_Number, ...]:
    found: list[_Number] = []
    for at in compress(range(len(tokens)), map(_may_count.__getitem__, map(itemgetter(2), tokens))):
        number = _read_number(tokens, at, words) if not found or at >= found[-1].last else None
        if number:
            found.append(number)
    return tuple(found)


def _bounds(tokens: Sequence[Token], number: _Number, words: _Words) -> tuple[int, int | None, int, int | None]:
    """(first token with the modifier, low, best, high)."""
    for first in range(max(number.first - 3, 0), number.first):
        if tokens[first].low not in words.bounding:
            continue
        if words.lower.at(tokens, first)[0] == number.first:
            return first, number.value, number.value, None
        if words.upper.at(tokens, first)[0] == number.first:
            return first, None, number.value, number.value
        if words.about.at(tokens, first)[0] == number.first:
            return first, None, number.value, None
    if number.vague:
        return number.first, number.value, number.value, None
    return number.first, number.value, number.value, number.value


def _noun(tokens: Sequence[Token], number: _Number, words: _Words) -> tuple[str | None, int]:
    """The measure whose noun the number stands before, past adjectives, and where the noun ends."""
    people, begin = -1, number.last + (OF_THE if _of_these(tokens, number.last) else 0)
    for at in range(begin, min(begin + NOUN_REACH, len(tokens))):
        low = tokens[at].low
        if (people < 0 and low in lexical("uncounted")) or _a_blow(tokens, number, at):
            return "nothing", at + 1
        end, measures = words.nouns.at(tokens, at)
        if "wounded" in measures and tokens[at + 1 : at + 2] and tokens[at + 1].low in lexical("plain_people"):
            return "wounded", at + 2
        if measures and low not in words.people and not _only_describes(tokens, at, words):
            return measures[0], end
        if low in words.people:
            people = at + 1
        if low in lexical("number_stops") and not (measures and _only_describes(tokens, at, words)):
            break
    return ("people", people) if people > 0 else (None, number.last)


def _a_blow(tokens: Sequence[Token], number: _Number, at: int) -> bool:
    """As in "An Israeli strike killed 12": one strike, and nobody of whom it tells."""
    return tokens[number.first].low in lexical("articles") and tokens[at].low in lexical("told_blows")


def _of_these(tokens: Sequence[Token], at: int) -> bool:
    """As in "twenty of the sailors", "two of its soldiers"."""
    return at + 1 < len(tokens) and tokens[at].low == "of" and tokens[at + 1].low in lexical("these")


def _only_describes(tokens: Sequence[Token], at: int, words: _Words) -> bool:
    """As in "two wounded Cambodian soldiers": the soldiers are counted."""
    return tokens[at].low in lexical("states_of_health") and any(token.low in words.people for token in tokens[at + 1 : at + 3])


def _weapon_further(tokens: Sequence[Token], number: _Number, words: _Words) -> tuple[str | None, int]:
    """As in "40 land and sea-based missiles": the weapon may stand behind a list of kinds."""
    for at in range(number.last, min(number.last + WEAPON_REACH, len(tokens))):
        end, measures = words.nouns.at(tokens, at)
        if measures and measures[0] in WEAPONS:
            return measures[0], end
        if tokens[at].low not in lexical("weapon_adjectives"):
            break
    return None, number.last


def _verb_before(tokens: Sequence[Token], first: int, words: _Words, reach: int = VERB_REACH) -> str | None:
    """The verb that the number is the object of, across a list ("killed 31 and wounded 4", "killing Ali and six others")."""
    begins, stops = words.before.opening, lexical("verb_stops")
    for at in range(first - 1, max(first - 1 - reach, -1), -1):
        low = tokens[at].low
        if low in begins:
            end, measures = words.before.at(tokens, at)
            if measures and end <= first:
                return measures[0]
        if low in stops:
            return None
    return None


def _past_whose(tokens: Sequence[Token], last: int) -> int:
    """Past "of the Northern Front (NF)" behind "six members": whose they are."""
    if last >= len(tokens) or tokens[last].low != "of":
        return last
    at = last
    while at < min(last + WHOSE_REACH, len(tokens)) and (tokens[at].capital or tokens[at].low in {"of", "the", "(", ")", "'s"}):
        at += 1
    return at


def _verb_after(tokens: Sequence[Token], last: int, words: _Words) -> str | None:
    last = _past_whose(tokens, last)
    begins, stops = words.after.opening, lexical("after_stops")
    for at in range(last, min(last + AFTER_REACH, len(tokens))):
        low = tokens[at].low
        if low in begins and (measures := words.after.at(tokens, at)[1]):
            return measures[0]
        if low in stops:
            return None
    return None


def _of_all(tokens: Sequence[Token], number: _Number, words: _Words) -> _Number | None:
    """The second number of "61 of 78 drones", "33 out of the 40 missiles": of how many the first are a part."""
    at = number.last
    while at < min(number.last + OF_REACH, len(tokens)) and tokens[at].low in {"out", "of", "the", "some"}:
        at += 1
    return _read_number(tokens, at, words) if at > number.last and at < len(tokens) else None


def _toll_rises(tokens: Sequence[Token], first: int, words: _Words) -> bool:
    """As in "the death toll from … rose to seven": the toll may stand far before its verb."""
    rises = words.rises.ends_at(tokens, first)
    raised = first > 0 and tokens[first - 1].low == "to"
    if not rises and not raised:
        return False
    before = {token.low for token in tokens[max(first - TOLL_REACH, 0) : first]}
    raised = raised and bool(before & lexical("raises"))
    return (rises and "toll" in before) or (raised and bool(before & {"toll", "dead", "deaths", "fatalities"}))


def _measure(tokens: Sequence[Token], number: _Number, first: int, words: _Words) -> tuple[str | None, int]:
    """What the number counts, and where the words that say so end."""
    downed = _downed_of(tokens, number, first, words) or _downed_among(tokens, number, first, words)
    if downed or _toll_rises(tokens, first, words):
        return downed or "killed", number.last
    noun, last = _noun(tokens, number, words)
    if (noun is None and tokens[number.first].low in lexical("both")) or _dead_as_word(tokens, number, last):
        return None, last
    if noun is None:
        noun, last = _weapon_further(tokens, number, words)
    before = _verb_before(tokens, first, words)
    after = None if noun is None and _acts(tokens, number.last) else _verb_after(tokens, last, words)
    if noun in WEAPONS:
        after = after if not _counts_anew(tokens, last) else None
        shot = ("downed" in {before, after} or _are_destroyed(tokens, last)) and not _is_whole(tokens, first)
        return (f"{noun}_downed" if shot else noun), last
    return (_of_people(tokens, number, first, (noun, before, after)) if noun in {"prisoners", "people", None} else noun), last


def _acts(tokens: Sequence[Token], last: int) -> bool:
    """As in "a salvo of 40 that killed six": what is counted kills; "the 40 that were killed" were people."""
    lows = [token.low for token in tokens[last : last + 2]]
    return lows[:1] in (["that"], ["which"]) and lexical("passive").isdisjoint(lows)


def _dead_as_word(tokens: Sequence[Token], number: _Number, last: int) -> bool:
    """As in "a dead heat", "a dead letter": no one has died."""
    return tokens[number.first].low in lexical("articles") and last > number.last and tokens[last - 1].low == "dead"


def _downed_of(tokens: Sequence[Token], number: _Number, first: int, words: _Words) -> str | None:
    """As in "intercepted 61 of 78 drones": the first number is of those shot down."""
    whole = _of_all(tokens, number, words)
    noun = _noun(tokens, whole, words)[0] if whole else None
    if whole is None or noun not in WEAPONS:
        return None
    shot = "downed" in {_verb_before(tokens, first, words), _verb_after(tokens, whole.last, words)}
    return f"{noun}_downed" if shot else None


def _downed_among(tokens: Sequence[Token], number: _Number, first: int, words: _Words) -> str | None:
    """As in "six missiles, of which it shot down two", "the drones, 11 of which were downed": of the weapons named last."""
    near = [token.low for token in tokens[max(first - AMONG, 0) : number.last + AMONG - 1]]
    if "of" not in near or not {"which", "them"} & set(near) or not {"of which", "of them"} & {f"{a} {b}" for a, b in pairwise(near)}:
        return None
    shot = "downed" in {_verb_before(tokens, first, words), _verb_after(tokens, number.last, words), _verb_past(tokens, number, words)}
    weapons = (measures[0] for at in range(first - 1, -1, -1) if (measures := words.nouns.at(tokens, at)[1]) and measures[0] in WEAPONS)
    weapon = next(weapons, None) if shot else None
    return f"{weapon}_downed" if weapon else None


def _verb_past(tokens: Sequence[Token], number: _Number, words: _Words) -> str | None:
    """The verb behind "of which"."""
    return _verb_after(tokens, number.last + OF_THE, words) if number.last < len(tokens) and tokens[number.last].low == "of" else None


def _are_destroyed(tokens: Sequence[Token], last: int) -> bool:
    """As in "30 drones destroyed over the city": done to them, as nothing that they destroyed follows."""
    gone = last < len(tokens) and tokens[last].low in {"destroyed", "neutralised", "neutralized"}
    return gone and last + 1 < len(tokens) and tokens[last + 1].low in lexical("after_destroyed")


def _counts_anew(tokens: Sequence[Token], last: int) -> bool:
    """As in "24 drones, with 17 of them shot down": the verb behind is of another number."""
    near = [token.low for token in tokens[last : last + AFTER_REACH]]
    return any(one.isdigit() and other == "of" for one, other in pairwise(near))


def _is_whole(tokens: Sequence[Token], first: int) -> bool:
    """As in "61 of 78 drones": the second number is of those launched."""
    return (
        first > 1
        and tokens[first - 1].low in {"of", "the"}
        and any(_read_number(tokens, at, _words()) for at in range(max(first - OF_REACH, 0), first - 1))
    )


def _of_people(tokens: Sequence[Token], number: _Number, first: int, told: tuple[str | None, str | None, str | None]) -> str | None:
    """What happened to the people counted, by the verbs around (noun, verb before, verb after)."""
    noun, before, after = told
    direct = _verb_before(tokens, first, _words(), reach=1)
    if noun is None and tokens[number.first].low in lexical("articles"):
        return None
    if direct in OUTCOMES:
        return direct
    verb = (after if after != "downed" else None) or (before if before in OUTCOMES else None)
    handed = "people" if noun is None and _verb_before(tokens, first, _words(), reach=2) == "handed" else noun
    return verb if verb in OUTCOMES else handed


def find_counts(tokens: Sequence[Token], taken: frozenset[int]) -> tuple[Count, ...]:
    """The counts of a sentence, in order; numbers at `taken` tokens (dates, ages) count nothing."""
    words = _words()
    counts: list[Count] = []
    for number in _numbers(tokens, words)[:MOST]:
        if number.first in taken or (number.first > 0 and tokens[number.first - 1].low in {"including", "includes"}):
            continue
        first, low, best, high = _bounds(tokens, number, words)
        measure, last = _measure(tokens, number, first, words)
        if measure == "strikes" and number.value == 1:
            continue
        if (
            measure
            and measure != "nothing"
            and not (measure in WEAPONS and number.value == 1 and last < len(tokens) and tokens[last].low in lexical("blows"))
        ):
            counts.append(Count(first, last, measure, low, best, high))
    return tuple(counts)


def find_number(tokens: Sequence[Token]) -> int | None:
    """The first number of a few tokens, whatever it counts."""
    found = _numbers(tokens, _words())
    return next((number.value for number in found if number.value > 0), None)
