"""Every page and state in every language, width and theme: axe, the console, the network and the width find nothing,
and nothing is lost in forced colours.

`make test` sees each state in one look, and every two values of language, width and theme together in a quarter of the
states; `make test-all` sees all looks of all, and tabs through each.
"""

from collections import Counter
from itertools import combinations, cycle
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.pages.conftest import Site
from tests.pages.faults import axe_faults, width_faults
from tests.pages.forced import forced_faults
from tests.pages.keyboard import tab_through
from tests.pages.markup import checker, markup_faults
from tests.pages.pages import LOOKS, STATES, Look, State, Visitors
from tests.pages.screenshots import PICTURES

pytestmark = pytest.mark.browser

COVERING = sorted(
    zip(sorted(STATES, key=lambda state: state.role), cycle(LOOKS[::3] + LOOKS[1::3] + LOOKS[2::3])),
    key=lambda run: run[1].language,
    reverse=True,
)
"""Role by role, so that each role that has as many states as there are looks is met in all of them."""
FULL = [(state, look) for look in LOOKS for state in STATES]


@pytest.fixture(scope="module")
def visitors(chromium: Browser, reading_site: Site) -> Visitors:
    """The demo's persons, brought into their states on a copy of the county that only this module uses."""
    return Visitors(chromium, reading_site)


def names(run: tuple[State, Look]) -> str:
    return f"{run[0].name}-{run[1]}"


def faults_of(visitors: Visitors, state: State, look: Look) -> list[str]:
    with visitors.at(state, look) as (tab, faults):
        return [*faults, *axe_faults(tab), *forced_faults(tab), *width_faults(tab)]


@pytest.mark.parametrize("run", COVERING, ids=names)
def test_no_page_has_a_fault(visitors: Visitors, run: tuple[State, Look]) -> None:
    faults = faults_of(visitors, *run)
    assert not faults, "\n".join(faults)


@pytest.mark.full
@pytest.mark.parametrize("run", FULL, ids=names)
def test_no_page_has_a_fault_in_any_look(visitors: Visitors, run: tuple[State, Look]) -> None:
    faults = faults_of(visitors, *run)
    assert not faults, "\n".join(faults)


@pytest.mark.full
@pytest.mark.parametrize("run", COVERING, ids=names)
def test_tab_reaches_all_that_can_be_pressed_and_shows_where_it_is(visitors: Visitors, run: tuple[State, Look]) -> None:
    with visitors.at(*run) as (tab, _faults):
        faults = tab_through(tab)
    assert not faults, "\n".join(dict.fromkeys(faults))


@pytest.mark.full
@pytest.mark.skipif(checker() is None, reason="needs Java, and the checker: npm ci in frontend/, or VNU_JAR")
def test_every_page_is_html_by_the_standard(visitors: Visitors, tmp_path: Path) -> None:
    sent = {
        f"{state.name}-{language}": visitors.html(state, language)
        for language in ("sv", "en")  # type: Language
        for state in STATES
    }
    faults = markup_faults(checker() or [], sent, tmp_path)
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults)


def test_the_covering_set_leaves_no_state_and_no_pair_of_values_out() -> None:
    assert [state for state in STATES if all(state is not covered for covered, _look in COVERING)] == []
    for role in {state.role for state in STATES if sum(one.role == state.role for one in STATES) >= len(LOOKS)}:
        assert {look for state, look in COVERING if state.role == role} == set(LOOKS), role
    for first, second in combinations(("language", "width", "theme"), 2):
        seen = Counter((getattr(look, first), getattr(look, second)) for _state, look in COVERING)
        assert len(seen) == 4, f"{first} x {second}: {seen}"
        assert max(seen.values()) - min(seen.values()) <= 2, f"{first} x {second}: {seen}"


def test_every_picture_of_the_documentation_is_of_a_state() -> None:
    assert {state for _file, state, _look in PICTURES} - {state.name for state in STATES} == set()
