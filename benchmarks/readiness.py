"""Scoring, absorbing and auditing one county: 30,000 answers in 2,150 units. `python -m benchmarks.readiness`.

Prints seconds and peak memory of the process, with the limits that hold for it. The county is made before the
clock starts; numpy and scipy are imported while it runs, as they are in a command.
"""

from __future__ import annotations

import json
import random
import resource
import sys
from time import perf_counter, process_time

from tbblearn.readiness.audit.check import audit
from tbblearn.readiness.figures.fall_back import as_audit_file, audited_publication
from tbblearn.readiness.figures.publish import publish
from tbblearn.readiness.figures.scoring import Values
from tests.readiness.counties import ORIC, answers, closed, county_tree

MOST_SECONDS = 10.0
MOST_MEGABYTES = 300.0


def main(units: int = 2150, responses: int = 30_000, seed: int = 1) -> int:
    """Run once and print; 1 where a limit is passed, counted in processor time.

    First everything until the rows pass, with each round of falling back; then, for the limit, scoring, absorbing and
    one whole audit of the rows that pass: an audit that fails early does less.
    """
    rng = random.Random(seed)
    tree = county_tree(rng, units)
    cells = {
        unit: [tuple(map(str, values)) for values in given] for unit, given in answers(rng, tree, responses).items()
    }
    wall, started = perf_counter(), process_time()
    done = audited_publication(ORIC, closed(tree, _scored(cells)), 5, 10, 600)
    until_passed = process_time() - started
    all_wall, started = perf_counter() - wall, process_time()
    wave = closed(tree, _scored(cells))
    publication = publish(ORIC, wave, 5, 10, done.fallen_back)
    figures = process_time() - started
    report = audit(as_audit_file(wave, publication, "oric"), 600)
    seconds = process_time() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    outcome = {
        "units": units,
        "answers": responses,
        "rows": len(publication.rows),
        "scoring_and_absorbing_cpu_seconds": round(figures, 2),
        "audit_cpu_seconds": round(seconds - figures, 2),
        "cpu_seconds": round(seconds, 2),
        "peak_megabytes": round(megabytes),
        "passed": report.passed,
        "figures_that_fell_back": len(done.fallen_back),
        "until_passed_cpu_seconds": round(until_passed, 2),
        "until_passed_wall_seconds": round(all_wall, 2),
    }
    print(json.dumps(outcome))
    return int(seconds > MOST_SECONDS or megabytes > MOST_MEGABYTES or not report.passed)


def _scored(cells: dict[str, list[tuple[str, ...]]]) -> dict[str, list[Values]]:
    return {
        unit: [values for row in given if isinstance(values := ORIC.read(row), tuple)] for unit, given in cells.items()
    }


if __name__ == "__main__":
    sys.exit(main())
