"""`make proof`: in a thousand random counties nobody who has all that is published can be sure who took part.

Half of them are hard ones, in which each unit's invitees took part all, none, or but for one. Every unit whose own
could be decided is solved exactly, by the program of `tests.readiness.participation` over the rows as published.
"""

import os
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, replace
from time import monotonic

import pytest

from tbblearn import __version__
from tbblearn.db import stockholm_date, utc_now
from tbblearn.readiness.audit.closed import closed_bounds
from tbblearn.readiness.audit.rows import AuditFile
from tbblearn.readiness.figures.absorption import absorb, fold
from tbblearn.readiness.figures.fall_back import as_audit_file, audited_publication
from tbblearn.readiness.figures.publish import Collected, by_piece, publish
from tbblearn.readiness.figures.scoring import Values
from tbblearn.readiness.rules import Family, Tree
from tbblearn.surveys import proofs
from tests.proof.recording import record_participation
from tests.readiness.counties import ORIC, response
from tests.readiness.participation import (
    MARGIN,
    WEAK,
    Build,
    Counts,
    County,
    K,
    decided,
    extremes_take_part,
    flips_seen,
    pieces_read,
    product,
    random_county,
    said_of,
    some_take_part,
)

pytestmark = pytest.mark.proof
COUNTIES = int(os.environ.get("COUNTIES", "1000"))
FOUND: dict[str, float] = {}
"""What was found, recorded when the last of these has passed."""


def given_by(rng: random.Random, taking: Mapping[str, int]) -> dict[str, list[Values]]:
    mood = {unit: rng.gauss(3.5, 0.4) for unit in taking}
    return {unit: [response(rng, mood[unit], 0.6) for _ in range(n)] for unit, n in taking.items()}


def test_a_thousand_counties_decide_nobody():
    rng = random.Random(2027)
    found: Counter[str] = Counter()
    for number in range(COUNTIES):
        folded = product(random_county(rng))
        taking = (extremes_take_part if number % 2 else some_take_part)(rng, folded.invited)
        collected = Collected(folded.tree, by_piece(folded.tree, given_by(rng, taking), K), folded.invited)
        rows = publish(ORIC, collected, K, 10).rows
        said = list(said_of(folded.tree, pieces_read(folded.tree, rows), K, folded.edges))
        found.update(to for _unit, to in decided(folded.invited, taking, said))
        tried, seen = flips_seen(folded, taking)
        found["units"] += sum(1 for there in folded.invited.values() if there)
        found["persons"] += sum(folded.invited.values())
        found["flips"] += tried * MARGIN
        found["flips seen"] += seen
    print(f"\n{COUNTIES} random counties, {found['units']} groups, {found['persons']} persons invited")
    print(f"  decided: {found['outsider']} groups to an outsider, {found['insider']} to a colleague")
    print(f"  all, all but one, all but two: {found['flips']} tried, {found['flips seen']} seen")
    assert not found["outsider"] + found["insider"] + found["flips seen"]
    FOUND.update(counties=COUNTIES, decided_outsider=0, decided_insider=0, flips=found["flips"], flips_seen=0)


@pytest.mark.parametrize("build", WEAK, ids=lambda build: build.__name__)
def test_weak_builds_decide_somebody_and_show_flips(build: Build):
    rng = random.Random(2028)
    sure = seen = 0
    for _ in range(150):
        folded = build(random_county(rng))
        taking = extremes_take_part(rng, folded.invited)
        seen += flips_seen(folded, taking)[1]
        sure += len(decided(folded.invited, taking, folded.said(taking)))
    print(f"\n{build.__name__}: {sure} groups decided, {seen} flips seen in 150 hard counties")
    assert sure
    assert seen
    FOUND["weak_builds"] = FOUND.get("weak_builds", 0) + 1


def as_version_0_1(county: County, taking: Counts) -> tuple[set[str], set[str]]:
    """Units with means and with distributions by the rule before: leaves of fewer than k joined, exact sizes."""
    there, counts = dict(county.invited), dict(taking)
    gone: set[str] = set()
    for unit in reversed(county.tree.top_down):
        above = county.tree.parent[unit]
        leaf = not [child for child in county.tree.children[unit] if child not in gone]
        if above is not None and leaf and there[unit] < K:
            there[above], counts[above] = there[above] + there[unit], counts[above] + counts[unit]
            gone.add(unit)
    tree = Tree.build((unit, county.tree.parent[unit]) for unit in county.tree.units if unit not in gone)
    means = absorb(tree, counts, K)
    shares = absorb(tree, means.pieces, 10)
    return {unit for unit, n in means.figures.items() if n}, {unit for unit, n in shares.figures.items() if n}


def as_now(county: County, taking: Counts) -> tuple[set[str], set[str]]:
    """The same by the rule, where everyone counts in the unit that folding puts them in."""
    folded = product(county)
    counts = dict.fromkeys(folded.tree.units, 0)
    folding = fold(county.tree, county.invited, K, MARGIN)
    for unit, n in taking.items():
        there = folding.moved[unit]
        counts[folding.top_into or there if there in county.tree.roots else there] += n
    means = absorb(folded.tree, folded.listing(counts), K)
    shares = absorb(folded.tree, means.pieces, 10)
    return {unit for unit, n in means.figures.items() if n}, {unit for unit, n in shares.figures.items() if n}


def test_share_of_units_shown_before_and_after():
    print("\nleaf units shown, 60 counties; before / after")
    print("  response     means, all   means, from 10   distributions, from 10")
    for percent in (45, 60, 75):
        rng = random.Random(2029)
        shown: Counter[str] = Counter()
        for _ in range(60):
            county = random_county(rng)
            taking = {
                unit: sum(rng.random() < percent / 100 for _ in range(there)) for unit, there in county.invited.items()
            }
            leaves = [unit for unit in county.tree.units if not county.tree.children[unit]]
            shown["all"] += len(leaves)
            shown["ten"] += sum(county.invited[unit] >= 10 for unit in leaves)
            for name, (means, shares) in (("0", as_version_0_1(county, taking)), ("1", as_now(county, taking))):
                for unit in leaves:
                    large = county.invited[unit] >= 10
                    shown[f"all means {name}"] += unit in means
                    shown[f"ten means {name}"] += large and unit in means
                    shown[f"ten shares {name}"] += large and unit in shares
        parts = [
            " / ".join(f"{100 * shown[f'{which} {name}'] / shown[whole]:.1f}" for name in "01")
            for which, whole in (("all means", "all"), ("ten means", "ten"), ("ten shares", "ten"))
        ]
        print(f"  {percent} %      {parts[0]:>15} {parts[1]:>15} {parts[2]:>15}")
        if percent == 60:
            after = shown["all means 1"] / shown["all"]
            assert after >= 0.6
            FOUND["leaves_shown_60"] = round(100 * after, 1)


def test_how_far_values_tell_of_sizes():
    """What is not proved: that means, shares, words and coarser figures tell nothing more of how many answered.

    Tried, in counties where each unit's invitees took part all, none, or but for one: could answers with two fewer in a
    unit in which all, or all but one, took part have had every one of the published rows? And could answers of printed
    sizes, all pieces at once? The first is what the promise is about; the second only says how much the values tell.
    """
    rng = random.Random(2030)
    found: Counter[str] = Counter()
    for _ in range(60):
        folded = product(random_county(rng))
        taking = extremes_take_part(rng, folded.invited)
        collected = Collected(folded.tree, by_piece(folded.tree, given_by(rng, taking), K), folded.invited)
        done = audited_publication(ORIC, collected, K, 10, 60)
        assert done.report.passed
        file = as_audit_file(collected, done.publication, "oric")
        holder = done.publication.distributions.piece_of
        printed = {
            Family.MEANS: dict(done.publication.means.pieces),
            Family.DISTRIBUTIONS: dict(done.publication.distributions.pieces),
        }
        found["counties"] += 1
        found["of printed sizes"] += _possible(replace(file, pieces=printed, invited=None))
        for unit, there in folded.invited.items():
            if there and taking[unit] >= there - 1:
                less = taking[unit] - (there - MARGIN)
                pieces = {family: dict(sizes) for family, sizes in file.pieces.items()}
                pieces[Family.MEANS][unit] -= less
                above = holder[unit]
                if above is not None:
                    pieces[Family.DISTRIBUTIONS][above] -= less
                found["full units"] += 1
                found["with two fewer"] += _possible(replace(file, pieces=pieces, invited=None))
    print(f"\nthe same rows with all but two in a unit: {found['with two fewer']} of {found['full units']} full units")
    print(f"the same rows with printed sizes throughout: {found['of printed sizes']} of {found['counties']} counties")
    FOUND["two_fewer_possible"] = round(100 * found["with two fewer"] / found["full units"], 1)
    FOUND["full_units"] = found["full units"]


def _possible(file: AuditFile) -> bool:
    figures = {family: file.figures(family) for family in (Family.MEANS, Family.DISTRIBUTIONS)}
    closed, timed_out = closed_bounds(file, figures, True, monotonic() + 60, lambda step: None)
    return not timed_out and not any(entry["check"] == "contradiction" for entry in closed)


def test_what_was_found_is_recorded():
    if not os.environ.get("RECORD_PROOFS"):
        return
    wanted = {one.name for one in fields(proofs.Participation)}
    assert wanted <= FOUND.keys(), "run all of them together"
    record_participation(proofs.FILE, on=stockholm_date(utc_now()), version=__version__, **FOUND)
