"""`make proof`: 1,000 random counties and one whole county, with every promise checked, and what is left to show."""

import json
import os
import random
from collections import Counter
from time import process_time

import pytest

from tbblearn.readiness.audit.check import audit
from tbblearn.readiness.figures.absorption import absorb
from tbblearn.readiness.figures.fall_back import as_audit_file, audit_file, audited_publication
from tbblearn.readiness.figures.publish import publish
from tbblearn.readiness.figures.scoring import Values
from tbblearn.readiness.rules import Family, Tree
from tests.readiness.adversary import (
    hiding_the_next_sibling,
    joined,
    shown_figures,
    smallest_group,
    without_absorption,
)
from tests.readiness.counties import ORIC, answers, closed, county_tree, random_county
from tests.readiness.figures.test_figures import swapped

pytestmark = pytest.mark.proof
COUNTIES = int(os.environ.get("COUNTIES", "1000"))


def promises(tree: Tree, given: dict[str, list[Values]], rng: random.Random, *, search: bool) -> None:
    """Everything that absorption promises, for one county."""
    sizes = {unit: len(responses) for unit, responses in given.items()}
    first = absorb(tree, sizes, 5)
    second = absorb(tree, first.pieces, 10)
    assert all(n >= 5 for n in first.pieces.values())
    assert all(n >= 10 for n in second.pieces.values())
    for unit, atoms in joined(tree).items():
        whole = sum(sizes.get(atom, 0) for atom in atoms)
        assert (first.figures[unit] > 0) == (whole >= 5)
        assert first.figures[unit] == 0 or whole - first.figures[unit] < 5
    if search:
        figures = list(shown_figures(tree, first).values())
        for atoms in shown_figures(tree, second).values():
            figures.append(frozenset(unit for unit in tree.units if first.piece_of[unit] in atoms))
        assert smallest_group(figures, sizes, 5) is None
    one, other = closed(tree, given), closed(tree, swapped(tree, given, 5, rng))
    before, after = (audit_file(wave, publish(ORIC, wave, 5, 10), "oric") for wave in (one, other))
    assert json.dumps(before) == json.dumps(after)


def test_random_counties_keep_every_promise_and_pass_the_audit():
    counts: Counter[str] = Counter()
    for seed in range(COUNTIES):
        rng = random.Random(seed)
        tree, given = random_county(rng)
        promises(tree, given, rng, search=True)
        found = audited_publication(ORIC, closed(tree, given, 5), 5, 10, 600.0)
        assert found.report.passed, (seed, found.report)
        counts["with figures that fell back"] += bool(found.fallen_back)
        counts["figures that fell back"] += len(found.fallen_back)
        sizes = {unit: len(responses) for unit, responses in given.items()}
        counts["no absorption caught"] += (
            smallest_group(list(without_absorption(tree, sizes, 5).values()), sizes, 5) is not None
        )
        weak = list(hiding_the_next_sibling(tree, sizes, 5).values())
        counts["hide-the-next-sibling caught"] += smallest_group(weak, sizes, 5) is not None
        both = [atoms for k in (5, 7) for atoms in shown_figures(tree, absorb(tree, sizes, k)).values()]
        counts["two k caught"] += smallest_group(both, sizes, 5) is not None
    print(f"\n{COUNTIES} random counties: every promise kept, every audit passed.")
    for name, number in counts.items():
        print(f"  {name}: {number}")
    assert counts["no absorption caught"] > COUNTIES / 2
    assert counts["hide-the-next-sibling caught"] > COUNTIES / 4


def test_the_whole_county_is_published_after_an_audit_and_its_use_is_reported():
    rng = random.Random(1)
    tree = county_tree(rng, 2150)
    staff = answers(rng, tree, 30_000)
    promises(tree, staff, rng, search=False)
    leaves = [unit for unit in tree.units if not tree.children[unit]]
    print(f"\n30,000 staff in {len(tree.units)} units, {len(leaves)} of them leaves. Share of leaf units shown:")
    print("  response   answers   means   distributions   fell back   CPU seconds")
    for percent in (45, 60, 75):
        given = {unit: [r for r in responses if rng.random() < percent / 100] for unit, responses in staff.items()}
        started = process_time()
        found = audited_publication(ORIC, closed(tree, given, 5), 5, 10, 900.0)
        seconds = process_time() - started
        assert found.report.passed, found.report
        shown = {
            family: {row.unit for row in found.publication.rows if row.family is family}
            for family in (Family.MEANS, Family.DISTRIBUTIONS)
        }
        means, distributions = (100 * sum(unit in shown[family] for unit in leaves) / len(leaves) for family in shown)
        total = sum(map(len, given.values()))
        print(
            f"  {percent:>6} % {total:>9} {means:>6.1f} % {distributions:>13.1f} % {len(found.fallen_back):>11}"
            f" {seconds:>13.1f}"
        )


def test_one_audit_of_the_whole_county_is_within_its_time():
    rng = random.Random(2)
    tree = county_tree(rng, 2150)
    given = answers(rng, tree, 30_000)
    started = process_time()
    wave = closed(tree, given)
    report = audit(as_audit_file(wave, publish(ORIC, wave, 5, 10), "oric"), 600)
    seconds = process_time() - started
    print(f"\nabsorbing and auditing 30,000 answers: {seconds:.1f} CPU seconds, {len(report.bounds)} bounds closed")
    assert not report.timed_out
    assert not report.residuals
    assert seconds < 10
