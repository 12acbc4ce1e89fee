"""Whom the words around a meeting's trigger name: between, before, behind, and run into it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from services.normalizer.reading.acting import SAY_GAP, is_party, is_person, is_speaker, low_at, side, stands_aside, whom_it_presents
from services.normalizer.reading.candidates import Trigger
from services.normalizer.reading.document import Sentence
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import grammar, words
from services.normalizer.reading.tokens import Token

TWO, THREE = 2, 3
# "between the transitional government of X": so many words.
OFFICE_REACH = 5
# "between the directors general of military operations (DGMO) of X": so many words.
OFFICES_REACH = 12
# "energy and mines minister X": so many words from the land to its man.
TITLE = 6
# "In a telephone call …" opens a sentence within so many words.
OPENING = 6
# "During two and a half days of talks in X, Y …": so many.
OPENED = 9
# "proposed … that": so many words between.
THAT_GAP = 5


def between(sentence: Sentence, trigger: Trigger, *, topic: bool = False) -> tuple[Name, ...]:
    """As in "talks between X and Y", "between X and Y with their Z counterparts"; of a `topic`, "talks on a ceasefire between X and Y"."""
    if "between" not in sentence.lows:
        return ()
    found = [n for n in sentence.names if _is_between(sentence, n) and is_party(n) and trigger.last <= n.governor_at < trigger.high]
    found = [n for n in found if (low_at(sentence, n.governor_at - 1) in words("topics")) is topic]
    if len(found) < TWO or not (topic or _follows_at_once(sentence, trigger.last, found[0].governor_at)):
        return ()
    found += [n for n in sentence.names if n.governor == "with" and n.governor_at == found[-1].last and is_party(n)]
    mine = {side(n) for n in found}
    attending = [n for n in subjects(sentence, trigger, trigger.low) if is_person(n) and side(n) in mine]
    return (*attending, *found) if not any(is_person(n) for n in found) else tuple(found)


def _is_between(sentence: Sentence, name: Name) -> bool:
    """As in "between X", "between the government of X and …", "between the chiefs of staff of the armies of X and …"."""
    if name.governor != "of":
        return name.governor == "between"
    reach = OFFICE_REACH if attached(sentence, name) else OFFICES_REACH
    before = sentence.lows[max(name.governor_at - reach, 0) : name.governor_at]
    between = before[before.index("between") :] if "between" in before else ()
    return bool(between) and "," not in between and (reach == OFFICE_REACH or not words("offices", "posts").isdisjoint(between))


def _follows_at_once(sentence: Sentence, last: int, at: int) -> bool:
    """As in "talks in Geneva on Monday between X and Y", not "talks with X on ties between X and Y": nobody else comes first."""
    return not any(sentence.tokens[n].low in {"with", "and", ",", "on", "about"} for n in range(last, at) if not _times_on(sentence, n))


def _times_on(sentence: Sentence, at: int) -> bool:
    """As in "on Monday"."""
    return any(time.first in {at, at + 1} or time.first <= at < time.last for time in sentence.times)


def premodifiers(sentence: Sentence, trigger: Trigger) -> tuple[Name, ...]:
    """Names run into the trigger: "U.S.-Japan-South Korea meeting", "the Trump-Putin summit", "NATO summit"."""
    found: list[Name] = []
    edge = trigger.first
    if run_in_city(sentence, trigger) is not None:
        return ()
    for name in reversed([n for n in sentence.names if n.last <= trigger.first]):
        gap = _unbracketed(sentence.tokens[name.last : edge])
        if any(token.low in words("go_between", "leading") for token in gap):
            break  # "U.S.-mediated talks"
        if len(gap) > TWO or not is_party(name) or any(token.low in words("no_premodifier") for token in gap):
            break
        if any(name.last <= first < edge for first, _ in sentence.says):
            break
        found.append(name)
        edge = name.first
    return tuple(found)


def _unbracketed(gap: Sequence[Token]) -> Sequence[Token]:
    """As in "the African Union (AU) summit": the short name in brackets parts nothing."""
    return gap[THREE:] if len(gap) >= THREE and gap[0].low == "(" and gap[TWO].low == ")" else gap


def run_in_city(sentence: Sentence, trigger: Trigger) -> Name | None:
    """As in "the Budapest meeting", "the Kremlin talks": a city or a building alone before the noun is where, not who."""
    if not trigger.noun:
        return None
    ahead = [n for n in sentence.names if n.last <= trigger.first]
    name = ahead[-1] if ahead else None
    if name is None or name.named.place is None or not _runs_into(sentence, name, trigger):
        return None
    if name.named.place.precision not in {"city", "site"}:
        return None
    return None if len(ahead) > 1 and ahead[-2].last == name.first and not is_person(ahead[-2]) else name  # "Lee' Seoul talks"


def _runs_into(sentence: Sentence, name: Name, trigger: Trigger) -> bool:
    gap = sentence.tokens[name.last : trigger.first]
    return len(gap) <= 1 and not any(token.low in words("no_premodifier") for token in gap)


def _objects(sentence: Sentence, trigger: Trigger) -> Iterator[Name]:
    """Names that follow a verb directly: "met Xi and Vietnam's To Lam", past titles, stopping at the first other word."""
    held = {at: name for name in sentence.names for at in range(name.first, name.last)}
    titles = {at for name in sentence.names if name.opens >= 0 for at in range(name.opens, name.first)}
    for at in range(trigger.last, trigger.high):
        token = sentence.tokens[at]
        if token.low == "," and not _list_goes_on(sentence, at, held):
            return
        if at in sentence.at_times or (token.low == "on" and at + 1 in sentence.at_times):
            continue  # "received on Thursday X"
        if at in held:
            if held[at].first == at and _owns_a_thing(sentence, held[at], held):
                return
            if held[at].first == at and is_party(held[at]) and not _says(sentence, held[at]) and not stands_aside(sentence, held[at]):
                yield held[at]
        elif not (
            token.capital
            or token.low in grammar().skipped
            or token.low in grammar().conjunctions
            or token.low == "'s"
            or at in titles
            or _of_title(sentence, at, held)
        ):
            return


def _owns_a_thing(sentence: Sentence, name: Name, held: dict[int, Name]) -> bool:
    """As in "spoke to Israel's worries", but not "met Israel's prime minister", "met China's Xi"."""
    if low_at(sentence, name.last) != "'s":
        return False
    behind = range(name.last + 1, min(name.last + 1 + SAY_GAP, len(sentence.tokens)))
    return not any(at in held or sentence.tokens[at].low in words("offices", "groups", "holders") for at in behind)


def _of_title(sentence: Sentence, at: int, held: dict[int, Name]) -> bool:
    """As in "Bosnian Serb acting president X", "Ruritanian energy and mines minister X": words between a land and its man."""
    before = next((held[n] for n in range(at - 1, max(at - TITLE, 0) - 1, -1) if n in held), None)
    behind = next((n for n in range(at + 1, at + TITLE) if n in held), None)
    if before is None or behind is None or before.named.form != "adjective":
        return False
    return behind <= at + TWO or low_at(sentence, behind - 1) in words("offices")


def _list_goes_on(sentence: Sentence, comma: int, held: dict[int, Name]) -> bool:
    """As in "met Xi, Modi and …" but not "hosted Macron, Moscow said": the next name stands in a list too."""
    following = next((held[at] for at in range(comma + 1, min(comma + 6, len(sentence.tokens))) if at in held), None)
    if following is not None:
        following = whom_it_presents(sentence, following) or following
    return following is not None and low_at(sentence, following.last) in {",", "and"}


def attached(sentence: Sentence, name: Name) -> bool:
    """As in "the leaders of Germany", "officials from Egypt"."""
    return low_at(sentence, name.governor_at - 1) in words("offices")


def _is_passive(trigger: Trigger) -> bool:
    around = trigger.sentence.tokens[max(trigger.first - TWO, 0) : trigger.last]
    return not trigger.noun and any(token.low in words("passive") for token in around)


def _governed(sentence: Sentence, trigger: Trigger, name: Name) -> bool:
    """Whether the preposition before a name makes it one who meets."""
    if name.governor == "to":
        return trigger.pattern.card.id == "summit.verb.speak" and name.governor_at == trigger.last
    if name.governor == "on":
        return name.last <= trigger.first and low_at(sentence, name.governor_at - 1) in words("appeals")
    ahead = (name.last <= trigger.first and trigger.noun) or trigger.pattern.card.form == "visit"  # "discuss relations with X in talks"
    topic = (name.governor == "between" or ahead) and low_at(sentence, name.governor_at - 1) in words("topics")
    far = name.governor == "between" and not _follows_at_once(sentence, trigger.last, name.governor_at)
    if topic or far or name.governor not in words("with"):
        return False
    if name.governor == "by":
        return _acts_by(sentence, trigger, name)
    if name.governor in {"of", "from"}:
        return name.governor_at <= trigger.last or attached(sentence, name)
    return True


def _acts_by(sentence: Sentence, trigger: Trigger, name: Name) -> bool:
    """As in "was received by X", "a visit by X", "a delegation led by X"; not "talks mediated by X"."""
    if _mediates(sentence, trigger, name):
        return False
    led = low_at(sentence, name.governor_at - 1) in words("leading")
    return led or _is_passive(trigger) or (trigger.noun and name.governor_at <= trigger.last + 1)


def _mediates(sentence: Sentence, trigger: Trigger, name: Name) -> bool:
    """As in "talks mediated by Qatar", "… and by a group led by Norway": who brings the sides together is none."""
    return not words("go_between").isdisjoint(sentence.lows[trigger.last : name.governor_at])


def _listed(sentence: Sentence, trigger: Trigger, name: Name) -> bool:
    """As in "… that included the German and French leaders"."""
    return name.governor is None and not words("includes").isdisjoint(sentence.lows[trigger.last : name.first])


def _cut_off(sentence: Sentence, trigger: Trigger, name: Name) -> bool:
    """Whether a comma that closes no list or place stands before the preposition: "at the summit, his rapport with …"."""
    if _of_another_verb(sentence, trigger, name):
        return True
    ends = {n.last for n in sentence.names} | {at for t in sentence.times for at in range(t.first, t.last + 1)}
    if _dated_behind_comma(sentence, trigger.last):
        ends.add(trigger.last)
    if name.governor in {"including", "such as", "among"}:
        ends.add(name.governor_at - (2 if name.governor == "such as" else 1))
    return any(sentence.tokens[at].low == "," and at not in ends for at in range(trigger.last, max(name.governor_at, trigger.last)))


def _dated_behind_comma(sentence: Sentence, comma: int) -> bool:
    """As in "his yearly meeting, on May 5 in Oslo, with X": the comma only opens when it is."""
    at = comma + 1 + (low_at(sentence, comma + 1) == "on")
    return low_at(sentence, comma) == "," and at in sentence.at_times


def _of_another_verb(sentence: Sentence, trigger: Trigger, name: Name) -> bool:
    """As in "X, weighing a meeting with Y, consulted with Z": a second "with" behind a comma and a verb of its own."""
    if name.governor != "with" or name.governor_at <= trigger.last:
        return False
    earlier = [
        n.last for n in sentence.names if n.governor == "with" and trigger.last - 1 <= n.governor_at < name.governor_at and is_party(n)
    ]
    comma = next((at for at in range(earlier[-1], name.governor_at) if low_at(sentence, at) == ","), None) if earlier else None
    return comma is not None and any(low_at(sentence, at).endswith("ed") for at in range(comma + 1, name.governor_at))


def _says(sentence: Sentence, name: Name) -> bool:
    """As in "…, Gotoda told reporters": whom a verb of saying follows at once."""
    closed = low_at(sentence, name.last) == "," and name.governor is not None
    return any(first == name.last or (first == name.last + 1 and not closed) for first, _ in sentence.says)


def after(sentence: Sentence, trigger: Trigger) -> tuple[Name, ...]:
    behind = [
        n
        for n in sentence.names
        if trigger.last <= n.first < trigger.high and is_party(n) and not stands_aside(sentence, n) and not _says(sentence, n)
    ]
    met = [
        n
        for n in behind
        if (_governed(sentence, trigger, n) and not _cut_off(sentence, trigger, n))
        or (trigger.noun and _listed(sentence, trigger, n))
        or low_at(sentence, n.last + 1) == "format"
    ]
    return (*met, *(_objects(sentence, trigger) if _takes_objects(sentence, trigger) else ()))


def _takes_objects(sentence: Sentence, trigger: Trigger) -> bool:
    """As in "met Xi", "discussed with Xi"; but what is discussed is a matter: "discussed Sudan and Chad"."""
    if trigger.noun:
        return _as_verb(sentence, trigger)
    return trigger.pattern.card.id != "summit.verb.discuss" or low_at(sentence, trigger.last - 1) == "with"


def _as_verb(sentence: Sentence, trigger: Trigger) -> bool:
    """As in "…, meeting President Isaias in Asmara": the noun is a verb where whom it meets follows at once."""
    met = low_at(sentence, trigger.last - 1) == "meeting" and trigger.last < len(sentence.tokens)
    return met and low_at(sentence, trigger.first - 1) in {",", "after", "before", "and", "while"} and sentence.tokens[trigger.last].capital


def opened(sentence: Sentence, trigger: Trigger) -> tuple[Name, ...]:
    """As in "In a telephone call on Sunday, X and Y discussed …": the subjects behind the words that open the sentence."""
    comma = next((at for at in range(trigger.last, len(sentence.tokens)) if low_at(sentence, at) == ","), None)
    near = trigger.first <= (OPENING if low_at(sentence, trigger.first - 1) != "of" else OPENED)
    told = trigger.noun or low_at(sentence, trigger.last - 1) == "with"
    if not told or comma is None or not near or low_at(sentence, 0) not in words("opening"):
        return ()
    found: list[Name] = []
    for name in (n for n in sentence.names if n.first > comma and is_party(n) and n.governor is None):
        edge = found[-1].last if found else comma + 1
        start = name.opens if name.opens >= 0 else name.first
        if any(t.low.isalpha() and t.low not in grammar().linking for t in sentence.tokens[edge:start]):
            break
        found.append(name)
    return tuple(found)


def subjects(sentence: Sentence, trigger: Trigger, low: int) -> tuple[Name, ...]:
    """Names before the trigger that meet, host, are hosted or are flanked; not those who only report."""
    before = [n for n in sentence.names if low <= n.first and n.last <= trigger.first and is_party(n) and not stands_aside(sentence, n)]
    before = [n for n in before if not _proposes(sentence, n, trigger.first)]
    before = _of_first_verb(sentence, trigger, low) or before
    acting = [
        n for n in before if (n.governor is None and acts(sentence, n)) or (_governed(sentence, trigger, n) and not _aside(sentence, n))
    ]
    return tuple(n for n in acting if not is_speaker(sentence, n, trigger.first))


def _of_first_verb(sentence: Sentence, trigger: Trigger, low: int) -> list[Name]:
    """As in "X is to hold a summit with Y on Friday, and is expected to meet Z": whoever does the first does the second."""
    at = trigger.first - 1
    while at > 0 and (sentence.lows[at] in words("planning_words", "holding") or at in sentence.at_times):
        at -= 1
    joined = not trigger.noun and at < trigger.first - 1 and at > 0 and sentence.lows[at] == "and"
    earlier = [first for first in trigger.others if first < at] if joined else []
    start, _ = sentence.clause(earlier[0]) if earlier else (0, 0)
    if not earlier or low <= start:
        return []
    names = [n for n in sentence.names if start <= n.first and n.last <= earlier[0] and is_person(n) and n.governor is None]
    return [n for n in names if not stands_aside(sentence, n)][-1:]


def _proposes(sentence: Sentence, name: Name, before: int) -> bool:
    """As in "Saudi Arabia has proposed that envoys of … meet": who proposes is no party."""
    gap = [token.low for token in sentence.tokens[name.last : min(name.last + THAT_GAP, before)]]
    return any(one in words("proposals") and other == "that" for one, other in pairwise(gap)) or _urges(sentence, name, before)


def _urges(sentence: Sentence, name: Name, before: int) -> bool:
    """As in "X urged the two countries to hold a summit": who only urges others is no party; who asks another to meet him is."""
    urge = next((at for at in range(name.last, before) if sentence.lows[at] in words("urges_others")), None)
    if urge is None or urge > name.last + THAT_GAP:
        return False
    goal = next((at for at in range(urge + 1, before) if sentence.lows[at] == "to"), None)
    return goal is not None and goal > urge + 1 and words("objects").isdisjoint(sentence.lows[before : before + THAT_GAP])


def acts(sentence: Sentence, name: Name) -> bool:
    """Whether a state may be a subject: not "to discuss Ukraine", where a verb stands right before it."""
    if name.first == 0 or is_person(name):
        return True
    at = name.first - 1
    while at > 0 and sentence.lows[at] in words("plain_articles"):
        at -= 1  # "discussed the Sudan issue"
    before = sentence.tokens[at]
    joined = any(n.last == name.first for n in sentence.names)
    listed = next((n for n in sentence.names if n.last == at), None) if before.low == "and" else None
    if listed is not None and not is_person(listed):
        return acts(sentence, listed)
    return joined or before.capital or not before.low.isalpha() or before.low in grammar().linking or before.low in words("openers")


def held_by_verb(sentence: Sentence, name: Name) -> bool:
    """As in "holding President X to account", "accused X of": a verb's object, and not who meets."""
    at = name.first - 1
    while at >= 0 and (sentence.lows[at] in grammar().skipped or sentence.tokens[at].capital or sentence.lows[at] == "'s"):
        at -= 1
    return at >= 0 and sentence.lows[at] in words("object_verbs")


def _aside(sentence: Sentence, name: Name) -> bool:
    """As in "with Switzerland offering …": told by the way."""
    following = low_at(sentence, name.last)
    return name.governor == "with" and following.endswith("ing") and following not in words("meeting_verbs")


def over_relative(sentence: Sentence, trigger: Trigger) -> tuple[Name, ...]:
    """As in "X and Y, which have no ties, discussed …": the two who are joined before the clause that tells of them."""
    low, _ = trigger.clause
    closed = "," in sentence.lows[low : trigger.first]
    if low_at(sentence, low) not in {"who", "which"} or low_at(sentence, low - 1) != "," or not closed:
        return ()
    ahead = [n for n in sentence.names if n.last <= low and is_party(n) and n.governor is None]
    joined = ahead[-TWO:]
    if len(joined) < TWO or joined[1].last != low - 1 or sentence.lows[joined[0].last : joined[1].first] != ("and",):
        return ()
    return tuple(joined)


def relative(sentence: Sentence, trigger: Trigger) -> tuple[Name, ...]:
    """As in "Trump, who days later hosted …", "X, whom he met on Friday": whom the relative pronoun stands for."""
    low, _ = trigger.clause
    if low_at(sentence, low) not in {"who", "whom", "which"}:
        return ()
    meant = [n for n in sentence.names if n.last <= low and is_party(n)][-1:]
    return tuple(n for n in meant if not stands_aside(sentence, n))
