"""Who may open what: every route x every role x every part of the county, from the URL map (docs/rules/people.md).

A route without a row here fails, a row without its route fails, and taking the guard off any route fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import time_machine
from flask import url_for
from werkzeug.test import TestResponse

from tbblearn.access.actions import open_session
from tbblearn.db import unit_of_work, utc_now
from tbblearn.web.application import Application
from tbblearn.web.requests.guard_check import UnguardedEndpoint, demand_guards, guard_of
from tests.factories import NOW
from tests.pages.county import Places, build_places

ROLES = ("anonymous", "staff", "manager", "pilot", "follow_up", "process_leader", "editor", "admin")
SCOPES = ("own", "below", "sibling", "other", "none")
"""Seen from the manager of verksamhet-1: own, a unit or person below, beside, in another huvudman, not existing."""

Row = dict[str, tuple[int, ...]]


def everyone(status: int) -> Row:
    return dict.fromkeys(ROLES, (status,))


def members(status: int, *, anonymous: int) -> Row:
    """Everyone who is signed in."""
    return everyone(status) | {"anonymous": (anonymous,)}


def only(allowed: dict[str, int], *, refused: int = 403, anonymous: int = 303) -> Row:
    """Only these roles; the answer each gets."""
    return {role: (allowed.get(role, anonymous if role == "anonymous" else refused),) for role in ROLES}


def by_scope(allowed: dict[str, str], *, refused: int = 403, anonymous: int = 303) -> Row:
    """For each role the five answers in the order of SCOPES."""
    row = {role: (anonymous if role == "anonymous" else refused,) * len(SCOPES) for role in ROLES}
    return row | {role: tuple(int(status) for status in cells.split()) for role, cells in allowed.items()}


def own_only(own: int, *, anonymous: int = 303) -> Row:
    """A thing of one's own: what belongs to anybody else looks as if it did not exist."""
    return by_scope(dict.fromkeys(ROLES[1:], f"{own} 404 404 404 404"), anonymous=anonymous)


def only_invited(status: int, *, anonymous: int = 401) -> Row:
    """Everyone in the county's open wave; the other scopes are waves that there are not."""
    return by_scope(dict.fromkeys(ROLES[1:], f"{status} 404 404 404 404"), anonymous=anonymous)


INVITED = only_invited(200, anonymous=303)
SEES_UNITS = {
    "manager": "200 200 404 404 404",
    "pilot": "404 200 404 404 404",
    "follow_up": "200 200 200 404 404",
    "process_leader": "200 200 200 200 404",
}
MANAGES = {"manager": "200 200 404 404 404"}

DECIDES = {"manager": "404 200 404 404 404"}
"""Nobody decides about themselves."""
DECIDES_NOW = {"manager": "404 422 404 404 404"}
FOLLOWS = {"manager": (303,), "pilot": (303,), "follow_up": (303,), "process_leader": (303,)}
LATER = dict.fromkeys(("staff", "editor", "admin"), "200 404 404 404 404")
"""Employed in a unit below verksamhet-1: they are told from which day they read it."""
READS_RESULTS = LATER | {
    "manager": "200 200 404 404 404",
    "pilot": "200 200 404 404 404",
    "follow_up": "200 200 200 404 404",
    "process_leader": "200 404 404 200 404",
}
READS_FILES = READS_RESULTS | {role: cells.replace("200", "303") for role, cells in LATER.items()}

MATRIX: dict[str, Row] = {
    # web: nothing about any person
    "GET web.about": everyone(200),
    "GET web.privacy": everyone(200),
    "GET web.accessibility": everyone(200),
    "GET web.contact": everyone(200),
    "GET web.favicon": everyone(301),
    "GET web.healthz": everyone(200),
    "GET web.readyz": everyone(200),
    "POST web.language": everyone(303),
    "POST web.theme": everyone(303),
    # access
    "GET home.start": members(303, anonymous=200),
    "GET access.sign_in": members(303, anonymous=200),
    "POST access.sign_in_now": everyone(422),
    "POST access.sign_out": everyone(303),
    "POST access.switch_user": everyone(303),
    "GET access.ask_link": everyone(200),
    "POST access.send_link": everyone(422),
    "GET access.choose_password": everyone(410),
    "POST access.set_password": everyone(410),
    "GET access.read_history": everyone(410),
    "POST access.read_history_now": everyone(410),
    "GET access.details": members(200, anonymous=303),
    "POST access.change_language": members(422, anonymous=401),
    "GET access.change_password": members(200, anonymous=303),
    "POST access.change_password_now": members(422, anonymous=401),
    "POST access.sign_out_everywhere": members(303, anonymous=401),
    # courses
    "GET courses.asset": members(200, anonymous=303),
    # an editor's pages; the draft is nobody's
    "GET editing.courses": only({"editor": 200}),
    "GET editing.versions": only({"editor": 200}),
    "GET editing.upload": only({"editor": 200}),
    "POST editing.upload_now": only({"editor": 422}, anonymous=401),
    "GET editing.draft": only({"editor": 404}),
    "GET editing.draft_picture": only({"editor": 404}),
    "POST editing.throw_away": only({"editor": 303}, anonymous=401),
    "GET editing.publish": only({"editor": 404}),
    "POST editing.publish_now": only({"editor": 404}, anonymous=401),
    "GET previewing.draft_course": only({"editor": 404}),
    "GET previewing.draft_part": only({"editor": 404}),
    "GET previewing.draft_quiz": only({"editor": 404}),
    "GET previewing.draft_glossary": only({"editor": 404}),
    "GET previewing.version_course": only({"editor": 200}),
    "GET previewing.version_part": only({"editor": 200}),
    "GET previewing.version_quiz": only({"editor": 200}),
    "GET previewing.version_glossary": only({"editor": 200}),
    "GET examining.questions": only({"editor": 200}),
    "GET examining.questions_file": only({"editor": 200}),
    "GET examining.reports": only({"editor": 200}),
    "POST examining.handle": only({"editor": 404}, anonymous=401),
    # training: one's own way through a course
    "GET training.my_courses": members(200, anonymous=303),
    "GET training.history": members(200, anonymous=303),
    "GET training.course": members(200, anonymous=303),
    "POST training.read_news": members(303, anonymous=401),
    "GET training.part": members(200, anonymous=303),
    "POST training.read_part": members(303, anonymous=401),
    "POST training.remember_section": members(404, anonymous=401),
    "GET training.screen": members(301, anonymous=303),
    "GET training.glossary": members(200, anonymous=303),
    "GET training.quiz": members(200, anonymous=303),
    "POST training.start_quiz": members(303, anonymous=401),
    "GET training.question": own_only(200),
    "POST training.answer": own_only(422, anonymous=401),
    "GET training.review": own_only(200),
    "POST training.hand_in": own_only(303, anonymous=401),
    "GET training.result": own_only(303),
    "GET training.certificate": own_only(200),
    "GET training.certificate_file": own_only(200),
    # whoever is shown a certificate checks its number; nothing about its holder
    "GET training.check_certificate": everyone(200),
    "POST training.check_certificate_now": everyone(422),
    # what is wrong with a question: the attempts are open until `hand_in` above is tried, the screens hold no practice
    "GET faults.in_quiz": own_only(303),
    "POST faults.tell_of_quiz": own_only(303, anonymous=401),
    "GET faults.in_practice": members(404, anonymous=303),
    "POST faults.tell_of_practice": members(404, anonymous=401),
    # surveys: what one is not invited to looks as if it did not exist; `own` is the invitation of each role
    "GET surveys.protection": everyone(200),
    "GET surveys.examining": everyone(200),
    "GET surveys.mine": members(200, anonymous=303),
    "GET surveys.first": INVITED,
    "GET surveys.statements": INVITED,
    "POST surveys.send": only_invited(422),
    "GET readiness_preview.first": only({"process_leader": 200}),
    "GET readiness_preview.statements": only({"process_leader": 200}),
    "POST readiness_preview.send": only({"process_leader": 422}, anonymous=401),
    "GET readiness_preview.thanks": only({"process_leader": 200}),
    # what a manager sees of others
    "GET managing.who_is_left": by_scope(MANAGES),
    "GET managing.printable": by_scope(MANAGES),
    "GET managing.person_history": by_scope(MANAGES),
    "GET deciding.exempt": by_scope(DECIDES),
    "POST deciding.exempt_now": by_scope(DECIDES_NOW, anonymous=401),
    "GET deciding.extend": by_scope(DECIDES),
    "POST deciding.extend_now": by_scope({"manager": "404 409 404 404 404"}, anonymous=401),
    "GET deciding.end_decision": by_scope(DECIDES),
    "POST deciding.end_decision_now": by_scope(DECIDES_NOW, anonymous=401),
    "GET deciding.record": by_scope(DECIDES),
    "POST deciding.record_now": by_scope(DECIDES_NOW, anonymous=401),
    "GET deciding.withdraw": by_scope(DECIDES),
    "POST deciding.withdraw_now": by_scope(DECIDES_NOW, anonymous=401),
    # counts
    "GET reports.start": only({"manager": 303, "pilot": 303, "follow_up": 303, "process_leader": 303}),
    "GET reports.unit": by_scope(SEES_UNITS),
    "GET reports.completion": by_scope(MANAGES),
    "GET reports.units": by_scope(SEES_UNITS),
    # survey rounds: a planned one, which nobody has adopted; step is the one that can always be taken
    "GET waves.rounds": only({"process_leader": 200}),
    "GET waves.new": only({"process_leader": 200}),
    "POST waves.plan": only({"process_leader": 422}, anonymous=401),
    "GET waves.wave": only({"process_leader": 200}),
    "GET waves.change": only({"process_leader": 200}),
    "POST waves.change_now": only({"process_leader": 422}, anonymous=401),
    "GET waves.limits": only({"process_leader": 200}),
    "POST waves.raise_limits": only({"process_leader": 422}, anonymous=401),
    "GET waves.huvudmen": only({"process_leader": 200}),
    "POST waves.adopt": only({"process_leader": 422}, anonymous=401),
    "POST waves.take_back": only({"process_leader": 404}, anonymous=401),
    "GET waves.check": only({"process_leader": 200}),
    "POST waves.approve": only({"process_leader": 422}, anonymous=401),
    "GET waves.step": only({"process_leader": 200}),
    "POST waves.open_now": only({"process_leader": 409}, anonymous=401),
    "POST waves.remind_now": only({"process_leader": 409}, anonymous=401),
    "POST waves.close_now": only({"process_leader": 409}, anonymous=401),
    "POST waves.audit_now": only({"process_leader": 409}, anonymous=401),
    "POST waves.publish_now": only({"process_leader": 409}, anonymous=401),
    "POST waves.withdraw_now": only({"process_leader": 422}, anonymous=401),
    # results of a survey round
    "GET readiness_results.start": members(200, anonymous=303) | FOLLOWS,
    "GET readiness_results.own": members(200, anonymous=303) | FOLLOWS,
    "GET readiness_results.unit": by_scope(READS_RESULTS),
    "GET readiness_results.talk": by_scope(READS_RESULTS),
    "GET readiness_results.county": only({"process_leader": 200}, refused=404),
    "GET readiness_results.method": members(200, anonymous=303),
    "GET readiness_files.unit": by_scope(READS_FILES | {"process_leader": "303 404 404 200 404"}),
    "GET readiness_files.county": only({"process_leader": 200}, refused=404),
    # the administrator's pages
    "GET staffing.sources": only({"admin": 200}),
    "GET staffing.template": only({"admin": 200}),
    "GET staffing.source": only({"admin": 200}),
    "POST staffing.upload": only({"admin": 422}, anonymous=401),
    "GET staffing.preview": only({"admin": 404}),
    "POST staffing.confirm": only({"admin": 404}, anonymous=401),
    "POST staffing.discard": only({"admin": 303}, anonymous=401),
    "GET staffing.faults": only({"admin": 404}),
    "GET staffing.export": only({"admin": 200}),
    "GET operations.outbox": only({"admin": 200}),
    "GET operations.letter": only({"admin": 200}),
    "POST operations.send_again": only({"admin": 303}, anonymous=401),
    "POST operations.send_kind_again": only({"admin": 303}, anonymous=401),
}


SENT = {
    "POST training.answer": {"question": "q1"},
    "POST examining.handle": {"outcome": "mended"},
    "POST operations.send_kind_again": {"typ": "set_password"},
}
"""What is sent along where a guard is only reached with it."""


@dataclass(frozen=True)
class Route:
    """A method of an endpoint with the names in its address."""

    method: str
    endpoint: str
    arguments: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.method} {self.endpoint}"


def routes(app: Application) -> list[Route]:
    found = [
        Route(method, rule.endpoint, frozenset(rule.arguments))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
    return sorted(found, key=lambda route: route.name)


@pytest.fixture
def places(app: Application) -> Places:
    """A county in which every role has an attempt under way, a certificate and an exemption."""
    app.config["WTF_CSRF_ENABLED"] = False  # guards are tested here; tests/access tests the tokens
    with app.app_context():
        return build_places()


@pytest.fixture(autouse=True)
def _day_of_the_county(app: Application) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield
    app.config["WTF_CSRF_ENABLED"] = True


def ask(app: Application, places: Places, route: Route, role: str, scope: str) -> TestResponse:
    """Call a route as somebody with this role, about something in this part of the county."""
    client = app.test_client()
    if role != "anonymous":
        with app.app_context(), unit_of_work():
            token = open_session(places.persons[role], utc_now())
        with client.session_transaction() as browser:
            browser["_user_id"] = token
    with app.test_request_context():
        address = url_for(route.endpoint, **places.arguments(route.endpoint, route.arguments, role, scope))
    return client.open(address, method=route.method, data=SENT.get(route.name))


def answers(app: Application, places: Places, route: Route) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What each role is answered, role by role."""
    wide = len(MATRIX[route.name]["manager"]) > 1
    for role in ROLES:
        yield (
            role,
            tuple(ask(app, places, route, role, scope).status_code for scope in (SCOPES if wide else SCOPES[:1])),
        )


def test_the_matrix_has_no_empty_cell_and_no_forgotten_route(app: Application):
    assert {route.name for route in routes(app)} == set(MATRIX)
    for name, cells in MATRIX.items():
        assert set(cells) == set(ROLES), name
        assert {len(statuses) for statuses in cells.values()} <= ({1} if len(cells["manager"]) == 1 else {5}), name


def test_every_cell_is_as_expected(app: Application, places: Places):
    wrong = {
        route.name: {
            role: (found[role], MATRIX[route.name][role]) for role in ROLES if found[role] != MATRIX[route.name][role]
        }
        for route in routes(app)
        if (found := dict(answers(app, places, route))) != MATRIX[route.name]
    }
    assert not wrong


def test_taking_a_role_guard_off_changes_the_matrix(app: Application, places: Places):
    """A view that asks for a role is called bare: a cell must then differ, or the matrix would not notice."""
    unnoticed = []
    for route in routes(app):
        if not (guard_of(app, route.endpoint) or "").startswith("requires"):
            continue
        view = app.view_functions[route.endpoint]
        app.view_functions[route.endpoint] = view.__wrapped__
        try:
            if all(found == MATRIX[route.name][role] for role, found in answers(app, places, route)):
                unnoticed.append(route.name)
        finally:
            app.view_functions[route.endpoint] = view
    assert not unnoticed


def test_taking_any_guard_off_stops_the_application(app: Application):
    for endpoint, view in list(app.view_functions.items()):
        app.view_functions[endpoint] = lambda *_arguments, **_values: "bare"
        try:
            with pytest.raises(UnguardedEndpoint, match=endpoint):
                demand_guards(app)
        finally:
            app.view_functions[endpoint] = view


def test_an_endpoint_without_a_guard_stops_the_application(app: Application):
    app.view_functions["planted"] = lambda: "hello"
    try:
        with pytest.raises(UnguardedEndpoint, match="planted"):
            demand_guards(app)
    finally:
        del app.view_functions["planted"]
