"""Who strikes whom: the sides of a strike, from where their names stand."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.events import Participant, ParticipantRole
from services.normalizer.reading.acting import is_party, is_person, is_speaker, stands_aside
from services.normalizer.reading.at_sea import set_on_fire_at
from services.normalizer.reading.candidates import Said, Trigger
from services.normalizer.reading.document import Sentence, apposed_speaker
from services.normalizer.reading.fighters import killed_people
from services.normalizer.reading.governing import Name
from services.normalizer.reading.grammar import phrases, words
from services.normalizer.reading.names import Named
from services.normalizer.reading.other_deeds import in_relative, is_object, is_of_another, owns_the_group, shoots_down
from services.normalizer.reading.playing import in_role
from services.normalizer.reading.states import state
from services.normalizer.reading.using import owns_up, user

WEAPON_GAP = 5
# "under a massive Russian attack": so many words from "under" to the side.
TWO_AHEAD = 3
# "said on late Monday that its jets": so many words behind the verb, of which so many are no time.
SELF_GAP, SELF_WORDS = 8, 3
SAY_GAP = 3
# "Ruritania's state-owned news agency (RNA) reported": so many words from the owner to the verb.
OWNED = 12
# "by the Western-backed coalition": so many words before.
COALITION_REACH = 5


def is_passive(trigger: Trigger) -> bool:
    tokens = trigger.sentence.tokens
    around = tokens[max(trigger.first - 2, 0) : trigger.last]
    return not trigger.noun and any(token.low in words("passive") for token in around)


def _adjacent_before(sentence: Sentence, at: int) -> Name | None:
    """The side named right before: "Israeli airstrike", "Russia's overnight drone attack", "U.S. and British strikes"."""
    for name in reversed([n for n in sentence.names if n.first < at]):
        gap = sentence.tokens[name.last : at]
        if len(gap) > WEAPON_GAP or any(token.low in words("no_attacker") for token in gap) or sentence.clause(at)[0] > name.last:
            return None
        if any(name.last <= first < at for first, _ in sentence.says):
            return None
        if is_party(name) and (not is_person(name) or (gap and gap[0].low == "'s")):
            return name
    return None


def _with_mates(sentence: Sentence, name: Name | None, *, listed: bool = False) -> tuple[Name, ...]:
    """As in "Israeli and American warplanes": all who are joined to the one found."""
    if name is None:
        return ()
    before = next((n for n in sentence.names if n.last < name.first <= n.last + 2), None)
    between = [token.low for token in sentence.tokens[before.last : name.first]] if before else []
    joined = before is not None and ("and" in between or (listed and between == [","])) and set(between) <= {"and", ","}
    return (*(_with_mates(sentence, before, listed=True) if joined and before and is_party(before) and not is_person(before) else ()), name)


def _by(sentence: Sentence, trigger: Trigger) -> list[Name]:
    found = [n for n in sentence.names if n.governor == "by" and is_party(n) and trigger.first <= n.first < trigger.high]
    return [n for n in found if not is_of_another(sentence, n) and not owns_the_group(sentence, n)]


def _subject(sentence: Sentence, trigger: Trigger) -> Name | None:
    """The nearest name before a verb that is no speaker and stands under no preposition."""
    before = [
        n for n in sentence.names if trigger.low <= n.first and n.last <= trigger.first and is_party(n) and n.governor in {None, "of"}
    ]
    if (at := set_on_fire_at(trigger)) is not None:
        ahead = [n for n in sentence.names if n.last <= at and is_party(n) and n.governor is None and not _speaks(sentence, n, at)]
        return next((n for n in reversed(ahead) if not is_person(n)), None)
    before = _of_first_verb(sentence, trigger) or [n for n in before if not is_object(sentence, trigger, n)]
    named = [n for n in before if not _speaks(sentence, n, trigger.first) and n.named.actor and n.named.actor.type != "person"]
    free = [n for n in named if n.governor is None]
    if sentence.tokens[trigger.first].low.endswith("ing"):
        return _main_subject(sentence, trigger)
    found = free or named
    return found[-1] if found else None


def _of_first_verb(sentence: Sentence, trigger: Trigger) -> list[Name]:
    """As in "Ruritanian jets raided X and hit a tanker": whoever did the first did the second."""
    earlier = [first for first in trigger.others if first < trigger.first]
    if not earlier or sentence.lows[trigger.first - 1] != "and":
        return []
    low, _ = sentence.clause(earlier[-1])
    return [n for n in sentence.names if low <= n.first and n.last <= earlier[-1] and is_party(n) and n.governor is None]


def _main_subject(sentence: Sentence, trigger: Trigger) -> Name | None:
    """As in "Russia attacked Ukraine overnight, hitting Lviv": whoever did the first did the second."""
    low, _ = trigger.clause
    names = [n for n in sentence.names if low <= n.first and n.last <= trigger.first and is_party(n) and n.governor is None]
    return next((n for n in names if not _speaks(sentence, n, trigger.first) and not is_person(n)), None)


def _speaks(sentence: Sentence, name: Name, before: int) -> bool:
    """A speaker; also as in "Ruritania's state-owned news agency (RNA) reported that …": whose agency it is."""
    owner = name.last < len(sentence.tokens) and sentence.tokens[name.last].low == "'s"
    says = next((first for first, last in sentence.says if name.last <= first <= name.last + OWNED and last <= before), None)
    owned = owner and says is not None and not any(token.low in {",", ";"} for token in sentence.tokens[name.last : says])
    return owned or is_speaker(sentence, name, before)


def _comes_under(trigger: Trigger) -> bool:
    """As in "Kyiv came under a missile attack": whoever stands before is struck."""
    return any(token.low == "under" for token in trigger.sentence.tokens[max(trigger.first - WEAPON_GAP, 0) : trigger.first])


def _under_whose(trigger: Trigger) -> Name | None:
    """As in "Kyiv came under a Russian missile attack": the side named between "under" and the blow."""
    name = _adjacent_before(trigger.sentence, trigger.first)
    return name if name is not None and "under" in trigger.sentence.lows[max(name.first - TWO_AHEAD, 0) : name.first] else None


def _blamed(sentence: Sentence, trigger: Trigger) -> list[Name]:
    """As in "a strike, which Moscow blamed on Kyiv", "Kyiv accused Moscow of …": whom the words of another make the attacker."""
    names = [n for n in sentence.names if n.named.actor is not None or whole_state(n)]
    on = [n for n in names if n.governor == "on" and n.governor_at > 0 and sentence.tokens[n.governor_at - 1].low in words("blames")]
    accused = [n for n in names if n.first > 0 and sentence.tokens[n.first - 1].low in words("accuses")]
    accused = [n for n in accused if n.last <= trigger.first]
    strikes_back = [n for n in accused if _does_so_itself(sentence, n, trigger)]
    accusers = [n for n in names if strikes_back and strikes_back[0].first - 2 <= n.last < strikes_back[0].first and is_party(n)]
    return on or accusers or [n for n in accused if n not in strikes_back]


def _does_so_itself(sentence: Sentence, accused: Name, trigger: Trigger) -> bool:
    """As in "blamed rebels for the attacks and carried out air strikes": the second is done by whoever accuses."""
    blames = sentence.tokens[accused.first - 1].low in words("blames")
    return blames and any(token.low == "and" for token in sentence.tokens[accused.last : trigger.first])


def _the_coalition(trigger: Trigger) -> list[Name]:
    """As in "air strikes by the coalition", "coalition jets bombed …": the one that was named last."""
    sentence = trigger.sentence
    tokens = sentence.tokens
    held = {at for name in sentence.names for at in range(name.first, name.last)}
    found = [at for at in range(trigger.low, trigger.high) if tokens[at].low == "coalition" and at not in held]
    acts = [at for at in found if at < trigger.first or any(t.low == "by" for t in tokens[max(at - COALITION_REACH, trigger.last) : at])]
    acts = [at for at in acts if not any(at <= first <= at + SAY_GAP for first, _ in sentence.says)]
    earlier = [named for part in sentence.page.named[: sentence.index + 1] for named in part if _is_coalition(named)]
    return [Name(acts[0], acts[0] + 1, earlier[-1], "by", acts[0] - 1)] if acts and earlier else []


def _is_coalition(named: Named) -> bool:
    return named.actor is not None and named.actor.type == "organisation" and named.actor.name.endswith("coalition")


def _from_guns(sentence: Sentence, trigger: Trigger) -> list[Name]:
    """As in "shells from Eritrean guns hit …": whose weapons they are."""
    from_them = [n for n in sentence.names if n.governor == "from" and n.last < len(sentence.tokens) and is_party(n) and not is_person(n)]
    return [n for n in from_them if trigger.low <= n.first < trigger.first and sentence.tokens[n.last].low in words("guns")][:1]


def _self_told(sentence: Sentence, trigger: Trigger) -> list[Name]:
    """As in "Ukraine said it had struck …", "Iran said on Monday its artillery shelled …": who says so of himself."""
    times = sentence.at_times
    for first, last in () if _is_suffered(trigger) else sentence.says:
        where = sentence.find_within(last, last + SELF_GAP, phrases("said_where"))
        aside = {last + at for one, other, _ in where for at in range(one, other)}
        told = sentence.tokens[last : last + SELF_GAP + len(aside)]
        behind = [t.low for at, t in enumerate(told, last) if at not in times and at not in aside][:SELF_WORDS]
        owns = any(low in words("self") and [low, "as"] != behind[at : at + 2] for at, low in enumerate(behind))
        if last <= trigger.first and owns and not in_relative(sentence, first) and not shoots_down(trigger, last):
            before = [n for n in sentence.names if n.last <= first and is_party(n) and not is_person(n)]
            near = [n for n in before if first - SAY_GAP <= n.last][-1:]
            free = [n for n in before if n.governor is None][:1]  # "The force that fights the rebels said it had …"
            return free if near and near[0].governor is not None and free else near
    return []


def _is_suffered(trigger: Trigger) -> bool:
    """As in "said their radar had been hit", "said their radar was hit by a missile": whoever says so did not do it."""
    if trigger.noun:
        return "by" in trigger.sentence.lows[max(trigger.first - 2, 0) : trigger.first]
    return is_passive(trigger) and words("self").isdisjoint(trigger.sentence.lows[trigger.last : trigger.last + 2])


def _is_shot_down(trigger: Trigger) -> bool:
    """As in "Ruritania said it had shot down a missile fired at its ships": who shot it down did not fire it."""
    low, _ = trigger.clause
    return trigger.pattern.card.participle and bool(trigger.sentence.find_within(low, trigger.first, phrases("downs")))


def attackers(trigger: Trigger) -> tuple[Name, ...]:
    sentence = trigger.sentence
    by = _by(sentence, trigger) or _the_coalition(trigger) or _from_guns(sentence, trigger)
    if _is_shot_down(trigger):
        return tuple(by)
    accused = [] if by else _blamed(sentence, trigger)
    by = by or accused or _self_told(sentence, trigger) or owns_up(trigger)
    if trigger.noun and _comes_under(trigger):
        return tuple(by) or _with_mates(sentence, _under_whose(trigger))
    if trigger.noun:
        near = _adjacent_before(sentence, trigger.first) or (None if by else user(trigger))
        return tuple(by) or _with_mates(sentence, near)
    if is_passive(trigger):
        return tuple(by) or _weapon_owner(sentence, trigger) or _told_by_foe(trigger)
    if trigger.pattern.card.participle:
        return tuple(by) or _told_by_foe(trigger) or _with_mates(sentence, _adjacent_before(sentence, trigger.first))
    accuses = bool(accused) and sentence.lows[trigger.first].endswith("ing")  # "Ruritania accused Graustark of bombing …"
    return (() if accuses else _with_mates(sentence, _subject(sentence, trigger))) or tuple(by)


def _told_by_foe(trigger: Trigger) -> tuple[Name, ...]:
    """As in "Ruritania's news agency said a missile was launched at X": the blow on its enemy is its own."""
    sentence = trigger.sentence
    voices = [n for n in sentence.names if n.last <= trigger.first and is_party(n) and not is_person(n)]
    voices = [n for n in voices if _speaks(sentence, n, trigger.first)]
    aimed = [n for n in sentence.names if trigger.last <= n.first < trigger.high and n.governor in {"at", "on"}]
    hit = {n.named.place.country for n in aimed if n.named.place is not None}
    foes = {frozenset(pair) for pair in trigger.kind.adversaries}
    return tuple(n for n in voices if n.named.actor and any(frozenset({n.named.actor.country, land}) in foes for land in hit))[:1]


def _weapon_owner(sentence: Sentence, trigger: Trigger) -> tuple[Name, ...]:
    """As in "was hit in an Israeli strike", "was struck with Russian missiles"."""
    return tuple(
        n for n in sentence.names if trigger.last <= n.first < trigger.high and is_party(n) and _weapon_follows(sentence, n, trigger)
    )[:1]


def _weapon_follows(sentence: Sentence, name: Name, trigger: Trigger) -> bool:
    return bool(sentence.find_within(name.first, name.last + 3, trigger.kind.weapon))


def targets(trigger: Trigger, taken: Sequence[Name]) -> tuple[Name, ...]:
    """Sides aimed at: behind "on", "against"; a verb's object; a passive verb's subject."""
    sentence = trigger.sentence
    used = {n.first for n in taken}
    if is_passive(trigger) or (trigger.noun and _comes_under(trigger)):
        before = [
            n
            for n in sentence.names
            if trigger.low <= n.first and n.last <= trigger.first and _is_side(n) and not _speaks(sentence, n, trigger.first)
        ]
        return tuple(n for n in before if n.first not in used and not (is_person(n) and apposed_speaker(sentence, n)))[-1:]
    if (at := set_on_fire_at(trigger)) is not None:
        return tuple(n for n in sentence.names if at < n.first and n.last <= trigger.first and is_party(n) and n.first not in used)
    after = [n for n in sentence.names if trigger.last <= n.first < trigger.high and _is_side(n) and n.first not in used]
    aimed = [n for n in after if _is_aim(sentence, trigger, n)]
    people = killed_people(sentence, trigger, used)
    return (*(n for n in aimed if not (people and whole_state(n) and n.governor in words("venue_prepositions"))), *people)


def both_sides(trigger: Trigger) -> tuple[tuple[Name, ...], tuple[Name, ...]]:
    """(attackers, targets); where a pattern says so, who shoots down is the one attacked, and the weapons' owner attacks."""
    if "another" in trigger.pattern.card.needs:
        return (), ()
    if trigger.pattern.card.reverse:
        sentence = trigger.sentence
        subject = () if is_passive(trigger) else _with_mates(sentence, _subject(sentence, trigger))
        defending = tuple(_self_told(sentence, trigger)) or subject
        armed = [n for n in sentence.names if n.first < trigger.high and is_party(n) and _weapon_follows(sentence, n, trigger)]
        owners = [n for n in armed if (n.last <= trigger.first if is_passive(trigger) else n.first >= trigger.last)]
        owners = [n for n in owners if not is_speaker(sentence, n, trigger.first)]
        launched = [n for n in sentence.names if n.governor == "by" and is_party(n) and n.first >= trigger.last]
        if is_passive(trigger):
            return tuple(owners), tuple(_by(sentence, trigger))
        return tuple(launched or owners), tuple(n for n in defending if n not in launched + owners)
    attacking = tuple(n for n in attackers(trigger) if not _of_insurgents(trigger.sentence, n))
    return attacking, targets(trigger, attacking)


def _of_insurgents(sentence: Sentence, name: Name) -> bool:
    """As in "a drone attack by Malian insurgents": men who fight the state whose people they are."""
    state_of = name.named.form in {"adjective", "demonym"} and name.named.actor is not None and name.named.actor.type == "state"
    return state_of and name.last < len(sentence.tokens) and sentence.tokens[name.last].low in words("insurgents")


def whole_state(name: Name) -> Participant | None:
    """The state, where a name is read as its land: "an attack on Ukraine"."""
    place = name.named.place
    return state(place.country, "target") if place and place.precision == "country" else None


def _is_side(name: Name) -> bool:
    return is_party(name) or whole_state(name) is not None


def _is_voice(sentence: Sentence, name: Name) -> bool:
    """As in "…, Lebanese security sources said": who tells of it."""
    owner = name.last < len(sentence.tokens) and sentence.tokens[name.last].low == "'s"
    reach = OWNED if owner else SAY_GAP
    says = next((first for first, _ in sentence.says if name.last <= first <= name.last + reach), None)
    return says is not None and not any(token.low in {",", ";"} for token in sentence.tokens[name.last : says])


def is_struck(trigger: Trigger, name: Name, *, attacked_by_known: bool) -> bool:
    """Whether a name aimed at is a side: "on Iran" is, "in Yemen" only tells where, unless nobody else's war is fought there."""
    land = whole_state(name) or (name.named.actor if name.named.actor and name.named.actor.type == "state" else None)
    behind = trigger.sentence.tokens[name.last : name.last + 1]
    if land is not None and attacked_by_known and any(token.low in words("borderland") for token in behind):
        return False
    if land is not None and land.country in trigger.kind.contested and [token.low for token in behind] == ["'s"]:
        return False  # "on Ethiopia's Tigray region": where, and no side of the war there
    if land is None or name.governor is None or name.governor in words("aimed_at_lands"):
        return True
    if name.governor == "of":
        return name.governor_at == trigger.last
    return not attacked_by_known and land.country not in trigger.kind.contested


def _beside_others(sentence: Sentence, name: Name) -> bool:
    """As in "the Lebanese-Syrian border": neither is struck."""
    following = next((n for n in sentence.names if n.first == name.last), None)
    if following is not None:
        return _beside_others(sentence, following)
    return name.last < len(sentence.tokens) and sentence.tokens[name.last].low in words("others")


def _beside_a_mission(sentence: Sentence, name: Name) -> bool:
    """As in "near the Spanish embassy": where, not at whom."""
    return name.governor in words("beside") and name.last < len(sentence.tokens) and sentence.tokens[name.last].low in words("missions")


def _tells(sentence: Sentence, trigger: Trigger, name: Name) -> bool:
    """Whether a name tells of the strike, stands in what is told of it, or is whom it helps."""
    says = any((first <= name.last + 1 and last > name.last - 1) or trigger.last <= first < name.first for first, last in sentence.says)
    voice = says or _is_voice(sentence, name) or (is_person(name) and apposed_speaker(sentence, name))
    return voice or (name.governor == "of" and sentence.tokens[name.governor_at - 1].low in words("on_behalf"))


def _is_aim(sentence: Sentence, trigger: Trigger, name: Name) -> bool:
    if _tells(sentence, trigger, name) or _beside_a_mission(sentence, name):
        return False
    land = name.last < len(sentence.tokens) and sentence.tokens[name.last].low in words("land")
    if not land and ((stands_aside(sentence, name) and not name.governor) or _beside_others(sentence, name)):
        return False
    whole = whole_state(name) is not None or (name.named.actor is not None and name.named.actor.type == "state")
    if name.governor in words("aimed" if whole else "aimed_at_actors"):
        return True
    acts = trigger.last < len(sentence.tokens) and sentence.tokens[trigger.last].low in words("hits")
    if name.governor == "of" and not whole:
        return (acts or not trigger.noun) and sentence.tokens[name.governor_at - 1].low in words("armed", "struck_things")
    theirs = not whole and name.last < len(sentence.tokens) and sentence.tokens[name.last].low in words("struck_things")
    return name.governor is None and (not trigger.noun or acts or theirs)


def sides(attacking: Sequence[Name], attacked: Sequence[Name]) -> tuple[Said[Participant], ...]:
    """Both sides as participants; a person who orders or leads stands for the state."""
    parties: dict[str, Said[Participant]] = {}
    for names, role in ((attacking, "attacker"), (attacked, "target")):
        for name in names:
            for actor in _as_side(name, role):  # type: ignore[arg-type]
                parties.setdefault(actor.name, Said(actor, name.named.start, name.named.end))
    return tuple(parties.values())


def _as_side(name: Name, role: ParticipantRole) -> tuple[Participant, ...]:
    actor = name.named.actor or whole_state(name)
    if actor is None:
        return ()
    if actor.type == "person" and role == "attacker":
        side = state(actor.country, role)
        return (side,) if side else ()
    return (in_role(actor, role),)
