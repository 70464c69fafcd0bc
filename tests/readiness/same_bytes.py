"""Prints a digest of the rows of a county: `python -m tests.readiness.same_bytes ORDER`.

ORDER is a number: another order of the units and of the answers, other names of the units, the same county.
"""

import hashlib
import json
import random
import sys

from tbblearn.readiness.figures.absorption import fold
from tbblearn.readiness.figures.publish import Collected, by_piece, publish
from tbblearn.readiness.rules import Measure, Tree
from tests.readiness.counties import ORIC, response
from tests.readiness.participation import MARGIN, K, random_county


def digest(order: int) -> str:
    """Of the rows in a fixed order, with the names that units had at first."""
    rng = random.Random(1)
    county = random_county(rng)
    folded = fold(county.tree, county.invited, K, MARGIN)
    given = {
        unit: [response(rng, 3.5, 0.7) for _ in range(rng.randint(there // 2, there))]
        for unit, there in folded.invited.items()
    }
    other = random.Random(order)
    # Names keep their order: it decides between two equally large units, and a real unit's id never changes.
    name = {unit: f"{order}-{place:03}" for place, unit in enumerate(sorted(county.tree.units))}
    called = {new: unit for unit, new in name.items()}
    pairs = [(name[unit], None if above is None else name[above]) for unit, above in county.tree.parent.items()]
    other.shuffle(pairs)
    tree = Tree.build(pairs)
    again = fold(tree, {name[unit]: there for unit, there in county.invited.items()}, K, MARGIN)
    for answers in given.values():
        other.shuffle(answers)
    answered = {name[unit]: answers for unit, answers in other.sample(list(given.items()), len(given))}
    collected = Collected(again.tree, by_piece(again.tree, answered, K), again.invited)
    rows = []
    for row in publish(ORIC, collected, K, 10).rows:
        value = called[row.value] if row.measure is Measure.SAME_AS else row.value
        rows.append(json.dumps({**row.as_json(), "unit": called[row.unit], "value": value}))
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


if __name__ == "__main__":
    print(digest(int(sys.argv[1])))
