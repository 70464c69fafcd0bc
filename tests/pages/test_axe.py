"""Every page and state in every language, width and theme: axe, the console, the network and the width find nothing.

`make test` sees each state in two looks that share no value; `make test-all` sees all looks of all.
"""

from itertools import combinations

import pytest
from playwright.sync_api import Browser

from tests.pages.conftest import Site
from tests.pages.pages import LOOKS, STATES, Look, State, Visitors, axe_faults, width_faults

pytestmark = pytest.mark.browser

PAIRS = list(zip(LOOKS[:4], reversed(LOOKS[4:]), strict=True))
"""Looks that share no value: Swedish on a phone in the light, English on a wide screen in the dark, and so on."""
COVERING = sorted(
    ((state, look) for number, state in enumerate(STATES) for look in PAIRS[number % len(PAIRS)]),
    key=lambda run: run[1].language,
    reverse=True,
)
FULL = [(state, look) for look in LOOKS for state in STATES]


@pytest.fixture(scope="module")
def visitors(chromium: Browser, reading_site: Site) -> Visitors:
    """The demo's persons, brought into their states on a copy of the county that only this module uses."""
    return Visitors(chromium, reading_site)


def names(run: tuple[State, Look]) -> str:
    return f"{run[0].name}-{run[1]}"


def faults_of(visitors: Visitors, state: State, look: Look) -> list[str]:
    with visitors.at(state, look) as (tab, faults):
        return [*faults, *axe_faults(tab), *width_faults(tab)]


@pytest.mark.parametrize("run", COVERING, ids=names)
def test_no_page_has_a_fault(visitors: Visitors, run: tuple[State, Look]) -> None:
    faults = faults_of(visitors, *run)
    assert not faults, "\n".join(faults)


@pytest.mark.full
@pytest.mark.parametrize("run", FULL, ids=names)
def test_no_page_has_a_fault_in_any_look(visitors: Visitors, run: tuple[State, Look]) -> None:
    faults = faults_of(visitors, *run)
    assert not faults, "\n".join(faults)


def test_the_covering_set_leaves_no_value_and_no_pair_of_values_out() -> None:
    for state in STATES:
        seen = [look for covered, look in COVERING if covered is state]
        for values in zip(*((look.language, look.width, look.theme) for look in seen), strict=True):
            assert len(set(values)) == 2, f"{state.name} is not seen in both: {values}"
    for first, second in combinations(("language", "width", "theme"), 2):
        pairs = {(getattr(look, first), getattr(look, second)) for _state, look in COVERING}
        assert len(pairs) == 4, f"{first} x {second}: {pairs}"
