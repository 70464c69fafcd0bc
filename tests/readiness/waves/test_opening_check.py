"""The opening check of a county with ten huvudmän, of which two have not adopted. On both databases."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tbblearn.db import db, unit_of_work
from tbblearn.people.models import Leave, OrgUnit, Person, Placement, Programme
from tbblearn.people.rules import LeaveSource, Role, Scope, UnitKind
from tbblearn.readiness.trees import frozen_tree
from tbblearn.readiness.waves.actions import NewWave, adopt_wave, approve, plan_wave
from tbblearn.readiness.waves.closing import close_wave
from tbblearn.readiness.waves.opening import open_wave
from tbblearn.readiness.waves.opening_check import OpeningCheck, hindrances, opening_check
from tbblearn.readiness.waves.opening_lines import Line, LineKind
from tbblearn.surveys.models import Invitation, WaveUnit
from tbblearn.surveys.waves import NoSuchWave
from tests.factories import LONG_AGO, NOW, TODAY, employ, grant, make_person, make_unit
from tests.listening import statements

pytestmark = pytest.mark.usefixtures("session")

NAMES = tuple(f"huvudman-{number}" for number in range(1, 11))
ADOPTED = NAMES[:8]
SIZES = (10, 8, 3)
"""Staff in the three units of each huvudman; the third is folded."""


@dataclass
class Ten:
    """Ids by name. Every huvudman has three units; the first has somebody of every kind that the check counts."""

    units: dict[str, int] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    persons: dict[str, int] = field(default_factory=dict)
    programmes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with unit_of_work():
            for slug in ("tbb", "tuv"):
                programme = Programme(slug=slug, name=slug.upper())
                db.session.add(programme)
                db.session.flush()
                self.programmes[slug] = programme.id
            root = self._unit("sormland", make_unit(None, "sormland", UnitKind.COUNTY))
            for name in NAMES:
                top = self._unit(name, make_unit(root, name, UnitKind.HUVUDMAN, source=name))
                for number, size in enumerate(SIZES, 1):
                    unit = self._unit(f"{name}-{number}", make_unit(top, f"{name}-enhet-{number}"))
                    for _ in range(size):
                        make_person(unit, known_on=TODAY - timedelta(days=40))
            self._special()

    def _unit(self, name: str, unit: OrgUnit) -> OrgUnit:
        self.units[name], self.paths[name] = unit.id, unit.path
        return unit

    def _special(self) -> None:
        first, second = (self.unit(f"huvudman-1-{number}") for number in (1, 2))
        several = make_person(first, start_on=date(2022, 1, 1))
        employ(several, second, start_on=date(2021, 1, 1))
        across = make_person(first, start_on=date(2019, 1, 1))
        employ(across, self.unit("huvudman-2-1"), start_on=date(2023, 1, 1), known_on=TODAY - timedelta(days=5))
        manager = make_person(first)
        grant(manager, first, Role.MANAGER)
        away, half_away = make_person(first), make_person(second)
        absent = employ(half_away, first)
        for employment_id in (self._employment(away), absent.employment_id):
            db.session.add(
                Leave(employment_id=employment_id, from_on=TODAY, source=LeaveSource.MANUAL, known_on=LONG_AGO)
            )
        gone = make_unit(self.unit("huvudman-1"), "nedlagd")
        gone.valid_until_on = TODAY - timedelta(days=1)
        outside = make_person(gone)
        self.persons = {
            "several": several.id,
            "across": across.id,
            "manager": manager.id,
            "away": away.id,
            "half_away": half_away.id,
            "outside": outside.id,
        }

    def _employment(self, person: Person) -> int:
        return db.session.scalars(select(Placement.employment_id).where(Placement.person_id == person.id)).one()

    def unit(self, name: str) -> OrgUnit:
        return db.session.get_one(OrgUnit, self.units[name])

    @property
    def scope(self) -> Scope:
        return Scope((self.paths["sormland"],))

    def plan(self, programme: str = "tbb", opens_on: date = TODAY) -> int:
        with unit_of_work():
            new = NewWave(self.programmes[programme], programme, opens_on, opens_on + timedelta(days=14), 5, 10)
            wave_id = plan_wave(new, by=None, now=NOW)
            for name in ADOPTED:
                adopt_wave(wave_id, self.units[name], adopted_on=TODAY, reference="§ 1", by=None, now=NOW)
            approve(wave_id, lines=(), seen=(), by=self.persons["manager"], now=NOW)
        return wave_id

    def open(self, wave_id: int, today: date = TODAY) -> None:
        with unit_of_work():
            open_wave(wave_id, by=None, now=NOW, today=today)

    def check(self, wave_id: int, today: date = TODAY) -> OpeningCheck:
        found = opening_check(wave_id, self.scope, today)
        db.session.rollback()
        return found


@pytest.fixture
def ten(session: None) -> Ten:
    return Ten()


def line(check: OpeningCheck, kind: LineKind) -> Line:
    (found,) = [one for one in check.lines if one.kind is kind]
    return found


INVITED = 8 * sum(SIZES) + 4
"""Those of the units, and of the special ones all but the one who is away and the one outside."""


def test_every_line_has_its_figures(ten: Ten) -> None:
    wave_id = ten.plan()
    check = ten.check(wave_id)
    assert not check.blocking
    with statements() as said:
        assert hindrances(wave_id, ten.scope, TODAY) == []
    asked = [statement for statement in said if "placement" in statement]
    assert asked
    assert all("LIMIT" in statement for statement in asked), "a view does not go through all employments"
    assert line(check, LineKind.INVITED).counts["persons"] == INVITED
    assert [name for name, _day in line(check, LineKind.NOT_ADOPTED).units] == ["Huvudman 9", "Huvudman 10"]
    known = dict(line(check, LineKind.STAFF_DATA).units)
    assert list(known) == [f"Huvudman {number}" for number in range(1, 9)]
    assert known["Huvudman 2"] == TODAY - timedelta(days=5)
    assert known["Huvudman 3"] == TODAY - timedelta(days=40)
    for kind, persons in (
        (LineKind.OUTSIDE, 1),
        (LineKind.ON_LEAVE, 1),
        (LineKind.SEVERAL_JOBS, 3),
        (LineKind.MANAGERS, 1),
    ):
        assert line(check, kind).counts == {"persons": persons}, kind
    assert line(check, LineKind.NEVER_SHOWN).counts == {"units": 8, "persons": 24, "least": 7}
    # At 60 % units of ten and eight have six and five answers; the three folded ones of each are counted above.
    assert line(check, LineKind.ESTIMATE).counts == {
        "leaves_shown": 16,
        "leaves": 24,
        "staff_shown": INVITED - 24,
        "staff": INVITED,
    }


def test_a_line_for_a_huvudman_without_staff_says_so(ten: Ten) -> None:
    with unit_of_work():
        empty = make_unit(ten.unit("sormland"), "ny-kommun", UnitKind.HUVUDMAN, source="ny-kommun")
    wave_id = ten.plan()
    with unit_of_work():
        adopt_wave(wave_id, empty.id, adopted_on=TODAY, reference="§ 2", by=None, now=NOW)
    assert dict(line(ten.check(wave_id), LineKind.STAFF_DATA).units)["Ny kommun"] is None


def test_what_the_check_counts_is_what_opening_does(ten: Ten) -> None:
    wave_id = ten.plan()
    check = ten.check(wave_id)
    ten.open(wave_id)
    rows = db.session.execute(
        select(Invitation.person_id, Invitation.unit_id).where(Invitation.wave_id == wave_id)
    ).all()
    placed = {row.person_id: row.unit_id for row in rows}
    assert len(rows) == len(placed) == INVITED == line(check, LineKind.INVITED).counts["persons"]
    frozen = frozen_tree(wave_id)
    gone = [one for one in frozen.units.values() if str(one.id) not in frozen.tree.parent and one.folded_into]
    assert len(gone) == line(check, LineKind.NEVER_SHOWN).counts["units"]
    where = {name: placed.get(person_id) for name, person_id in ten.persons.items()}
    assert where == {
        "several": ten.units["huvudman-1-2"],  # the oldest job
        "across": ten.units["huvudman-1-1"],
        "manager": ten.units["sormland"],  # one level up, and alone there: too few
        "away": None,
        "half_away": ten.units["huvudman-1-2"],
        "outside": None,
    }
    reached = {ten.units[name] for name in NAMES if name not in ADOPTED}
    assert not reached & set(db.session.scalars(select(WaveUnit.unit_id).where(WaveUnit.wave_id == wave_id)))


def test_two_programmes_are_open_at_once_and_one_programme_waits_180_days(ten: Ten) -> None:
    first = ten.plan()
    ten.open(first)
    other = ten.plan("tuv")
    assert not ten.check(other).blocking
    ten.open(other)
    again = ten.plan(opens_on=TODAY + timedelta(days=100))
    (near,) = ten.check(again).blocking
    assert (near.kind, near.other, near.counts) == (LineKind.NEAR_WAVE, "tbb", {"wave": first, "shared": INVITED})
    assert near.on == TODAY + timedelta(days=14 + 180)
    assert hindrances(again, ten.scope, TODAY) == [near]
    db.session.rollback()
    with unit_of_work():
        close_wave(first, by=None, now=NOW)
    (near,) = ten.check(again).blocking
    assert near.on == TODAY + timedelta(days=180)
    late = ten.plan(opens_on=TODAY + timedelta(days=180))
    assert [one.kind for one in ten.check(late).lines if one.kind is LineKind.NO_NEAR_WAVE]


def test_what_stops_the_opening(ten: Ten) -> None:
    wave_id = ten.plan()
    assert [one.kind for one in ten.check(wave_id, TODAY + timedelta(days=15)).blocking] == [LineKind.DATES]
    assert [one.kind for one in hindrances(wave_id, ten.scope, TODAY + timedelta(days=15))] == [LineKind.DATES]
    with unit_of_work():
        new = NewWave(ten.programmes["tbb"], "utan", TODAY, TODAY, 5, 10)
        bare = plan_wave(new, by=None, now=NOW)
    check = ten.check(bare)
    assert [one.kind for one in check.blocking] == [LineKind.NOBODY_ADOPTED]
    assert check.seen(check.codes) == [one.code for one in check.to_see], "no tick helps against it"
    with unit_of_work():
        empty = make_unit(ten.unit("sormland"), "tom", UnitKind.HUVUDMAN, source="tom")
        adopt_wave(bare, empty.id, adopted_on=TODAY, reference="§ 2", by=None, now=NOW)
    assert [one.kind for one in ten.check(bare).blocking] == [LineKind.NOBODY_INVITED]
    assert [one.kind for one in hindrances(bare, ten.scope, TODAY)] == [LineKind.NOBODY_INVITED]
    with pytest.raises(NoSuchWave):
        opening_check(4711, ten.scope, TODAY)
