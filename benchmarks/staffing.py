"""A staff file of 30,000 rows: looked at and taken in, first all new, then changed by a night's worth.

`python -m benchmarks.staffing [sqlite|postgresql]` (both by default); `make bench` runs it too. Limits: 15 s and 300 MB
to look, 3 s to write (docs/rules/staffing.md).
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from benchmarks.waves import TODAY, database, measured
from tbblearn.staffing.rules import COLUMNS, FileKind

ROWS, UNITS = 30_000, 1_500
MOST = {"look": (15.0, 300.0), "take": (3.0, 400.0)}
HEADER = tuple(column.name for column in COLUMNS[FileKind.STAFF] if column.name != "protected")


def main() -> int:
    """Both databases, each in a process of its own; 1 where a limit is passed."""
    failed = 0
    for name in sys.argv[1:] or ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory(prefix="tbblearn-staffing-") as folder:
            with database(name, Path(folder)) as url:
                done = subprocess.run(
                    [sys.executable, "-c", "from benchmarks.staffing import run; run()"],
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
            for step, found in json.loads(done.stdout.splitlines()[-1]).items():
                seconds, megabytes = MOST[step.split()[0]]
                passed = found["seconds"] <= seconds and found["peak_megabytes"] <= megabytes
                failed += not passed
                print(f"{name:<11}{step:<16}{found}{'' if passed else '  OVER THE LIMIT'}")
    return 1 if failed else 0


def run() -> None:
    """In a process of its own: prints the measurements as JSON."""
    from flask_migrate import upgrade

    from tbblearn import create_app
    from tbblearn.db import unit_of_work, utc_now
    from tbblearn.people.actions import NewUnit, add_unit
    from tbblearn.people.rules import UnitKind
    from tbblearn.staffing.rules import Way
    from tbblearn.staffing.taking_in import Leaving, Mark, look, take
    from tbblearn.tree import tree_folder

    found: dict[str, dict[str, float]] = {}
    with create_app().app_context():
        upgrade(directory=str(tree_folder("migrations")))
        with unit_of_work():
            root = add_unit(NewUnit("sormland", "sormland", "Sörmland", UnitKind.COUNTY, TODAY), None)
            top = add_unit(NewUnit("region", "region", "Region Sörmland", UnitKind.HUVUDMAN, TODAY), root)
            for number in range(UNITS):
                add_unit(NewUnit("region", f"e{number}", f"Enhet {number}", UnitKind.ENHET, TODAY), top)
        now = utc_now()
        rng = random.Random(7)
        rows = [_row(number, rng) for number in range(ROWS)]
        for night, step in enumerate(("first", "next")):
            content = _file(rows)
            with measured(f"look {step}", found):
                looked = look(
                    content,
                    "region",
                    FileKind.STAFF,
                    as_of=now - timedelta(days=2 - night),
                    now=now,
                    mark=Mark(rows=ROWS),
                    leaving=Leaving(),
                )
            if looked.stops:
                raise SystemExit(f"the file is stopped: {looked.stops[:3]}")
            with measured(f"take {step}", found):
                take(looked, Way.FOLDER, now=now)
            for row in rng.sample(rows, 300):
                row["profession"] = "specialistsjuksköterska"
            for row in rng.sample(rows, 200):
                row["unit_id"] = f"e{rng.randrange(UNITS)}"
    print(json.dumps(found))


def _row(number: int, rng: random.Random) -> dict[str, str]:
    name = f"Medarbetare;{number};medarbetare{number}@example.org;sv".split(";")
    start = (TODAY - timedelta(days=rng.randrange(10, 9000))).isoformat()
    return dict(
        zip(
            HEADER,
            [f"p{number}", f"a{number}", *name, f"e{rng.randrange(UNITS)}", "sjuksköterska", start, "", "", ""],
            strict=True,
        )
    )


def _file(rows: list[dict[str, str]]) -> bytes:
    made = io.StringIO()
    writer = csv.DictWriter(made, HEADER, delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue().encode()


if __name__ == "__main__":
    sys.exit(main())
