"""Signed-in browsers without signing in: sessions in the table, and the cookies that open them."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import g, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from tbblearn.access.actions import open_session
from tbblearn.db import db, read_only, stockholm_date, unit_of_work, utc_now
from tbblearn.people.models import OrgUnit, Person, Programme
from tbblearn.people.rules import UnitKind
from tbblearn.readiness.waves.actions import NewWave, adopt_wave, approve, plan_wave
from tbblearn.readiness.waves.opening import open_wave
from tbblearn.surveys.models import Invitation, Wave
from tbblearn.surveys.waves import WaveState
from tbblearn.web.application import Application


@dataclass(frozen=True)
class Visitor:
    """A person's cookie, and the token that their forms carry."""

    person_id: int
    cookie: str
    token: str


def visitors(app: Application, person_ids: Iterable[int]) -> list[Visitor]:
    """A session for each of these persons. Inside an application context."""
    now = utc_now()
    with unit_of_work():
        tokens = {person_id: open_session(person_id, now) for person_id in person_ids}
    interface = app.session_interface
    assert isinstance(interface, SecureCookieSessionInterface)
    signer = interface.get_signing_serializer(app)
    assert signer
    made = []
    for person_id, session_token in tokens.items():
        with app.test_request_context():
            g.pop("csrf_token", None)  # kept from the one before, as the application's context is the same
            session.update({"_user_id": session_token, "_fresh": True})
            token = generate_csrf()
            made.append(Visitor(person_id, signer.dumps(dict(session)), token))
    return made


def open_survey() -> tuple[int, list[int]]:
    """The open survey of this database, opened now where there is none, and who has not answered it."""
    now = utc_now()
    today = stockholm_date(now)
    with read_only():
        wave_id = db.session.scalar(select(Wave.id).where(Wave.state == WaveState.OPEN, Wave.closes_on >= today))
        programme_id = db.session.scalars(select(Programme.id).order_by(Programme.id)).first()
        tops = db.session.scalars(select(OrgUnit.id).where(OrgUnit.kind == UnitKind.HUVUDMAN)).all()
    if wave_id is None:
        assert programme_id is not None
        with unit_of_work():
            wave_id = plan_wave(
                NewWave(programme_id, "Mätning", today, today.replace(year=today.year + 1), 5, 10), by=None, now=now
            )
            for unit_id in tops:
                adopt_wave(wave_id, unit_id, adopted_on=today, reference="§ 1", by=None, now=now)
            anybody = db.session.scalars(select(Person.id).order_by(Person.id)).first()
            assert anybody is not None
            approve(wave_id, lines=(), seen=(), by=anybody, now=now)
            open_wave(wave_id, by=None, now=now, today=today)
    with read_only():
        waiting = db.session.scalars(
            select(Invitation.person_id)
            .where(Invitation.wave_id == wave_id, Invitation.answered.is_(False), Invitation.declined.is_(False))
            .order_by(Invitation.person_id)
        ).all()
    return wave_id, list(waiting)
