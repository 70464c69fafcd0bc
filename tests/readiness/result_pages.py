"""Readers of the results of a published round, for the tests of its pages."""

from tbblearn.people.rules import Role
from tests.readiness.published import Built
from tests.reading import Reader


def reader(published: Built, person_id: int) -> Reader:
    made = Reader(published.app)
    made.sign_in(person_id)
    return made


def manager(published: Built) -> Reader:
    """Of `barn`, with barn-1 to barn-4 below."""
    return reader(published, published.round.holders[Role.MANAGER])


def address(published: Built, unit: str = "", rest: str = "") -> str:
    made = published.round
    return f"/resultat/{made.wave_id}" + (f"/{made.units[unit]}" if unit else "") + rest


def opened(published: Built, person_id: int) -> set[str]:
    """The units whose results somebody may read."""
    client = reader(published, person_id).client
    return {unit for unit in published.round.units if client.get(address(published, unit)).status_code == 200}
