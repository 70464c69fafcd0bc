"""Who is invited where, how far waves lie apart, and which state follows which: rules without a database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from itertools import permutations

import pytest

from tbblearn.surveys.waves import WaveState, Workplace, WrongState, demand_step, place, taken_in, too_near

COUNTY, REGION, WARD, TEAM, NEAR, FAR = 1, 2, 3, 4, 5, 6
PARENTS: Mapping[int, int | None] = {COUNTY: None, REGION: COUNTY, WARD: REGION, TEAM: WARD, NEAR: WARD, FAR: REGION}
EARLY, LATE = date(2020, 1, 1), date(2024, 1, 1)


@pytest.mark.parametrize(
    ("held", "managed", "where"),
    [
        ([Workplace(TEAM, LATE)], [], TEAM),
        ([], [], None),
        ([Workplace(TEAM, LATE), Workplace(FAR, EARLY)], [], FAR),  # the earliest start
        ([Workplace(NEAR, EARLY), Workplace(TEAM, EARLY)], [], TEAM),  # then the lowest unit id
        ([Workplace(TEAM, EARLY, on_leave=True)], [], None),
        ([Workplace(TEAM, EARLY, on_leave=True), Workplace(FAR, LATE)], [], FAR),
        ([Workplace(99, EARLY)], [], None),  # a unit that the wave does not reach
        ([Workplace(99, EARLY), Workplace(FAR, LATE)], [], FAR),
        ([Workplace(TEAM, EARLY)], [TEAM], WARD),  # a manager: the unit above
        ([Workplace(TEAM, EARLY)], [TEAM, NEAR], WARD),
        ([Workplace(TEAM, EARLY)], [TEAM, WARD], REGION),  # above the highest that the person manages
        ([Workplace(TEAM, EARLY)], [FAR, TEAM], REGION),
        ([Workplace(TEAM, EARLY)], [COUNTY], COUNTY),  # at the root: the root
        ([Workplace(TEAM, EARLY)], [99], TEAM),  # manages only what the wave does not reach
        ([Workplace(TEAM, EARLY, on_leave=True)], [TEAM], None),
        ([], [TEAM], None),  # manages without being employed there
    ],
)
def test_where_a_person_is_invited(held: Sequence[Workplace], managed: Collection[int], where: int | None) -> None:
    assert place(held, managed, PARENTS) == where


def test_the_order_in_which_jobs_are_read_does_not_matter() -> None:
    jobs = [Workplace(TEAM, LATE), Workplace(NEAR, EARLY), Workplace(FAR, EARLY), Workplace(WARD, EARLY, on_leave=True)]
    assert {place(order, (), PARENTS) for order in permutations(jobs)} == {NEAR}
    tops = [TEAM, FAR, WARD]
    assert {place(jobs, order, PARENTS) for order in permutations(tops)} == {REGION}


@pytest.mark.parametrize(("days", "near"), [(0, True), (1, True), (179, True), (180, False), (400, False), (-5, True)])
def test_waves_that_share_a_person_lie_180_days_apart(days: int, *, near: bool) -> None:
    closed = date(2026, 3, 1)
    assert too_near(closed + timedelta(days=days), closed) is near


def test_units_above_and_below_the_huvudmen_of_a_wave_are_taken_in() -> None:
    reached = ["/1/2/", "/1/7/"]
    assert [path for path in ("/1/", "/1/2/", "/1/2/3/", "/1/20/", "/1/5/", "/1/7/8/") if taken_in(reached, path)] == [
        "/1/",
        "/1/2/",
        "/1/2/3/",
        "/1/7/8/",
    ]


FOLLOWS = {
    (WaveState.PLANNED, WaveState.OPEN),
    (WaveState.OPEN, WaveState.CLOSED),
    (WaveState.CLOSED, WaveState.AUDITED),
    (WaveState.AUDITED, WaveState.PUBLISHED),
    *((state, WaveState.WITHDRAWN) for state in WaveState if state is not WaveState.WITHDRAWN),
}


@pytest.mark.parametrize("state", WaveState)
@pytest.mark.parametrize("wanted", WaveState)
def test_no_state_follows_but_the_next_and_withdrawal(state: WaveState, wanted: WaveState) -> None:
    if (state, wanted) in FOLLOWS:
        demand_step(state, wanted)
    else:
        with pytest.raises(WrongState) as refused:
            demand_step(state, wanted)
        assert refused.value.values == {"state": state, "wanted": wanted}
