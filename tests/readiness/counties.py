"""Random counties for the proofs: trees, units with answers, and people who answer somewhat alike."""

from __future__ import annotations

import random
from collections.abc import Mapping

from tbblearn.readiness.figures.publish import Collected, by_piece
from tbblearn.readiness.figures.scoring import Scorer, Values
from tbblearn.readiness.rules import LEAST_K, Tree
from tbblearn.surveys.instruments import instrument

ORIC = Scorer(instrument("oric"))
Answers = Mapping[str, list[Values]]


def random_tree(rng: random.Random, units: int) -> Tree:
    """A tree of so many units: sometimes flat and wide, sometimes deep."""
    reach = rng.choice([2, 5, 100])
    pairs: list[tuple[str, str | None]] = [("u0", None)]
    for number in range(1, units):
        pairs.append((f"u{number}", f"u{rng.randrange(max(0, number - reach), number)}"))
    return Tree.build(pairs)


def county_tree(rng: random.Random, units: int) -> Tree:
    """A county: ten organisations, departments, services, and work units as leaves."""
    pairs: list[tuple[str, str | None]] = [("county", None)]
    organisations = [f"o{number}" for number in range(10)]
    pairs += [(name, "county") for name in organisations]
    departments = [f"d{number}" for number in range(units // 30)]
    pairs += [(name, rng.choice(organisations)) for name in departments]
    services = [f"s{number}" for number in range(units // 6)]
    pairs += [(name, rng.choice(departments)) for name in services]
    rest = units - len(pairs)
    pairs += [(f"w{number}", rng.choice(services)) for number in range(rest)]
    return Tree.build(pairs)


def response(rng: random.Random, leaning: float, spread: float) -> Values:
    """One complete response: an own level around the unit's, items around that, on 1-5."""
    own = rng.gauss(leaning, spread)
    return tuple(min(5, max(1, round(rng.gauss(own, 0.7)))) for _ in range(12))


def answers(rng: random.Random, tree: Tree, total: int, unit_sd: float = 0.4) -> dict[str, list[Values]]:
    """So many responses, most of them in leaves; units of very different sizes and levels."""
    level = {unit: rng.gauss(3.6, unit_sd) for unit in tree.units}
    weight = [rng.expovariate(1) * (0.15 if tree.children[unit] else 1) for unit in tree.units]
    given: dict[str, list[Values]] = {}
    for unit in rng.choices(tree.units, weights=weight, k=total) if total else []:
        given.setdefault(unit, []).append(response(rng, level[unit], 0.6))
    return given


def asked(answers: Answers, margin: int = 2) -> dict[str, int]:
    """So many invited in each unit that answered that every answer has room; nobody in the others."""
    return {unit: max(len(given) + margin, LEAST_K + margin) for unit, given in answers.items() if given}


def closed(tree: Tree, answers: Answers, k: int = LEAST_K) -> Collected:
    """A closed wave with these answers."""
    return Collected(tree, by_piece(tree, answers, k), asked(answers))


def random_county(
    rng: random.Random, most_units: int = 60, most_answers: int = 900
) -> tuple[Tree, dict[str, list[Values]]]:
    """A random tree with random answers; now and then nearly unanimous units."""
    tree = random_tree(rng, rng.randint(1, most_units))
    return tree, answers(rng, tree, rng.randint(0, most_answers), unit_sd=rng.choice([0.2, 0.5, 1.2]))
