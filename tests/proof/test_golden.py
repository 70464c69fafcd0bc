"""Golden values of the public data set bhr2000, in a file that whoever runs this brings: `make proof BHR2000=FILE`.

The data are in R's package multilevel and are not kept here. The file is CSV with a header, one row a person: GRP
(the group), the eleven leadership items AF06 AF07 AP12 AP17 AP33 AP34 AS14 AS15 AS16 AS17 AS28 (whole numbers
1-5), and HRS; other columns are not read. In R:
`library(multilevel); write.csv(bhr2000, "bhr2000.csv", row.names = FALSE)`.
"""

import csv
import os
from fractions import Fraction
from math import lcm
from pathlib import Path

import pytest

from tbblearn.readiness.figures.statistics import ad_m, anova, cronbach_alpha, icc1, icc2, rwg_j

pytestmark = pytest.mark.proof
LEADERSHIP = ("AF06", "AF07", "AP12", "AP17", "AP33", "AP34", "AS14", "AS15", "AS16", "AS17", "AS28")
ITEMS = len(LEADERSHIP)


def rows() -> list[dict[str, str]]:
    name = os.environ.get("BHR2000")
    if not name:
        pytest.skip("BHR2000=FILE is not given")
    with Path(name).open(encoding="utf-8-sig", newline="") as lines:
        found = list(csv.DictReader(lines))
    assert len(found) == 5400
    return found


def leadership(row: dict[str, str]) -> list[int]:
    return [int(row[name]) for name in LEADERSHIP]


def by_group(data: list[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    groups: dict[str, list[dict[str, str]]] = {}
    for row in data:
        groups.setdefault(row["GRP"], []).append(row)
    assert len(groups) == 99
    return groups


def test_alpha():
    assert float(cronbach_alpha([leadership(row) for row in rows()]) or 0) == pytest.approx(0.8913, abs=5e-5)


def test_icc_of_hrs_and_of_leadership():
    groups = by_group(rows())
    hours = [[Fraction(row["HRS"]).limit_denominator(10**6) for row in group] for group in groups.values()]
    unit = lcm(*(value.denominator for group in hours for value in group))
    table = anova([[int(value * unit) for value in group] for group in hours], unit)
    assert table is not None
    assert float(table.between) == pytest.approx(34.40251, abs=5e-6)
    assert float(table.within) == pytest.approx(2.752583, abs=5e-7)
    assert float(icc1(table) or 0) == pytest.approx(0.1741008, abs=5e-8)
    assert float(icc2(table) or 0) == pytest.approx(0.9199889, abs=5e-8)
    table = anova([[sum(leadership(row)) for row in group] for group in groups.values()], ITEMS)
    assert float(icc1(table) or 0) == pytest.approx(0.1356992, abs=5e-8)
    assert float(icc2(table) or 0) == pytest.approx(0.8954400, abs=5e-8)


def test_agreement_of_the_first_three_groups():
    groups = by_group(rows())
    first = sorted(groups, key=lambda name: (len(name), name))[:3]
    found = []
    for name in first:
        columns = list(zip(*(leadership(row) for row in groups[name]), strict=True))
        found.append([{value: column.count(value) for value in set(column)} for column in columns])
    agreed = [float(rwg_j(items) or 0) for items in found]
    apart = [float(ad_m(items) or 0) for items in found]
    # Two of the golden values are off in the seventh digit: the data of multilevel 2.8 give .92228321 and .88098286,
    # and numpy says the same. Hence 3e-7.
    assert agreed == pytest.approx([0.9009815, 0.9222834, 0.8868093], abs=3e-7)
    assert apart == pytest.approx([0.8481366, 0.8261279, 0.8809831], abs=3e-7)
