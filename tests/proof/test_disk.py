"""`make proof`: what somebody with the whole disk gains over chance, in 600 persons and several rounds.

With RECORD_PROOFS set, as `make proof` does, it is written to tbblearn/surveys/proofs.json for the public page, once
all proofs on a database have passed.
"""

import os
from collections.abc import Callable
from datetime import timedelta

import pytest

from tbblearn import __version__
from tbblearn.db import db, stockholm_date, utc_now
from tbblearn.surveys import proofs
from tests.factories import TODAY
from tests.proof.recording import SOUND, Recording
from tests.readiness.disk import ANSWERS, wal_of_postgresql
from tests.readiness.disk_adversary import FALSE_ALARM, Watched, advantage, close, judge, watch
from tests.readiness.rounds import Round
from tests.readiness.weak_builds import WEAK, Sizes

pytestmark = [pytest.mark.proof, pytest.mark.usefixtures("session")]
ROUNDS = int(os.environ.get("ROUNDS", "4"))
COUNTY: Sizes = {
    "region": {"barn": (14, 9, 3, 22, 31, 6, 17), "vuxen": (22, 6, 45, 12, 8), "primar": (60, 17, 5, 28)},
    "flen": {"skola": (40, 4, 2, 33), "omsorg": (8, 12, 26, 19)},
    "trosa": {"skola": (21, 9, 14, 36), "social": (11, 7, 5, 24, 31)},
}
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


RECORDING = Recording(proofs.FILE)


def record(proof: str, **found: float) -> None:
    """Keep what a proof that has passed found on the database that it ran on."""
    if not os.environ.get("RECORD_PROOFS"):
        return
    dialect = db.engine.dialect.name
    weak = {build.__name__ for build, databases in WEAK.items() if dialect in databases}
    today = stockholm_date(utc_now())
    RECORDING.passed(DATABASES[dialect], proof, weak=weak, on=today, version=__version__, **found)


def test_the_advantage_over_chance():
    county = Round.county(COUNTY)
    verdicts = []
    taken: set[str] = set()
    for number in range(ROUNDS):
        today = TODAY + timedelta(days=200 * number)
        county.open(today=today)
        watched = watch(county, seed=number, today=today, taken=taken)
        taken |= set(watched.given.values())
        close(county)
        verdicts.append(judge(watched))
        assert not verdicts[-1].remains
    name, found, low, high = advantage(verdicts)
    persons, pieces = verdicts[0].persons, verdicts[0].pieces
    print(f"\n{db.engine.dialect.name}: {ROUNDS} rounds of {persons} answers in {pieces} pieces")
    print(f"  best of {len(verdicts[0].hits)} guesses: {name}")
    print(f"  advantage {100 * found:+.2f} % of persons, 95 % interval {100 * low:+.2f} to {100 * high:+.2f} %")
    assert persons > 590
    assert low <= 0
    assert min(verdict.chance for verdict in verdicts) * ROUNDS >= FALSE_ALARM
    answers = sum(verdict.persons for verdict in verdicts)
    record(SOUND, answers=answers, gain=found, low=low, high=high)
    if db.engine.dialect.name == "postgresql":
        there = {match.group().decode() for match in ANSWERS.finditer(wal_of_postgresql())}
        given = taken
        print(f"  in the server's own log of changes, which nobody but its operator can wipe: {len(there & given)}")
        print(f"  of {len(given)} sets of answers (PRIVACY.md, docs/operations.md)")


@pytest.mark.parametrize("weak", WEAK, ids=lambda weak: weak.__name__)
def test_the_advantage_over_a_weak_build(weak: Callable[[Sizes], Watched]):
    if db.engine.dialect.name not in WEAK[weak]:
        return
    verdict = judge(weak(COUNTY))
    name, found, low, high = advantage([verdict])
    print(f"\n{db.engine.dialect.name}, weak: {weak.__doc__} {name}")
    print(f"  advantage {100 * found:+.2f} % of persons, 95 % interval {100 * low:+.2f} to {100 * high:+.2f} %")
    assert low > 0.25
    assert verdict.chance < FALSE_ALARM
    record(weak.__name__, gain=found)
