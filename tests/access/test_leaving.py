"""Somebody whose last employment has ended: out at the next request, and back in as it was when employed again.

The own history is still read for thirty days with a mailed link; that opens nothing else.
"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from tbblearn.access.actions import make_link, set_password
from tbblearn.access.letters import own_history_letter, set_password_letter
from tbblearn.access.models import OneTimeLink
from tbblearn.access.rules import OWN_HISTORY_MAIL, LinkNotUsable, LinkPurpose
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.mail.models import Message
from tbblearn.people.actions import give_access
from tbblearn.people.models import OrgUnit, Person, Placement
from tbblearn.web.application import Application
from tests.access.accounts import give_password, link_for, sign_in, whose
from tests.factories import NOW, TODAY, County, employ, grant
from tests.reading import Reader

HOME = "/mina-uppgifter"
HISTORY = "/min-historik"
DAY = timedelta(days=1)
NAMES = "/min-enhet"


def leave(app: Application, person_id: int, last: date) -> None:
    """The person's every employment has this last day."""
    with app.app_context(), unit_of_work():
        db.session.execute(update(Placement).where(Placement.person_id == person_id).values(until_on=last))


def come_back(app: Application, county: County, person_id: int, first: date) -> None:
    with app.app_context(), unit_of_work():
        employ(
            db.session.get_one(Person, person_id),
            db.session.get_one(OrgUnit, county.units["enhet-1"]),
            start_on=first,
        )


def mails(app: Application) -> list[tuple[str, int]]:
    with app.app_context():
        return [(row.kind, row.recipient_id) for row in db.session.execute(select(Message.kind, Message.recipient_id))]


def history_link(app: Application, person_id: int) -> str:
    with app.app_context(), unit_of_work():
        return f"/las-historik/{make_link(person_id, utc_now(), purpose=LinkPurpose.READ_HISTORY)}"


def test_who_left_thirty_days_ago_neither_signs_in_nor_reads_a_name(app: Application, county: County) -> None:
    manager = county.persons["manager"]
    email = give_password(app, manager)
    with time_machine.travel(NOW, tick=False):
        before = Reader(app)
        sign_in(before, email)
        before.get(f"{NAMES}/{county.units['verksamhet-1']}")
        leave(app, manager, TODAY - 30 * DAY)
        before.get(f"{NAMES}/{county.units['verksamhet-1']}", 303)
        before.get(f"{NAMES}/{county.units['verksamhet-1']}/utbildning.csv", 303)
        page = sign_in(Reader(app), email, status=422)
        assert page.errors == ["E-postadressen eller lösenordet stämmer inte."]


def test_the_last_day_is_a_day_like_any_other_and_the_session_ends_at_midnight(
    app: Application, county: County
) -> None:
    person_id = county.persons["p101"]
    leave(app, person_id, TODAY)
    with time_machine.travel(NOW.replace(hour=22, minute=55), tick=False) as clock:  # 23.55 in Sweden
        reader = Reader(app)
        reader.sign_in(person_id)
        assert whose(reader.get(HOME)) == "Medarbetare 101"
        clock.shift(timedelta(minutes=6))
        answer = reader.get(HOME, 303)
        assert answer.location == f"/logga-in?next={HOME}"
        assert whose(reader.follow(answer)) == ""


def test_a_session_is_refused_not_ended_and_lives_again_within_its_own_life(app: Application, county: County) -> None:
    person_id = county.persons["p101"]
    with time_machine.travel(NOW, tick=False) as clock:
        reader = Reader(app)
        reader.sign_in(person_id)
        leave(app, person_id, TODAY - DAY)
        reader.get(HOME, 303)
        come_back(app, county, person_id, TODAY)
        assert whose(reader.get(HOME)) == "Medarbetare 101"
        clock.shift(timedelta(minutes=21))
        reader.get(HOME, 303)


def test_a_link_dies_with_the_employment_and_lives_again_within_its_own_life(app: Application, county: County) -> None:
    person_id = county.persons["p101"]
    with time_machine.travel(NOW, tick=False):
        path = link_for(app, person_id)
        reader = Reader(app)
        form = reader.get(path).form(path)
        leave(app, person_id, TODAY - DAY)
        reader.get(path, 410)
        reader.submit(form, 410, password="en mening att minnas")
        with app.app_context(), pytest.raises(LinkNotUsable), unit_of_work():
            set_password(path.rpartition("/")[2], "hash", NOW)
        come_back(app, county, person_id, TODAY)
        reader.submit(reader.get(path).form(path), password="en mening att minnas")
        assert whose(reader.get(HOME)) == "Medarbetare 101"


def test_nobody_who_has_left_gets_a_link_for_a_password(app: Application, county: County) -> None:
    person_id = county.persons["p101"]
    with time_machine.travel(NOW, tick=False):
        leave(app, person_id, TODAY - 40 * DAY)
        reader = Reader(app)
        form = reader.get("/glomt-losenordet").form("/glomt-losenordet")
        reader.submit(form, 200, email="medarbetare101@example.org")
        assert mails(app) == []
        with app.app_context(), unit_of_work():
            assert set_password_letter(person_id, {}, NOW) is None
            assert db.session.scalars(select(OneTimeLink)).all() == []


def test_an_address_that_has_gone_to_somebody_new_is_the_new_ones(app: Application, county: County) -> None:
    old, new = county.persons["p101"], county.persons["p102"]
    for person_id in (old, new):
        give_password(app, person_id)
    with app.app_context(), unit_of_work():
        one = db.session.get_one(Person, new)
        one.email, one.email_key = "medarbetare101@example.org", "medarbetare101@example.org"
    with time_machine.travel(NOW, tick=False):
        leave(app, old, TODAY - DAY)
        reader = Reader(app)
        sign_in(reader, "medarbetare101@example.org")
        assert whose(reader.get(HOME)) == "Medarbetare 102"


def test_an_external_signs_in_with_roles_given_by_hand_until_the_day_that_was_said(
    app: Application, county: County
) -> None:
    person_id = county.persons["p101"]
    with app.app_context(), unit_of_work():
        from tbblearn.people.rules import Role

        grant(db.session.get_one(Person, person_id), db.session.get_one(OrgUnit, county.units["flen"]), Role.FOLLOW_UP)
        give_access(person_id, today=TODAY, now=NOW, until_on=TODAY + DAY)
    with time_machine.travel(NOW, tick=False) as clock:
        leave(app, person_id, TODAY - DAY)
        reader = Reader(app)
        reader.sign_in(person_id)
        reader.get(f"{NAMES}/{county.units['flen']}")
        clock.shift(2 * DAY)
        again = Reader(app)
        again.sign_in(person_id)
        again.get(HOME, 303)


# --- the own history, for thirty days ------------------------------------------------------------------------------


def test_the_own_history_is_asked_for_where_a_password_is(app: Application, county: County) -> None:
    person_id = county.persons["p101"]
    with time_machine.travel(NOW, tick=False):
        leave(app, person_id, TODAY - 30 * DAY)
        reader = Reader(app)
        form = reader.get("/glomt-losenordet").form("/glomt-losenordet")
        page = reader.submit(form, 200, email="medarbetare101@example.org")
        assert "I 30 dagar får du i stället en länk till din historik." in page.text
        assert mails(app) == [(OWN_HISTORY_MAIL, person_id)]
        with app.app_context(), unit_of_work():
            letter = own_history_letter(person_id, {}, NOW)
        assert letter is not None
        assert (letter.to, letter.subject) == ("medarbetare101@example.org", "Läs din historik")
        path = "/las-historik/" + letter.body.split("/las-historik/")[1].split()[0]
        page = reader.get(path)
        reader.get(path)  # a mail program that looks at links uses nothing up
        page = reader.submit(page.form(path), follow=True)
        assert page.path == HISTORY
        assert whose(page) == "Medarbetare 101"
        Reader(app).get(path, 410)


def test_the_link_opens_the_own_history_and_nothing_else(app: Application, taught: object, county: County) -> None:
    """A manager who has left: no role, no course, no quiz, no result, no unit."""
    manager = county.persons["manager"]
    with time_machine.travel(NOW, tick=False):
        leave(app, manager, TODAY - DAY)
        reader = opened(app, manager)
        assert [str(link["href"]) for link in reader.get(HISTORY).soup.select("header nav a[href]")] == [
            HISTORY,
            "/enkater",
        ]
        for path in (HISTORY, "/enkater", HOME):
            reader.get(path)
        for path in (
            "/mina-utbildningar",
            "/utbildning/base",
            "/utbildning/base/prov",
            "/resultat",
            NAMES,
            f"{NAMES}/{county.units['verksamhet-1']}",
            "/utskick",
        ):
            reader.get(path, 403)
        assert reader.get("/", 303).location == HISTORY


def opened(app: Application, person_id: int) -> Reader:
    """A browser in which the link has been used."""
    reader = Reader(app)
    path = history_link(app, person_id)
    reader.submit(reader.get(path).form(path))
    return reader


def test_the_session_ends_when_the_thirty_days_have_passed(app: Application, county: County) -> None:
    person_id = county.persons["p101"]
    leave(app, person_id, TODAY - 30 * DAY)
    with time_machine.travel(NOW.replace(hour=22, minute=55), tick=False) as clock:
        reader = opened(app, person_id)
        reader.get(HISTORY)
        path = history_link(app, person_id)
        Reader(app).get(path)
        clock.shift(timedelta(minutes=6))
        reader.get(HISTORY, 303)
        Reader(app).get(path, 410)


def test_who_is_back_signs_in_as_before_and_the_link_still_gives_no_role(app: Application, county: County) -> None:
    manager = county.persons["manager"]
    with time_machine.travel(NOW, tick=False):
        leave(app, manager, TODAY - DAY)
        reader = opened(app, manager)
        come_back(app, county, manager, TODAY)
        reader.get(HISTORY)
        reader.get(f"{NAMES}/{county.units['verksamhet-1']}", 403)
        with app.app_context(), unit_of_work():
            assert own_history_letter(manager, {}, NOW) is None
            assert set_password_letter(manager, {}, NOW) is not None


Use = Callable[[Reader, str], object]


def test_a_link_opens_only_what_it_was_made_for(app: Application, county: County) -> None:
    employed, gone = county.persons["p101"], county.persons["p102"]
    with time_machine.travel(NOW, tick=False):
        leave(app, gone, TODAY - DAY)
        password = link_for(app, employed).rpartition("/")[2]
        history = history_link(app, gone).rpartition("/")[2]
        of_employed = history_link(app, employed).rpartition("/")[2]
        reader = Reader(app)
        reader.get(f"/las-historik/{password}", 410)
        reader.get(f"/valj-losenord/{history}", 410)
        reader.get(f"/las-historik/{of_employed}", 410)
        reader.post(f"/las-historik/{password}", status=410)
        with app.app_context():
            for token in (history, of_employed):
                with pytest.raises(LinkNotUsable), unit_of_work():
                    set_password(token, "hash", NOW)
