"""Scope, and the Swedish order and search."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tbblearn.people.rules import (
    HeldGrant,
    Language,
    Principal,
    Role,
    Scope,
    Span,
    UnitKind,
    a_year_after,
    email_key,
    holds,
    lapsed_on,
    search_key,
    sort_key,
    telling,
)
from tests.factories import TODAY

paths = st.lists(st.integers(1, 3), min_size=1, max_size=4).map(lambda ids: "/" + "".join(f"{n}/" for n in ids))


@given(tops=st.lists(paths, max_size=5), path=paths)
def test_a_scope_covers_exactly_its_tops_and_what_lies_below_them(tops: list[str], path: str) -> None:
    def above(top: str) -> bool:
        ids, own = top.strip("/").split("/"), path.strip("/").split("/")
        return own[: len(ids)] == ids

    scope = Scope.over(tops)
    assert scope.covers(path) == any(above(top) for top in tops)
    assert bool(scope) == bool(tops)


@given(tops=st.lists(paths, max_size=6))
def test_a_scope_keeps_no_top_below_another_and_the_order_given_does_not_matter(tops: list[str]) -> None:
    scope = Scope.over(tops)
    assert scope == Scope.over(reversed(tops))
    assert not any(one != other and one.startswith(other) for one in scope.paths for other in scope.paths)


def test_a_number_is_no_prefix_of_another_number() -> None:
    assert not Scope.over(["/1/2/"]).covers("/1/22/")
    assert not Scope.over(["/1/2/"]).covers("/1/")
    assert not Scope().covers("/1/")


def test_swedish_order() -> None:
    given = ["Östersund", "Åmål", "Ängelholm", "Zinkgruvan", "Vårdcentral 12", "Vårdcentral 5", "Vardagen", "Ale", "Éa"]
    assert sorted(given, key=sort_key) == [
        "Ale", "Éa", "Vardagen", "Vårdcentral 5", "Vårdcentral 12", "Zinkgruvan", "Åmål", "Ängelholm", "Östersund",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (("Ek", "Åke"), ("Ekström", "Anna")),
        (("andersson", ""), ("Andersson", "a")),
        (("Enhet 2",), ("Enhet 10",)),
        (("Enhet 002",), ("Enhet 3",)),
        (("Müller",), ("Mzller",)),
        (("O'Hara",), ("Ö",)),
        (("a b",), ("aa",)),
    ],
)
def test_comes_before(first: tuple[str, ...], then: tuple[str, ...]) -> None:
    assert sort_key(*first) < sort_key(*then)


@given(st.lists(st.text(max_size=12), max_size=3))
def test_the_keys_do_not_depend_on_case_spaces_or_how_accents_are_written(parts: list[str]) -> None:
    import unicodedata

    apart = [unicodedata.normalize("NFD", f"  {part} ") for part in parts]
    assert sort_key(*apart) == sort_key(*(unicodedata.normalize("NFC", part) for part in parts))
    assert search_key(*apart) == search_key(*(unicodedata.normalize("NFC", part) for part in parts))


def test_search_folds_foreign_accents_but_not_the_swedish_letters() -> None:
    assert search_key("René", "Ångström") == "rene ångström"
    assert search_key("", "ÖRN") == "örn"
    assert search_key("Mål") != search_key("Mal")


@pytest.mark.parametrize("typed", ["m@example.org", " M@Example.org\t", "m@example.ORG"])
def test_an_address_is_known_however_it_is_typed(typed: str) -> None:
    assert email_key(typed) == "m@example.org"


def test_a_period_holds_on_both_its_ends() -> None:
    from datetime import timedelta

    day = timedelta(days=1)
    assert holds(TODAY, TODAY, TODAY)
    assert holds(TODAY, None, TODAY)
    assert not holds(TODAY + day, None, TODAY)
    assert not holds(TODAY - day, TODAY - day, TODAY)


def test_there_are_six_roles() -> None:
    assert {role.value for role in Role} == {"manager", "pilot", "follow_up", "process_leader", "editor", "admin"}


def test_a_unit_is_of_one_of_five_kinds() -> None:
    assert {kind.value for kind in UnitKind} == {"lan", "huvudman", "forvaltning", "verksamhet", "enhet"}


def day(number: int) -> date:
    """Days counted from the first of a grant."""
    return TODAY + timedelta(days=number)


def span(first: int, last: int | None) -> Span:
    return day(first), None if last is None else day(last)


LAPSES: dict[str, tuple[list[Span], int, int | None]] = {
    "nothing has carried it yet": ([], 30, None),
    "nothing ever carried it": ([], 31, 0),
    "it is carried without an end": ([span(-900, None)], 900, None),
    "thirty days without": ([span(-900, 10)], 40, None),
    "one more": ([span(-900, 10)], 41, 10),
    "back after thirty days without": ([span(-900, 10), span(41, None)], 900, None),
    "back after one more": ([span(-900, 10), span(42, None)], 900, 10),
    "in any order": ([span(42, None), span(-900, 10)], 900, 10),
    "two at a time": ([span(-900, 10), span(5, 60)], 90, None),
    "what begins later does not carry it yet": ([span(-900, 10), span(50, None)], 41, 10),
    "what ended before it was given is not looked at": ([span(-900, -100), span(-1, None)], 900, None),
    "the wait for the first day is not a leaving": ([span(90, None)], 91, None),
}


@pytest.mark.parametrize("case", LAPSES)
def test_a_role_is_lost_after_more_than_thirty_days_without_what_carries_it(case: str) -> None:
    carried, today, last = LAPSES[case]
    assert lapsed_on(TODAY, carried, day(today)) == (None if last is None else day(last))


@pytest.mark.parametrize(
    ("lasts", "left", "told"),
    [
        (365, 61, None), (365, 60, 60), (365, 31, 60), (365, 30, 30), (365, 8, 30), (365, 7, 7), (365, 0, 7),
        (365, -1, None), (21, 21, None), (21, 7, 7), (3, 3, None),
    ],
)  # fmt: skip
def test_which_of_sixty_thirty_and_seven_days_is_told(lasts: int, left: int, told: int | None) -> None:
    assert telling(TODAY, day(lasts), day(lasts - left)) == told


def test_a_year_ahead_is_the_same_day_or_the_last_of_february() -> None:
    assert a_year_after(TODAY) == date(2027, 11, 20)
    assert a_year_after(date(2028, 2, 29)) == date(2029, 2, 28)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("path", ["/1/", "/1/2/", "/1/2/30/"])
def test_an_administrator_and_an_editor_are_such_on_the_county_only(role: Role, path: str) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    person = Principal(1, "Chef 3", "Chef", Language.SV, "token", now, (HeldGrant(role, 2, path),))
    assert person.has(role) is (path == "/1/" or role not in {Role.ADMIN, Role.EDITOR})
