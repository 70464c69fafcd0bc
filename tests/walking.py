"""A county in which somebody can open every page with a form, and all its addresses, from the URL map."""

import io
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import time_machine
from flask import url_for
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.routing import Rule

from tbblearn.access.actions import make_link, open_session
from tbblearn.access.rules import LinkPurpose
from tbblearn.courses.actions import publish
from tbblearn.courses.drafts.actions import NewDraft, keep_draft
from tbblearn.courses.drafts.checking import check_upload
from tbblearn.courses.rules import Course
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.people.models import OrgUnit, Person, Placement
from tbblearn.people.rules import Role
from tbblearn.training.faults.actions import Reporter, report_fault
from tbblearn.training.faults.rules import FaultKind
from tbblearn.training.learning import actions
from tbblearn.training.models import Attempt, Enrolment
from tbblearn.web.application import Application
from tests.conftest import BEGINNINGS, Backend
from tests.courses.example import Courses
from tests.factories import NOW, TODAY, grant
from tests.pages.county import NOTHING, ROLE_HOLDERS, Places, build_places

NOBODY = ""
LEAVER, HUVUDMAN_LEADER = "leaver", "huvudman_leader"
PEOPLE = (NOBODY, "staff", *ROLE_HOLDERS, LEAVER, HUVUDMAN_LEADER)
"""Nobody signed in; then everybody who sees other pages than the one before: nine."""

EXAMPLE = "exempel"


class Walk:
    """The county, its people, and what their addresses may be about. Made inside an application context."""

    def __init__(self) -> None:
        self.places: Places = build_places()
        persons = self.places.county.persons
        self.people = {**self.places.persons, LEAVER: persons["p102"], HUVUDMAN_LEADER: persons["p105"]}
        with unit_of_work():
            region = db.session.get_one(OrgUnit, self.places.county.units["region"])
            grant(db.session.get_one(Person, persons["p105"]), region, Role.PROCESS_LEADER)
            gone = update(Placement).where(Placement.person_id == persons["p102"])
            db.session.execute(gone.values(until_on=TODAY - timedelta(days=1)))
            packed = _packed("minutes: 7")
            checked = check_upload(packed, TODAY)
            draft = NewDraft("exempel.zip", tuple(checked.courses), checked.sha256, packed)
            self.draft_id = keep_draft(draft, person_id=self.people["editor"], now=NOW)
            [edition] = check_upload(_packed("minutes: 6"), TODAY).editions()
            publish(edition, now=NOW)
            self.token = make_link(self.people["staff"], NOW)
            self.history_token = make_link(persons["p102"], NOW, purpose=LinkPurpose.READ_HISTORY)
            tries = db.session.execute(
                select(Enrolment.person_id, Attempt.id, Attempt.course_version_id)
                .join(Attempt, Attempt.enrolment_id == Enrolment.id)
                .where(Attempt.handed_in_at.is_not(None))
            ).all()
            self.handed_in = {person_id: attempt_id for person_id, attempt_id, _version in tries}
            version_id = tries[0].course_version_id
            reporter = Reporter(self.people["staff"], "mark")
            self.report_id = report_fault(reporter, version_id, "q2", FaultKind.WRONG_KEY, "Svar b.", today=TODAY)
            self.begun = {role: self._begin(self.people[role], edition.course) for role in ("staff", "manager")}
        self.example = edition.course

    @staticmethod
    def _begin(person_id: int, course: Course) -> int:
        """Read the example and start its quiz."""
        for part in course.modules:
            actions.read_part(person_id, course.slug, part.id, now=NOW, today=TODAY)
        return actions.start_attempt(person_id, course.slug, now=NOW, today=TODAY).id

    def browser(self, app: Application, role: str) -> FlaskClient:
        """A browser at which this role is signed in."""
        client = app.test_client()
        if role != NOBODY:
            with app.app_context(), unit_of_work():
                token = open_session(self.people[role], utc_now(), history_only=role == LEAVER)
            with client.session_transaction() as cookie:
                cookie["_user_id"], cookie["_fresh"] = token, True
        return client

    def addresses(self, app: Application, role: str, method: str = "GET") -> list[str]:
        """Every address that takes the method, about things of one's own, of others, and that there are not."""
        found: dict[str, None] = {}
        with app.test_request_context():
            for rule in app.url_map.iter_rules():
                if method in (rule.methods or ()):
                    for values in self._values(rule, role):
                        found.setdefault(url_for(rule.endpoint, **values))
        return list(found)

    def _values(self, rule: Rule, role: str) -> Iterator[dict[str, Any]]:
        names = frozenset(rule.arguments)
        for scope in ("own", "below", "none"):
            base = self.places.arguments(rule.endpoint, names, role, scope)
            for change in self._changes(rule.endpoint, role):
                yield base | {name: value for name, value in change.items() if name in names}

    def _changes(self, endpoint: str, role: str) -> Iterator[dict[str, Any]]:
        """What is there besides what the matrix of roles is about."""
        yield {}
        made: dict[str, Any] = {
            "draft_id": self.draft_id,
            "report_id": self.report_id,
            "token": self.history_token if "history" in endpoint else self.token,
            "attempt_id": self.handed_in.get(self.people.get(role, 0), NOTHING),
        }
        if endpoint.startswith("waves."):
            made["wave_id"] = self.places.wave
        if endpoint.startswith("deciding.extend"):
            made["person_id"] = self.places.county.persons["p103"]
        yield made
        part = self.example.modules[0]
        yield made | {
            "slug": EXAMPLE,
            "module_id": part.id,
            "screen_id": part.screens[0].id,
            "question_id": next(iter(self.example.practice), "none"),
            "attempt_id": self.begun.get(role, NOTHING),
            "wave_id": self.places.published,
        }


@contextmanager
def walking(backend: Backend) -> Iterator[tuple[Application, Walk]]:
    """An application on a county of its own, on the county's day, in which forms need no token."""
    with time_machine.travel(NOW, tick=False), backend.database(BEGINNING) as app:
        app.config["WTF_CSRF_ENABLED"] = False  # tests/access tests the tokens
        try:
            yield app, backend.made[BEGINNING]
        finally:
            app.config["WTF_CSRF_ENABLED"] = True


BEGINNING = "walk"
BEGINNINGS[BEGINNING] = Walk


def _packed(minutes: str) -> bytes:
    """The example course as a zip."""
    target = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(target, "w") as archive:
        courses = Courses(Path(folder))
        courses.change("exempel/course.yaml", "minutes: 6", minutes)
        for path in sorted(courses.root.rglob("*")):
            archive.write(path, path.relative_to(courses.root))
    return target.getvalue()
