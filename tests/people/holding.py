"""Which roles a person holds on a day, as the query of every request tells it."""

from datetime import date

from sqlalchemy import select

from tbblearn.db import db
from tbblearn.people.models import Person
from tbblearn.people.queries import with_roles
from tbblearn.people.rules import Role


def roles_on(person_id: int, day: date) -> list[tuple[Role, str]]:
    """The role and the unit's path, of each."""
    rows = db.session.execute(
        with_roles(select(Person.id).select_from(Person).where(Person.id == person_id), day)
    ).all()
    assert rows, "a person without roles is found too"
    return [(role, path) for _id, role, _unit_id, path in rows if role is not None]
