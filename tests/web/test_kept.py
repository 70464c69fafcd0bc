"""A form that came too late is told in words, whichever form it was."""

from datetime import date

import pytest
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict

from tbblearn.training.managing.decision_forms import ExemptForm
from tbblearn.web.application import Application
from tbblearn.web.forms import PageForm
from tbblearn.web.kept import Told, _all_forms, _fields_of, in_words, may_be_kept, told
from tbblearn.web.language import day

EXEMPT = "/min-enhet/person/7/undantag"


def test_every_field_that_is_seen_has_a_label(app: Application) -> None:
    forms = [form for form in _all_forms(PageForm) if form.__module__.startswith("tbblearn.")]
    assert len(forms) > 10
    with app.test_request_context():
        for form in forms:
            names = list(_fields_of(form))
            for one in told(form, MultiDict((name, "x") for name in names)):
                assert one.label not in names, f"{form.__name__} has no label for {one.label}"


@pytest.mark.parametrize(
    ("language", "from_on", "until_on", "reason", "duties"),
    [
        ("sv", "Från och med", "Till och med", "Skäl", "Andra arbetsuppgifter"),
        ("en", "From and including", "Until and including", "Reason", "Other duties"),
    ],
)
def test_a_form_is_told_as_on_its_page(
    app: Application, language: str, from_on: str, until_on: str, reason: str, duties: str
) -> None:
    sent = MultiDict([("seen", "abc"), ("from_on", "2026-11-30"), ("until_on", ""), ("reason", "other_duties")])
    with app.test_request_context(), force_locale(language):
        found = told(ExemptForm, sent)
        assert found == [
            Told(from_on, (day(date(2026, 11, 30)),)),
            Told(until_on, ()),
            Told(reason, (duties,)),
        ]


def test_what_no_form_knows_is_told_by_its_name_and_not_left_out(app: Application) -> None:
    with app.test_request_context():
        assert in_words(app, "/finns-inte", [("a", "1"), ("a", "2"), ("b", "")]) == [
            Told("a", ("1", "2")),
            Told("b", ()),
        ]


@pytest.mark.parametrize(
    ("path", "fields", "kept"),
    [
        (EXEMPT, [("seen", "abc"), ("from_on", "2026-11-30")], True),
        (EXEMPT, [("seen", "abc")], False),
        (EXEMPT, [], False),
        ("/mina-uppgifter", [("language", "en")], True),
        ("/mina-uppgifter", [("language", "en"), ("Old_Password", "x")], False),
        ("/utbildning/base/prov/1/fraga/1", [("question", "q"), ("straight_on", "1")], False),
        ("/utbildning/base/prov/1/fraga/1", [("question", "q"), ("answer", "a")], True),
        ("/finns-inte", [("note", "x")], True),
    ],
)
def test_only_what_was_filled_in_and_is_no_password_may_be_kept(
    app: Application, path: str, fields: list[tuple[str, str]], kept: bool
) -> None:
    assert may_be_kept(app, path, fields) is kept
