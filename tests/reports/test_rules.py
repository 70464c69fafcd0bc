"""What figures are called and how they share a bar."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from tbblearn.people.rules import HeldGrant, Language, Principal, Role
from tbblearn.reports.rules import (
    BarPart,
    FileFormat,
    bar_parts,
    file_name,
    sees,
    sees_a_part,
    sees_the_county,
    sorted_lines,
)
from tbblearn.training.rules import Progress, Status, Urgency
from tbblearn.training.standing.counts import Counts


def somebody(*roles: Role) -> Principal:
    grants = tuple(HeldGrant(role, 7, "/1/7/") for role in roles)
    return Principal(1, "Chef 3", "Chef", Language.SV, "token", datetime(2026, 11, 20, tzinfo=UTC), grants)


def test_every_status_of_the_base_has_a_part_of_the_bar_and_the_others_have_none():
    ones = Counts({Status(progress): 1 for progress in Progress if progress is not Progress.FAILED_MAY_RETRY})
    assert dict(bar_parts(ones)) == {BarPart.DONE: 2, BarPart.GOING: 1, BarPart.TODO: 3}
    assert sum(count for _part, count in bar_parts(ones)) == ones.base


def test_a_bar_shows_how_far_people_are_however_urgent_it_is():
    begun = Counts({Status(Progress.IN_PROGRESS, urgency): 1 for urgency in Urgency})
    assert dict(bar_parts(begun))[BarPart.GOING] == 4


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("Vårdcentral 5", "utbildning-vardcentral-5-2026-2026-11-21.csv"),
        ("Öppenvård & rådgivning", "utbildning-oppenvard-radgivning-2026-2026-11-21.csv"),
        ("../../etc", "utbildning-etc-2026-2026-11-21.csv"),
    ],
)
def test_a_file_is_named_in_plain_letters(unit: str, name: str):
    assert file_name(unit, 2026, date(2026, 11, 21), FileFormat.CSV) == name


def test_only_roles_that_follow_units_see_counts():
    assert not sees(somebody(Role.EDITOR, Role.ADMIN))
    assert sees(somebody(Role.PILOT)).covers("/1/7/9/")
    assert sees_a_part(somebody(Role.FOLLOW_UP))
    assert not sees_a_part(somebody(Role.PROCESS_LEADER))
    assert sees_the_county(somebody(Role.PROCESS_LEADER))


@dataclass(frozen=True)
class Line:
    name: str
    counts: Counts | None


def test_units_are_sorted_by_a_figure_both_ways_and_those_without_one_come_last():
    done, left = Status(Progress.COMPLETED), Status(Progress.NOT_STARTED)
    lines = [
        Line("hidden", None),
        Line("all", Counts({done: 3})),
        Line("nobody", Counts({})),
        Line("third", Counts({done: 2, left: 4})),
        Line("half", Counts({done: 3, left: 3})),
    ]

    def names(order: str) -> str:
        return " ".join(line.name for line in sorted_lines(lines, order))

    assert names("andel") == "third half all hidden nobody"
    assert names("-andel") == "all half third hidden nobody"
    assert names("-kvar") == "third half all nobody hidden"
    assert names("-klara") == "all half third nobody hidden", "equals stay by name"
    assert names("") == names("enhet") == names("-mystery") == "hidden all nobody third half"
    assert names("-enhet") == "half third nobody all hidden"
