"""A survey round of a whole county: 30,000 persons in about 2,150 units answer; open, close, audit, publish.

`python -m benchmarks.waves [sqlite|postgresql]` (both by default); `make bench` runs it too. Each step is measured as a
process of its own would do it: seconds, and the peak memory of this process (resident, after it was set to zero).
Closing holds the wiping of the disk, and publishing too. PostgreSQL's own memory is its operator's setting.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter, process_time

MOST_SECONDS, MOST_MEGABYTES = 30.0, 500.0
UNITS, STAFF = 2150, 30_000
TODAY = date(2026, 11, 20)


@contextmanager
def measured(step: str, into: dict[str, dict[str, float]]) -> Iterator[None]:
    """Seconds and the peak memory of what is done inside."""
    Path("/proc/self/clear_refs").write_text("5")
    wall, cpu = perf_counter(), process_time()
    yield
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    into[step] = {
        "seconds": round(perf_counter() - wall, 2),
        "cpu_seconds": round(process_time() - cpu, 2),
        "peak_megabytes": round(int(peak.split()[1]) / 1024),
    }


def main() -> int:
    """Both databases, each in a process of its own; 1 where a limit is passed."""
    wanted = sys.argv[1:] or ["sqlite", "postgresql"]
    failed = 0
    for name in wanted:
        with tempfile.TemporaryDirectory(prefix="tbblearn-waves-") as folder:
            with database(name, Path(folder)) as url:
                done = subprocess.run(
                    [sys.executable, "-c", "from benchmarks.waves import run; run()"],
                    env=os.environ
                    | {
                        "TBBLEARN_DATABASE_URL": url,
                        "TBBLEARN_INSTANCE": folder,
                        "TBBLEARN_SECRET_KEY": "K9x-only-for-this-run-vQ2mZ8wL5rT1",
                    },
                    stdout=subprocess.PIPE,
                    text=True,
                    check=True,
                )
            found = json.loads(done.stdout.splitlines()[-1])
            after = [found[step] for step in ("close", "audit", "publish")]
            seconds = sum(step["seconds"] for step in after)
            megabytes = max(step["peak_megabytes"] for step in after)
            print(json.dumps({"database": name, "close_audit_publish_seconds": round(seconds, 2), **found}), flush=True)
            failed |= int(seconds > MOST_SECONDS or megabytes > MOST_MEGABYTES)
    return failed


@contextmanager
def database(name: str, folder: Path) -> Iterator[str]:
    if name == "sqlite":
        yield f"sqlite:///{folder / 'waves.sqlite'}"
        return
    from benchmarks.servers import postgresql

    with postgresql(folder) as (url, _pid):
        yield url


def run() -> None:
    """One round in the empty database that the environment names; prints one line of JSON."""
    os.environ.setdefault("TBBLEARN_LOG_LEVEL", "ERROR")
    from flask_migrate import upgrade

    from tbblearn import create_app
    from tbblearn.db import db
    from tbblearn.tree import tree_folder

    with create_app().app_context():
        upgrade(directory=str(tree_folder("migrations")))
        found = _round()
        db.session.remove()
        db.engine.dispose()
    print(json.dumps(found))


def _round() -> dict[str, dict[str, float]]:
    from tbblearn.db import read_only, unit_of_work, utc_now
    from tbblearn.readiness.waves.checking import check, closed_wave, keep_check
    from tbblearn.readiness.waves.closing import close_wave
    from tbblearn.readiness.waves.opening import open_wave
    from tbblearn.readiness.waves.publishing import publish_wave
    from tbblearn.readiness.waves.timing import clean

    now = utc_now()
    found: dict[str, dict[str, float]] = {}
    with measured("prepare", found):
        wave_id, answer = _prepared()
    with measured("open", found), unit_of_work():
        open_wave(wave_id, by=None, now=now, today=TODAY)
    with measured("answer", found):
        answer()
    with measured("close", found):
        with unit_of_work():
            close_wave(wave_id, by=None, now=now)
        assert clean() == {"waves_cleaned": 1}
    with measured("audit", found):
        with read_only():
            closed = closed_wave(wave_id)
        checked = check(closed, 900.0)
        with unit_of_work():
            assert keep_check(closed, checked, by=None, now=now), checked.report
    with measured("publish", found):
        with unit_of_work():
            publish_wave(wave_id, by=None, now=now, today=TODAY, managers_first_days=7)
        assert clean() == {"waves_cleaned": 1}
    found["size"] = {
        "units": len(closed.frozen.units),
        "answers": sum(len(there) for there in closed.collected.responses.values()),
        "rows": len(checked.publication.rows),
        "fell_back": len(checked.fallen_back),
    }
    return found


def _prepared() -> tuple[int, Callable[[], None]]:
    """The county with everybody employed, and a wave that all have adopted. Returns it, and what lets all answer."""
    from sqlalchemy import select

    from tbblearn.db import db, unit_of_work, utc_now
    from tbblearn.operations.demo.answering import CODES, GivenAnswers
    from tbblearn.operations.demo.rounds import answer_all
    from tbblearn.people.models import OrgUnit, Programme
    from tbblearn.people.rules import UnitKind
    from tbblearn.readiness.waves.actions import NewWave, adopt_wave, approve, plan_wave
    from tbblearn.surveys.models import Invitation
    from tests.readiness.counties import response

    rng = random.Random(1)
    now = utc_now()
    with unit_of_work():
        programme = Programme(slug="tbb", name="Tillsammans för barnens bästa")
        db.session.add(programme)
        db.session.flush()
        leader = _people(_units(rng), rng)
        new = NewWave(programme.id, "Mätning", TODAY, TODAY + timedelta(days=14), 5, 10)
        wave_id = plan_wave(new, by=None, now=now)
        for unit_id in db.session.scalars(select(OrgUnit.id).where(OrgUnit.kind == UnitKind.HUVUDMAN)).all():
            adopt_wave(wave_id, unit_id, adopted_on=TODAY, reference="§ 1", by=None, now=now)
        approve(wave_id, lines=(), seen=(), by=leader, now=now)

    def answer() -> None:
        with unit_of_work():
            rows = db.session.execute(
                select(Invitation.person_id, Invitation.unit_id).where(Invitation.wave_id == wave_id)
            ).all()
            level = {unit_id: rng.gauss(3.6, 0.4) for _person, unit_id in rows}
            forms = {
                person_id: dict(zip(CODES, map(str, response(rng, level[unit_id], 0.6)), strict=True))
                for person_id, unit_id in rows
            }
            people = list(forms)
            for start in range(0, len(people), 5_000):
                part = people[start : start + 5_000]
                answer_all(wave_id, GivenAnswers({one: forms[one] for one in part}, ()), rng)

    return wave_id, answer


def _units(rng: random.Random) -> list[tuple[int, float]]:
    """The tree of `benchmarks.readiness` in the database: (unit, how many of all work there), relative."""
    from tbblearn.people.actions import NewUnit, add_unit
    from tbblearn.people.models import OrgUnit
    from tbblearn.people.rules import UnitKind
    from tests.readiness.counties import county_tree

    county, huvudman = UnitKind.COUNTY, UnitKind.HUVUDMAN
    kinds = {"c": county, "o": huvudman, "d": UnitKind.FORVALTNING, "s": UnitKind.VERKSAMHET, "w": UnitKind.ENHET}
    tree = county_tree(rng, UNITS)
    added: dict[str, OrgUnit] = {}
    found = []
    for name in tree.top_down:
        above = tree.parent[name]
        parent = None if above is None else added[above]
        kind = kinds[name[0]]
        source = name if kind in (UnitKind.COUNTY, UnitKind.HUVUDMAN) else parent.source if parent else name
        added[name] = add_unit(NewUnit(source, name, name, kind, TODAY, "", None), parent)
        found.append((added[name].id, rng.expovariate(1) * (0.15 if tree.children[name] else 1)))
    return found


def _people(units: Sequence[tuple[int, float]], rng: random.Random) -> int:
    """Everybody, each in one unit; returns one of them."""
    from sqlalchemy import insert, select

    from tbblearn.db import db
    from tbblearn.people.models import Employment, Person, Placement

    places = rng.choices([unit for unit, _ in units], weights=[weight for _, weight in units], k=STAFF)
    db.session.execute(
        insert(Person),
        [
            {
                "source": "county",
                "external_id": f"p{number}",
                "given_name": "Medarbetare",
                "family_name": str(number),
                "name_sort": f"{number:06}",
                "name_search": str(number),
                "email": f"medarbetare{number}@example.org",
                "email_key": f"medarbetare{number}@example.org",
                "language": "sv",
                "protected_identity": False,
            }
            for number in range(STAFF)
        ],
    )
    people = list(db.session.scalars(select(Person.id).order_by(Person.id)))
    db.session.execute(
        insert(Employment),
        [{"id": one, "person_id": one, "source": "county", "external_id": f"e{one}"} for one in people],
    )
    db.session.execute(
        insert(Placement),
        [
            {
                "employment_id": person_id,
                "person_id": person_id,
                "unit_id": unit_id,
                "profession": "undersköterska",
                "from_on": TODAY - timedelta(days=900),
                "until_on": None,
                "known_on": TODAY - timedelta(days=900),
            }
            for person_id, unit_id in zip(people, places, strict=True)
        ],
    )
    return people[0]


if __name__ == "__main__":
    sys.exit(main())
