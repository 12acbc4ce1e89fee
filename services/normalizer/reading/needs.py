"""What a pattern asks of a candidate before it makes a happening: parties, an occasion, a toll, people who come home."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import pairwise
from operator import attrgetter

from services.normalizer.reading.at_sea import hits_at_sea
from services.normalizer.reading.bands import one_band
from services.normalizer.reading.calling import addressed, rings, sees, speak_together
from services.normalizer.reading.candidates import Candidate, Trigger
from services.normalizer.reading.dead_or_alive import are_handed_back, are_many_of_war, is_dead, is_living
from services.normalizer.reading.for_peace import at_home, for_peace
from services.normalizer.reading.giving import both_give, in_return, man_for_man
from services.normalizer.reading.going_abroad import attends_abroad, is_invited
from services.normalizer.reading.grammar import phrases
from services.normalizer.reading.grammar import words as lexical
from services.normalizer.reading.happening import side_of
from services.normalizer.reading.many_lands import of_several_lands
from services.normalizer.reading.nobodies import is_nobody
from services.normalizer.reading.visiting import receives

HELD_REACH = 4
# "Russian and rebel commanders met": the opponent stands at most so many words away.
OPPONENT_REACH = 14
# "The leaders of X, of Y and of Z discussed": so many words between two of them.
JOINED = 8
# "discussed the ceasefire deal with X": so many words of a matter.
MATTER = 6
# "met the country's rebel leaders": so many words behind the verb.
OBJECT_REACH = 5
# How far behind "exchange of" the people stand.
OF_REACH = 8
# A name of more words than this may speak of captives and hold none: "Committee for Prisoners of War".
NAMED = 3
# "delegates of the nine West African countries": so many words.
NATIONS_REACH = 6


def _countries(candidate: Candidate) -> set[str | None]:
    """The sides; people of no known state are of one, and of none where they stand with one who has a state: "aides X and Y met"."""
    page, alone = candidate.trigger.sentence.page, _has_counterpart(candidate)
    actors = [said.value for said in candidate.parties if alone or not is_nobody(page, said.value)]
    sides = {side_of(actor) if actor.country or actor.type != "person" or actor.name in page.rebels or alone else None for actor in actors}
    return sides - {None} if _all_joined(candidate) and not _has_counterpart(candidate) else sides


def _has_counterpart(candidate: Candidate) -> bool:
    """As in "Minister X and his Graustark counterpart": whoever has a counterpart is of another side, be it told or not."""
    return not lexical("counterparts").isdisjoint(candidate.trigger.sentence.lows)


def _all_joined(candidate: Candidate) -> bool:
    """Whether each person of no known state is joined by "and" to another person."""
    people = sorted((said for said in candidate.parties if said.value.type == "person"), key=attrgetter("start"))
    rebels = candidate.trigger.sentence.page.rebels
    unknown = [said for said in people if not said.value.country and said.value.name not in rebels]
    if not unknown:
        return False
    words = {token.start: token.low for token in candidate.trigger.sentence.tokens}
    joined = {
        said.start
        for one, other in pairwise(people)
        if [low for start, low in words.items() if one.end <= start < other.start] in (["and"], [","])
        for said in (one, other)
    }
    return all(said.start in joined for said in unknown)


def _parties(candidate: Candidate) -> bool:
    sides = _countries(candidate)
    return (
        for_peace(candidate)
        or len(sides) > 1
        or _of_bloc(candidate)
        or (bool(sides) and not one_band(candidate) and _faces_opponents(candidate))
        or attends_abroad(candidate)
        or ((_of_many_nations(candidate) or of_several_lands(candidate)) and (candidate.when is not None or bool(candidate.places)))
        or (candidate.group and not at_home(candidate) and not one_band(candidate) and (bool(candidate.places) or _side_near(candidate)))
    )


def _side_near(candidate: Candidate) -> bool:
    """Whether a side stands in the clause itself, and not only speaks of it: "Japan's minister did not know when ministers could meet"."""
    sentence = candidate.trigger.sentence
    low, high = candidate.trigger.clause
    first, last = sentence.tokens[low].start, sentence.tokens[high - 1].end
    return any(first <= said.start < last or said.start < sentence.start for said in candidate.parties)


def _of_bloc(candidate: Candidate) -> bool:
    """As in "NATO's foreign ministers met": many states in one name; but not as in "in which it leaves the EU and starts trade talks"."""
    blocs = {said.start for said in candidate.parties if said.value.name in lexical("blocs")}
    trigger = candidate.trigger
    if trigger.noun and _of_few(trigger):
        return False
    if trigger.pattern.card.id != "summit.noun.talks" or candidate.when or candidate.places:
        return bool(blocs)
    names = [n for n in trigger.sentence.names if n.named.start in blocs]
    return any(n.governor in lexical("with") or trigger.first - n.last in {0, 1} for n in names)


def _of_few(trigger: Trigger) -> bool:
    """As in "bilateral meetings": of two and two, and not of all."""
    around = trigger.sentence.tokens[max(trigger.first - 1, 0) : trigger.last]
    return any(token.low in {"bilateral", "bilaterals", "trilateral"} for token in around)


def _of_many_nations(candidate: Candidate) -> bool:
    """As in "Talks on the 12-nation pact", "delegates of nine countries": so many states, of which none is named."""
    tokens, trigger = candidate.trigger.sentence.tokens, candidate.trigger
    low, high = trigger.clause
    near = range(max(low, trigger.first - OPPONENT_REACH), min(high, trigger.last + OPPONENT_REACH))
    nations = [at for at in near if tokens[at].low in lexical("nations")]
    by_number = trigger.noun and any(tokens[at - 1].low.isdigit() for at in nations if at > 0)
    return by_number or any(_sends_people(trigger, at) for at in nations)


def _sends_people(trigger: Trigger, at: int) -> bool:
    """As in "Delegates of nine African countries will meet": people of more states than two."""
    lows = trigger.sentence.lows
    ahead = lows[max(at - NATIONS_REACH, 0) : at]
    sent = any(one in lexical("offices") and other in {"of", "from"} for one, other in pairwise(ahead))
    return sent and not (lexical("several_times") - {"two", "past"}).isdisjoint(ahead)


def _faces_opponents(candidate: Candidate) -> bool:
    """As in "Russian and rebel commanders met", "intra-Afghan talks", "talks with rebels": the other side is told, but not by name."""
    trigger = candidate.trigger
    tokens = trigger.sentence.tokens
    low, high = trigger.clause
    near = range(max(low, trigger.first - OPPONENT_REACH), min(high, trigger.last + OPPONENT_REACH))
    opponents = lexical("opponents") | (frozenset() if lexical("war_words").isdisjoint(trigger.sentence.lows) else lexical("opposition"))
    found = [at for at in near if tokens[at].low in opponents]
    if "intra" in trigger.sentence.lows[max(low, trigger.first - OBJECT_REACH) : trigger.first]:
        return True
    if trigger.pattern.card.id == "summit.verb.meet" and any(trigger.last <= at < trigger.last + OBJECT_REACH for at in found):
        return True
    return any(any(t.low in lexical("with_opponents") for t in (*tokens[max(at - 3, low) : at], *tokens[at + 1 : at + 3])) for at in found)


def _leaders(candidate: Candidate) -> bool:
    low, _ = candidate.trigger.clause
    offices = lexical("offices_of_several").isdisjoint(candidate.trigger.sentence.lows[low : candidate.trigger.first])
    return len(_countries(candidate)) > 1 and (not offices or any(said.value.type == "person" for said in candidate.parties))


def _counterpart(candidate: Candidate) -> bool:
    """Whoever is visited is told behind the words, or is the state that an official visit goes to; a lone traveller meets nobody."""
    behind = candidate.trigger.sentence.tokens[candidate.trigger.last - 1].end
    visited = any(said.value.role == "host" or said.start >= behind for said in candidate.parties)
    return (_leaders(candidate) and (visited or is_invited(candidate))) or (candidate.group and receives(candidate))


def _conversed(candidate: Candidate) -> bool:
    """As in "a call with Modi", "held a call"; a bare word may be an appeal: "calls on Israelis to …"."""
    trigger = candidate.trigger
    tokens = trigger.sentence.tokens
    held = any(token.low in lexical("holding") for token in tokens[max(trigger.first - HELD_REACH, 0) : trigger.first])
    appeals = [token.low for token in tokens[trigger.last : trigger.last + 1]] == ["on"]
    timed = any(time.first == trigger.last + 1 for time in trigger.sentence.times)
    return (candidate.names_parties or held) and (timed or not appeals)


def _together(candidate: Candidate) -> bool:
    """As in "The leaders of X and Y are to discuss …", "discussed with Y": they sit together, on a day or at a place that is told."""
    trigger = candidate.trigger
    before = {said.start for said in candidate.parties if said.end <= trigger.sentence.tokens[trigger.first].start}
    joined = [n for n in trigger.sentence.names if n.named.start in before]
    tokens = trigger.sentence.tokens
    pairs = (tokens[one.last].low in {"and", ","} for one, two in pairwise(joined) if two.first - one.last <= JOINED)
    behind = tokens[trigger.last - 1].low == "with" or _with_pronoun(trigger) or _talks_it_over(candidate)
    told = candidate.when is not None or bool(candidate.places) or _two_of_rank(candidate, before)
    return (behind or any(pairs)) and told


def _talks_it_over(candidate: Candidate) -> bool:
    """As in "discussed the deal with President X": with whom stands behind the matter, in few words."""
    trigger = candidate.trigger
    if not trigger.pattern.card.id.endswith(".discuss"):
        return False
    people = {said.start for said in candidate.parties if said.value.type == "person"}
    people |= {n.named.start for n in trigger.sentence.names if n.named.text.casefold().split()[-1] in lexical("home_officials")}
    behind = [n for n in trigger.sentence.names if n.named.start in people and n.governor == "with"]
    return any(trigger.last < n.governor_at <= trigger.last + MATTER and n.first < trigger.high for n in behind)


def _with_pronoun(trigger: Trigger) -> bool:
    """As in "he and his counterpart X were expected to discuss …"."""
    low, _ = trigger.clause
    ahead = trigger.sentence.lows[low : trigger.first]
    return any(one in lexical("persons") and other == "and" for one, other in pairwise(ahead))


def _two_of_rank(candidate: Candidate, before: Collection[int]) -> bool:
    """As in "Ministers X of Ruritania and Y of Graustark discussed …": two people of two sides tell an occasion."""
    people = [said.value for said in candidate.parties if said.value.type == "person"]
    people = [said for said in people if _with_pronoun(candidate.trigger)] or [
        said.value for said in candidate.parties if said.start in before and said.value.type == "person"
    ]
    return len({side_of(person) for person in people}) > 1


def _adversaries(candidate: Candidate) -> bool:
    return len(_countries(candidate)) > 1 or (bool(candidate.parties) and (candidate.refers or _mutual(candidate)))


def _mutual(candidate: Candidate) -> bool:
    """Two sides; or one, with words that say there are two: "swapped", "on each side"."""
    tokens, trigger = candidate.trigger.sentence.tokens, candidate.trigger
    own = (
        are_many_of_war(candidate)
        or are_handed_back(candidate)
        or any(token.low in lexical("mutual") for token in tokens[trigger.first : trigger.last])
    )
    if trigger.sentence.lows[trigger.first] == "each":
        return True  # "each released 300 on Saturday": of those told before
    return len(_countries(candidate)) > 1 or (bool(candidate.parties) and (own or bool(trigger.sentence.find(phrases("both_ways")))))


def _handed(candidate: Candidate) -> bool:
    """Somebody gives and somebody gets: a number of people, or people named."""
    counted = any(said.value.measure in candidate.trigger.kind.measures for said in candidate.quantities)
    return counted or any(said.value.role == "released" for said in candidate.parties)


def _occasion(candidate: Candidate) -> bool:
    sided = any(said.value.country or said.value.type == "organisation" for said in candidate.parties)
    hit = candidate.trigger.kind.frame == "directed" and (bool(candidate.parties) or _counted(candidate))
    return sided or bool(candidate.places) or hit


def _counted(candidate: Candidate) -> bool:
    """As in "two air strikes on Monday killed ten": a day and a toll, of which the place is told further on."""
    exact = candidate.when is not None and candidate.when.value.precision in {"minute", "hour", "day", "night"}
    return (candidate.trigger.noun or candidate.trigger.pattern.card.id == "strike.verb.fired") and exact and _toll(candidate)


def _gathering(candidate: Candidate) -> bool:
    return len(_countries(candidate)) > 1 or _of_bloc(candidate) or candidate.group or bool(candidate.places)


def _state_attacker(candidate: Candidate) -> bool:
    """A state, or a group that strikes across a border with rockets and drones of its own."""
    armed = lexical("missile_groups") | candidate.trigger.kind.alliances.keys()
    return any(said.value.role == "attacker" and (said.value.type == "state" or said.value.name in armed) for said in candidate.parties)


def _aimed(candidate: Candidate) -> bool:
    """At a place, or at what is another state's: "its forces struck two Ruritanian refineries"."""
    states = {said.value.role: said.value.country for said in candidate.parties if said.value.type == "state"}
    at_home = states.get("target") in {None, states.get("attacker")}
    return bool(candidate.places) or not at_home or _cuts_off(candidate.trigger)


def _cuts_off(trigger: Trigger) -> bool:
    """As in "Two regions, X and Y, were without power after forces attacked a substation": where that was, the sentence tells elsewhere."""
    placed = any(n.named.reading == "place" and n.named.place is not None for n in trigger.sentence.names)
    return placed and not trigger.noun and _words_needed(trigger, "installations")


def _toll(candidate: Candidate) -> bool:
    return any(said.value.measure in {"killed", "wounded"} for said in candidate.quantities)


def _harmed(candidate: Candidate) -> bool:
    return _toll(candidate) or _words_needed(candidate.trigger, "installations")


def _military(candidate: Candidate) -> bool:
    """A side that attacks, a weapon, or a place with a toll or with words of war."""
    placed = bool(candidate.places)
    if placed and candidate.afar and _one_of_others(candidate.trigger):
        return True
    at_war = placed and _words_needed(candidate.trigger, "military")
    killed = placed and any(said.value.measure == "killed" for said in candidate.quantities)
    return at_war or killed or bool(candidate.details) or any(said.value.role == "attacker" for said in candidate.parties)


def _one_of_others(trigger: Trigger) -> bool:
    """As in "Other strikes hit X", where the article tells of strikes from the air: of their sort."""
    before = trigger.sentence.lows[max(trigger.first - 1, 0) : trigger.first]
    acts = trigger.sentence.lows[trigger.last : trigger.last + 1]
    return not lexical("apart").isdisjoint(before) and not lexical("hits").isdisjoint(acts)


def _captive(candidate: Candidate) -> bool:
    """People who are held; or who are named, and the words say that they come free or whom they are given for."""
    named = any(said.value.role == "released" for said in candidate.parties)
    told = named and (_words_needed(candidate.trigger, "freedom") or _name_for_name(candidate))
    return told or _words_needed(candidate.trigger, "captivity")


def _name_for_name(candidate: Candidate) -> bool:
    """As in "Chad swapped Mr X for Ms Y": two who are named, on either side of "for", and a state that gives or gets."""
    tokens = candidate.trigger.sentence.tokens
    people = sorted((said for said in candidate.parties if said.value.role == "released"), key=attrgetter("start"))
    between = (t.low for one, two in pairwise(people) for t in tokens if one.end <= t.start < two.start)
    return "for" in between and any(said.value.role == "party" or said.value.country for said in candidate.parties)


def _swapped(candidate: Candidate) -> bool:
    """Captives; or people who are counted, and not only named, where both sides give."""
    names = {said.start for said in candidate.parties}
    counted = any(said.value.measure in candidate.trigger.kind.measures and said.start not in names for said in candidate.quantities)
    return _captive(candidate) or (counted and _mutual(candidate))


def _of_captives(trigger: Trigger) -> bool:
    """As in "an exchange of sick and wounded prisoners": who is exchanged stands behind, counted or not."""
    lows = trigger.sentence.lows
    behind = lows[trigger.last : trigger.last + OF_REACH]
    of = lows[trigger.last - 1] == "of" or "of" in behind[:2]
    members = trigger.kind.classes.get("held")
    return bool(of and members and members.find(behind))


def _weapon(candidate: Candidate) -> bool:
    sentence = candidate.trigger.sentence
    low, _ = candidate.trigger.clause
    in_passing = low in sentence.turns
    return bool(candidate.details) or (not in_passing and bool(sentence.find(candidate.trigger.kind.weapon)))


def _from_afar(candidate: Candidate) -> bool:
    """As in "the embassy bombing": where bombs are planted, one that fell says so in its own sentence."""
    forces = _state_attacker(candidate) and not candidate.trigger.noun  # "Ruritanian forces bombed a house"
    return not candidate.planted or forces or bool(candidate.trigger.sentence.find(phrases("afar")))


# What a pattern may ask for by name; any other need names a class of words of its kind.
NEEDS: dict[str, Callable[[Candidate], bool]] = {
    "parties": _parties,
    "leaders": _leaders,
    "counterpart": _counterpart,
    "conversed": _conversed,
    "addressed": addressed,
    "both_speak": lambda candidate: speak_together(candidate.trigger),
    "rung": lambda candidate: rings(candidate.trigger),
    "seen": lambda c: sees(c.trigger) and c.when is not None and c.when.value.precision in {"minute", "hour", "day"},
    "together": _together,
    "adversaries": _adversaries,
    "handed": _handed,
    "occasion": _occasion,
    "gathering": _gathering,
    "military": _military,
    "weapon": _weapon,
    "state_attacker": _state_attacker,
    "place": lambda candidate: bool(candidate.places),
    "aimed": _aimed,
    "state_blow": lambda c: hits_at_sea(c, by_state=_state_attacker(c)) or (_state_attacker(c) and _aimed(c) and _harmed(c)),
    "toll": _toll,
    "harm": _harmed,
    "freed": lambda c: _captive(c) or _words_needed(c.trigger, "warriors") or man_for_man(c.trigger),
    "swapped": _swapped,
    "dead": is_dead,
    "living": is_living,
    "exchanged": lambda c: _handed(c) or _of_captives(c.trigger),
    "return": lambda c: (
        in_return(c.trigger) or man_for_man(c.trigger) or both_give(c.trigger) or (c.titled and _handed(c) and len(_countries(c)) > 1)
    ),
    "from_afar": _from_afar,
    "told_from_afar": lambda c: c.afar,
    "another": lambda _: False,
    "told": lambda _: False,
}


def has(candidate: Candidate, need: str) -> bool:
    return NEEDS[need](candidate) if need in NEEDS else _words_needed(candidate.trigger, need)


def _words_needed(trigger: Trigger, need: str) -> bool:
    """A need that names one of the kind's classes of words: the sentence must hold one of them."""
    members = trigger.kind.classes.get(need)
    if members is None or trigger.kind.frame != "exchange":
        return members is None or bool(trigger.sentence.find(members))
    named = {at for n in trigger.sentence.names if n.last - n.first > NAMED for at in range(n.first, n.last)}
    return any(first not in named for first, _, _ in trigger.sentence.find(members))
