"""The Swedish and the English way of writing dates and numbers, and the guard that every route needs."""

from datetime import UTC, date, datetime

import pytest
from flask import Blueprint
from flask_babel import force_locale

from tbblearn.web.application import Application
from tbblearn.web.language import clock, day, number, of_whole, percent
from tbblearn.web.requests.guard_check import UnguardedEndpoint, demand_guards, mark_guard, public

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("sv", ["31 mars 2027", "1 januari 2027", "kl. 14.30", "1 234 567", "3,8", "91 %"]),
        ("en", ["31 March 2027", "1 January 2027", "14:30", "1,234,567", "3.8", "91%"]),
    ],
)
def test_dates_times_and_numbers(app: Application, language: str, written: list[str]) -> None:
    with app.test_request_context(), force_locale(language):
        found = [
            day(date(2027, 3, 31)),
            day(datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),
            clock(datetime(2027, 1, 15, 13, 30, tzinfo=UTC)),
            number(1234567),
            number(3.8, 1),
            percent(91, 100),
        ]
        assert day(None) == ""
    assert [text.replace(NBSP, " ") for text in found] == written
    assert not any(" " in text for text in found)


@pytest.mark.parametrize(
    ("part", "whole", "share"), [(1, 3, 33), (1, 8, 13), (1, 200, 1), (0, 5, 0), (5, 5, 100), (199, 200, 100)]
)
def test_a_share_is_rounded_half_up_and_stands_beside_its_whole(
    app: Application, part: int, whole: int, share: int
) -> None:
    with app.test_request_context():
        assert percent(part, whole) == f"{share}{NBSP}%"
        assert of_whole(part, whole) == f"{part} av {whole} ({share}{NBSP}%)"
        assert of_whole(0, 0) == "0 av 0"
        assert percent(0, 0) == ""


def test_an_endpoint_without_a_guard_stops_the_application(app: Application) -> None:
    demand_guards(app)
    app.view_functions["bare.page"] = lambda: "no guard"
    try:
        with pytest.raises(UnguardedEndpoint, match=r"bare\.page"):
            demand_guards(app)
    finally:
        del app.view_functions["bare.page"]


def test_two_guards_on_one_view_are_refused() -> None:
    blueprint = Blueprint("twice", __name__)
    view = public(lambda: blueprint.name)
    with pytest.raises(UnguardedEndpoint):
        mark_guard(view, "signed_in")
