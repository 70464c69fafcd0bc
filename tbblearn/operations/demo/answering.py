"""How the demo's people answer a survey: moods of places and persons, and habits in filling in forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from tbblearn.operations.demo.catalogue import HUVUDMEN
from tbblearn.surveys.instruments import instrument

CODES = tuple(item.code for item in instrument("oric").items)
_EASY: Mapping[str, float] = {code: 0.25 if code.startswith("C") else -0.15 for code in CODES}
"""People are willing more readily than they trust that it will work out."""
_STRAIGHT, _BREAKING_OFF = 0.07, 0.02
_LEAST, _MOST = 1, 5

SHARES = {huvudman.slug: huvudman.answering for huvudman in HUVUDMEN}


@dataclass(frozen=True)
class Asked:
    """An invited person, the unit they answer for, and its huvudman (or the county, for someone who works in two)."""

    person_id: int
    unit_id: int
    source: str


@dataclass(frozen=True)
class GivenAnswers:
    """Who answered what, in the order in which they did, and who declined."""

    answers: Mapping[int, Mapping[str, str]]
    declined: Sequence[int]


def answers_of(asked: Sequence[Asked], rng: Random, *, level: float, silent: frozenset[int], keen: int) -> GivenAnswers:
    """What each answers, around `level` (1 to 5): nothing from `silent`, nearly all of the unit `keen`."""
    moods = {unit_id: rng.gauss(level, 0.35) for unit_id in sorted({one.unit_id for one in asked})}
    answers: dict[int, Mapping[str, str]] = {}
    declined: list[int] = []
    for number, one in enumerate(asked):
        if one.person_id in silent:
            continue
        at_home = one.unit_id == keen
        if (number % 9 > 0) if at_home else (rng.random() < SHARES.get(one.source, 0.5)):
            answers[one.person_id] = _form(moods[one.unit_id], rng, whole=at_home)
        elif rng.random() < 0.08:
            declined.append(one.person_id)
    order = list(answers)
    rng.shuffle(order)
    return GivenAnswers({person_id: answers[person_id] for person_id in order}, declined)


def _form(mood: float, rng: Random, *, whole: bool) -> dict[str, str]:
    """One form. Some tick the same box all the way, a few break off."""
    own = rng.gauss(mood, 0.6)
    if rng.random() < _STRAIGHT:
        same = _point(own)
        return dict.fromkeys(CODES, same)
    hope = rng.gauss(0, 0.3)
    form = {
        code: _point(own + _EASY[code] + (hope if code.startswith("E") else 0) + rng.gauss(0, 0.55)) for code in CODES
    }
    if rng.random() < _BREAKING_OFF and not whole:
        return dict(list(form.items())[: rng.randint(1, len(CODES) - 1)])
    return form


def _point(value: float) -> str:
    return str(min(_MOST, max(_LEAST, round(value))))
