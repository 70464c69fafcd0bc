"""Who is invited where, how far waves lie apart, and which state follows which: rules without a database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from itertools import permutations

import pytest

from tbblearn.surveys.waves import Held, WaveState, WrongState, demand_step, place, taken_in, too_near

COUNTY, REGION, WARD, TEAM, NEAR, FAR = 1, 2, 3, 4, 5, 6
PARENTS: Mapping[int, int | None] = {COUNTY: None, REGION: COUNTY, WARD: REGION, TEAM: WARD, NEAR: WARD, FAR: REGION}
EARLY, LATE = date(2020, 1, 1), date(2024, 1, 1)


@pytest.mark.parametrize(
    ("held", "managed", "where"),
    [
        ([Held(TEAM, LATE)], [], TEAM),
        ([], [], None),
        ([Held(TEAM, LATE), Held(FAR, EARLY)], [], FAR),  # the earliest start
        ([Held(NEAR, EARLY), Held(TEAM, EARLY)], [], TEAM),  # then the lowest unit id
        ([Held(TEAM, EARLY, on_leave=True)], [], None),
        ([Held(TEAM, EARLY, on_leave=True), Held(FAR, LATE)], [], FAR),
        ([Held(99, EARLY)], [], None),  # a unit that the wave does not reach
        ([Held(99, EARLY), Held(FAR, LATE)], [], FAR),
        ([Held(TEAM, EARLY)], [TEAM], WARD),  # a manager: the unit above
        ([Held(TEAM, EARLY)], [TEAM, NEAR], WARD),
        ([Held(TEAM, EARLY)], [TEAM, WARD], REGION),  # above the highest that the person manages
        ([Held(TEAM, EARLY)], [FAR, TEAM], REGION),
        ([Held(TEAM, EARLY)], [COUNTY], COUNTY),  # at the root: the root
        ([Held(TEAM, EARLY)], [99], TEAM),  # manages only what the wave does not reach
        ([Held(TEAM, EARLY, on_leave=True)], [TEAM], None),
        ([], [TEAM], None),  # manages without being employed there
    ],
)
def test_where_a_person_is_invited(held: Sequence[Held], managed: Collection[int], where: int | None) -> None:
    assert place(held, managed, PARENTS) == where


def test_the_order_in_which_jobs_are_read_does_not_matter() -> None:
    jobs = [Held(TEAM, LATE), Held(NEAR, EARLY), Held(FAR, EARLY), Held(WARD, EARLY, on_leave=True)]
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
