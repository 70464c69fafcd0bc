"""The timer's work on people: a role nobody has carried for more than thirty days ends; who is external is told."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from tbblearn.access.letters import external_ends_letter
from tbblearn.audit.models import AuditEvent
from tbblearn.audit.rules import Event
from tbblearn.db import db, unit_of_work
from tbblearn.mail.models import Message
from tbblearn.people.actions import give_access, give_role
from tbblearn.people.ending import EXTERNAL_ENDS_MAIL, KINDS
from tbblearn.people.models import Grant, OrgUnit, Person, Placement
from tbblearn.people.rules import GrantEnd, GrantSource, Language, Role
from tbblearn.tick import tick
from tests.factories import LONG_AGO, NOW, TODAY, County, employ, make_person
from tests.people.holding import roles_on
from tests.training.conftest import at

DAY = timedelta(days=1)
LAST = TODAY


def leaves(county: County, name: str, on: date = LAST) -> int:
    with unit_of_work():
        db.session.execute(update(Placement).where(Placement.person_id == county.persons[name]).values(until_on=on))
    return county.persons[name]


def run(day: date) -> dict[str, int]:
    """What the timer did with people that day."""
    done = tick(now=at(day))
    return {kind: done[kind] for kind in KINDS}


def grant_of(person_id: int) -> Grant:
    db.session.rollback()
    return db.session.scalars(select(Grant).where(Grant.person_id == person_id)).one()


def test_back_within_thirty_days_the_role_holds_again(session: None, county: County) -> None:
    manager = leaves(county, "manager")
    assert run(LAST + 30 * DAY) == {"roles_ended": 0, "externals_told": 0}
    assert not roles_on(manager, LAST + 30 * DAY)
    with unit_of_work():
        back = LAST + 31 * DAY
        employ(db.session.get_one(Person, manager), db.session.get_one(OrgUnit, county.units["enhet-1"]), start_on=back)
    assert run(back)["roles_ended"] == 0
    assert roles_on(manager, back)


def test_after_more_than_thirty_days_only_a_new_decision_gives_it(session: None, county: County) -> None:
    manager = leaves(county, "manager")
    gone = LAST + 31 * DAY
    assert run(gone)["roles_ended"] == 1
    assert run(gone)["roles_ended"] == 0
    ended = grant_of(manager)
    assert (ended.until_on, ended.end_reason) == (LAST, GrantEnd.NOT_EMPLOYED)
    (event,) = db.session.scalars(select(AuditEvent).where(AuditEvent.event == Event.ROLE_ENDED)).all()
    assert (event.object_id, event.actor_id) == (str(manager), None)
    assert event.details["reason"] == GrantEnd.NOT_EMPLOYED
    unit = county.units["enhet-1"]
    with unit_of_work():
        employ(db.session.get_one(Person, manager), db.session.get_one(OrgUnit, unit), start_on=gone)
    assert not roles_on(manager, gone)
    with unit_of_work():
        give_role(manager, unit, Role.MANAGER, today=gone, now=NOW, source=GrantSource.HAND)
    assert roles_on(manager, gone)


def test_after_days_of_silence_who_is_back_too_late_has_lost_it_all_the_same(session: None, county: County) -> None:
    manager = leaves(county, "manager")
    back = LAST + 32 * DAY
    with unit_of_work():
        employ(db.session.get_one(Person, manager), db.session.get_one(OrgUnit, county.units["enhet-1"]), start_on=back)
    assert run(back + 3 * DAY)["roles_ended"] == 1
    assert not roles_on(manager, back + 3 * DAY)


def test_who_works_for_another_huvudman_loses_what_was_given_by_hand_in_the_first(
    session: None, county: County
) -> None:
    manager = leaves(county, "manager")
    with unit_of_work():
        employ(
            db.session.get_one(Person, manager),
            db.session.get_one(OrgUnit, county.units["skola-1"]),
            start_on=LAST + DAY,
        )
    admin = leaves(county, "admin")
    with unit_of_work():
        employ(
            db.session.get_one(Person, admin), db.session.get_one(OrgUnit, county.units["skola-1"]), start_on=LAST + DAY
        )
    assert run(LAST + 31 * DAY)["roles_ended"] == 1
    assert grant_of(manager).end_reason is GrantEnd.NOT_EMPLOYED
    assert grant_of(admin).end_reason is None, "the county's roles are carried by any huvudman"


def test_a_role_that_was_given_after_a_long_absence_is_not_ended_for_it(session: None, county: County) -> None:
    with unit_of_work():
        unit = db.session.get_one(OrgUnit, county.units["enhet-1"])
        person = make_person(unit, end_on=TODAY - 100 * DAY)
        employ(person, unit, start_on=TODAY - 10 * DAY)
        give_role(person.id, unit.id, Role.MANAGER, today=LONG_AGO, now=NOW, source=GrantSource.HAND)
    assert run(TODAY + DAY)["roles_ended"] == 0
    assert roles_on(person.id, TODAY + DAY)


def test_a_role_given_before_the_first_day_waits_for_it(session: None, county: County) -> None:
    with unit_of_work():
        person = make_person(
            db.session.get_one(OrgUnit, county.units["enhet-1"]), start_on=TODAY + 90 * DAY, known_on=TODAY
        )
        give_role(
            person.id, county.units["enhet-1"], Role.MANAGER, today=TODAY + 90 * DAY, now=NOW, source=GrantSource.HR
        )
    for days in (60, 90, 130):
        assert run(TODAY + days * DAY)["roles_ended"] == 0
    assert roles_on(person.id, TODAY + 130 * DAY)


def test_a_role_of_an_external_ends_thirty_days_after_the_access(session: None, county: County) -> None:
    with unit_of_work():
        person_id = make_person(None).id
        give_access(person_id, today=TODAY, now=NOW, until_on=TODAY + 9 * DAY)
        give_role(person_id, county.units["region"], Role.FOLLOW_UP, today=TODAY, now=NOW, source=GrantSource.HAND)
    assert run(TODAY + 39 * DAY)["roles_ended"] == 0
    assert run(TODAY + 40 * DAY)["roles_ended"] == 1
    assert grant_of(person_id).until_on == TODAY + 9 * DAY


def told() -> list[tuple[int, int]]:
    """Recipient and the days before the end, of every letter so far."""
    db.session.rollback()
    rows = db.session.execute(
        select(Message.recipient_id, Message.dedupe_key).where(Message.kind == EXTERNAL_ENDS_MAIL).order_by(Message.id)
    )
    return [(recipient, int(key.split(":")[3])) for recipient, key in rows]


def test_an_external_and_the_sponsor_are_told_sixty_thirty_and_seven_days_before(session: None, county: County) -> None:
    sponsor = county.persons["p110"]
    with unit_of_work():
        person_id = make_person(None).id
        until = give_access(person_id, today=TODAY, now=NOW, sponsor_id=sponsor).until_on
    for left in (61, 60, 60, 59, 31, 30, 29, 8, 7, 6, 0, -1):
        run(until - left * DAY)
    assert sorted(told()) == sorted((who, days) for who in (person_id, sponsor) for days in (60, 30, 7))


def test_after_days_of_silence_the_nearest_is_told_and_what_was_missed_is_not(session: None, county: County) -> None:
    with unit_of_work():
        person_id = make_person(None).id
        until = give_access(person_id, today=TODAY, now=NOW).until_on
    run(until - 28 * DAY)
    run(until - 27 * DAY)
    assert told() == [(person_id, 30)]


def test_who_has_just_got_three_weeks_is_not_told_that_they_soon_end(session: None, county: County) -> None:
    with unit_of_work():
        person_id = make_person(None).id
        give_access(person_id, today=TODAY, now=NOW, until_on=TODAY + 21 * DAY)
    run(TODAY)
    assert told() == []
    run(TODAY + 14 * DAY)
    assert told() == [(person_id, 7)]


@pytest.mark.parametrize("language", Language)
def test_the_letters_say_until_when_and_none_is_written_once_it_is_renewed(
    session: None, county: County, language: Language
) -> None:
    sponsor = county.persons["p110"]
    with unit_of_work():
        person = make_person(None, number=900)
        until = give_access(person.id, today=TODAY, now=NOW, until_on=TODAY + 30 * DAY, sponsor_id=sponsor).until_on
        for one in (person.id, sponsor):
            db.session.get_one(Person, one).language = language
    values: dict[str, str | int] = {"person": person.id, "until": until.isoformat()}
    day = {Language.SV: "20 december 2026", Language.EN: "20 December 2026"}[language]
    own, theirs = external_ends_letter(person.id, values, NOW), external_ends_letter(sponsor, values, NOW)
    assert own is not None
    assert theirs is not None
    assert own.to == "medarbetare900@example.org"
    for letter in (own, theirs):
        assert day in letter.subject.replace("\N{NO-BREAK SPACE}", " ")
    assert "Medarbetare 900" in theirs.body
    assert "Medarbetare" not in own.body
    with unit_of_work():
        db.session.get_one(Person, person.id).protected_identity = True
    hidden = external_ends_letter(sponsor, values, NOW)
    assert hidden is not None
    assert "Medarbetare" not in hidden.subject + hidden.body
    with unit_of_work():
        give_access(person.id, today=TODAY, now=NOW)
    assert external_ends_letter(person.id, values, NOW) is None
    assert external_ends_letter(sponsor, values, NOW) is None


def test_as_many_questions_for_many_roles_as_for_one(session: None, county: County) -> None:
    from tbblearn.people.ending import end_lapsed_roles
    from tests.listening import statements

    def asked() -> int:
        with unit_of_work(), statements() as sent:
            end_lapsed_roles(NOW, TODAY)
        return len([one for one in sent if one.startswith("SELECT")])

    before = asked()
    with unit_of_work():
        for name in ("p101", "p102", "p110"):
            give_role(
                county.persons[name], county.units["enhet-1"], Role.PILOT, today=LONG_AGO, now=NOW,
                source=GrantSource.HAND,
            )  # fmt: skip
    assert asked() == before == 3
