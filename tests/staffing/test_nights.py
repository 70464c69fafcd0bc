"""Weeks of files that are late, cut, repeated, faulty or out of order, against a model of the truth.

After each file: nobody is lost and nobody doubled; who the truth says is employed has an open employment, in the
unit of the last file that told of them; what was true of a past day stays true.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from tbblearn.db import db, read_only, stockholm_date
from tbblearn.staffing.comparing import KnownPerson
from tbblearn.staffing.queries import known_persons
from tbblearn.staffing.rules import FileKind, Risk, Way
from tbblearn.staffing.taking_in import Leaving, Looked, Mark, look, take
from tests.staffing.making import AS_OF, STAFF_HEADER, csv_bytes, exported, staff_row

pytestmark = pytest.mark.usefixtures("session", "county")
UNITS = ("enhet-1", "enhet-2", "enhet-3", "verksamhet-1")
PROFESSIONS = ("undersköterska", "sjuksköterska", "läkare")


@dataclass
class Job:
    """An employment as it really is."""

    person_id: str
    number: str
    unit_id: str
    profession: str
    start_on: date
    end_on: date | None = None
    gone_at: datetime | None = None
    """Since when the personnel system no longer has it, without an end date."""

    def row(self) -> dict[str, str]:
        return staff_row(
            person_id=self.person_id,
            employment_id=self.number,
            family_name=self.person_id,
            email="",
            unit_id=self.unit_id,
            profession=self.profession,
            start_on=self.start_on.isoformat(),
            end_on=self.end_on and self.end_on.isoformat(),
        )


@dataclass
class Truth:
    """The employer's personnel system."""

    rng: random.Random
    now: datetime
    jobs: list[Job] = field(default_factory=list)
    number: int = 0

    def hire(self) -> None:
        self.number += 1
        person = f"x{self.number}" if self.rng.random() < 0.8 or not self.jobs else self.rng.choice(self.jobs).person_id
        start = stockholm_date(self.now) + timedelta(days=self.rng.randint(-20, 10))
        unit_id, profession = self.rng.choice(UNITS), self.rng.choice(PROFESSIONS)
        self.jobs.append(Job(person, f"j{self.number}", unit_id, profession, start))

    def change(self) -> None:
        """A day's changes."""
        for _ in range(self.rng.randint(0, 2)):
            self.hire()
        for job in self.rng.sample(self.jobs, min(len(self.jobs), 2)):
            match self.rng.randrange(5):
                case 0:
                    job.unit_id = self.rng.choice(UNITS)
                case 1:
                    job.profession = self.rng.choice(PROFESSIONS)
                case 2 if job.end_on is None:
                    first = max(job.start_on, stockholm_date(self.now))
                    job.end_on = first + timedelta(days=self.rng.randint(0, 40))
                case 3 if job.gone_at is None and job.end_on is None and job.start_on < stockholm_date(self.now):
                    job.gone_at = self.now

    def rows(self) -> list[dict[str, str]]:
        return [job.row() for job in self.jobs if job.gone_at is None]


def unit_on(person: KnownPerson, number: str, day: date) -> tuple[str, str] | None:
    """Where an employment was held on a day."""
    for job in person.employments:
        if job.external_id == number:
            for place in job.places:
                if place.from_on <= day and (place.until_on is None or day <= place.until_on):
                    return place.unit_id, place.profession
    return None


def known() -> dict[str, KnownPerson]:
    db.session.remove()
    with read_only():
        return known_persons("region")


def taken(content: bytes, as_of: datetime, *, whole: bool, rows: int) -> Looked | None:
    """The file taken in as a person would who confirms every number; None where it is refused."""
    mark = Mark(rows=rows) if whole else None
    leaving = Leaving(skip_faulty=True)
    looked = look(content, "region", FileKind.STAFF, as_of=as_of, now=as_of, mark=mark, leaving=leaving)
    leaving = Leaving(skip_faulty=True, allowed={risk: looked.risks[risk] for risk in Risk})
    looked = look(content, "region", FileKind.STAFF, as_of=as_of, now=as_of, mark=mark, leaving=leaving)
    if looked.stops:
        return None
    take(looked, Way.FOLDER, now=as_of)
    return looked


def nights(seed: int, count: int) -> Iterator[str]:
    """Live through so many nights; gives what kind of file each was."""
    rng = random.Random(seed)
    others = exported()
    truth = Truth(rng, AS_OF)
    seen: dict[str, Job] = {}
    for _ in range(5):
        truth.hire()
    for night in range(count):
        truth.now = AS_OF + timedelta(days=night, hours=rng.randint(0, 3))
        truth.change()
        rows = [*others, *truth.rows()]
        before = known()
        kind = rng.choice(["right", "right", "right", "cut", "faulty", "repeated", "older"])
        as_of = truth.now
        if kind == "cut":
            rows = rows[: rng.randint(1, len(rows))]
        elif kind == "faulty":
            rows[-1] = rows[-1] | {"start_on": "i morgon"}
        elif kind == "older":
            as_of -= timedelta(days=3)
        looked = taken(csv_bytes(rows, STAFF_HEADER), as_of, whole=kind != "cut", rows=len(rows))
        if kind == "repeated" and looked is not None:
            again = taken(csv_bytes(rows, STAFF_HEADER), as_of + timedelta(minutes=1), whole=True, rows=len(rows))
            assert again is not None
            assert again.counts["created"] == again.counts["changed"] == again.counts["ended"] == 0
        after = known()
        if looked is None:
            assert after == before, "a refused file changes nothing"
            yield f"{kind}, refused"
            continue
        told = {row["employment_id"] for row in rows if row["start_on"] != "i morgon"}
        seen |= {job.number: job for job in truth.jobs if job.number in told}
        _check(truth, before, after, told, stockholm_date(as_of))
        yield kind


def _check(
    truth: Truth, before: dict[str, KnownPerson], after: dict[str, KnownPerson], told: set[str], day: date
) -> None:
    assert before.keys() <= after.keys(), "nobody is lost"
    numbers = [job.external_id for person in after.values() for job in person.employments]
    assert len(numbers) == len(set(numbers)), "no employment twice"
    for person in after.values():
        for held in person.employments:
            for one, following in zip(held.places, held.places[1:], strict=False):
                assert one.until_on is not None
                assert following.from_on == one.until_on + timedelta(days=1), "places follow on each other"
    for job in truth.jobs:
        ended = job.end_on is not None and job.end_on < day
        if job.number in told and job.gone_at is None and not ended:
            at = max(job.start_on, day)
            assert unit_on(after[job.person_id], job.number, at) == (job.unit_id, job.profession)
    _past_stays(before, after, day)
    for person in after.values():
        for known_job in person.employments:
            real = next((one for one in truth.jobs if one.number == known_job.external_id), None)
            if real and real.gone_at is None and real.end_on is None and known_job.places:
                assert known_job.places[-1].until_on is None, "nobody who is there is ended"


def _past_stays(before: dict[str, KnownPerson], after: dict[str, KnownPerson], day: date) -> None:
    for external_id, person in before.items():
        for known_job in person.employments:
            # Whoever the files have lacked has left on the day before the first of them, however late that is known.
            missing = known_job.missing_since and stockholm_date(known_job.missing_since)
            for past in (day - timedelta(days=days) for days in (1, 4, 10, 30)):
                if missing and past >= missing:
                    continue
                was = unit_on(person, known_job.external_id, past)
                assert unit_on(after[external_id], known_job.external_id, past) == was, "the past stays"


@pytest.mark.parametrize("seed", range(3))
def test_weeks_of_files(seed: int):
    assert len(list(nights(seed, 20))) == 20


@pytest.mark.proof
def test_years_of_files():
    kinds = [kind for seed in range(100, 112) for kind in nights(seed, 120)][-1:]
    assert kinds


def test_every_kind_of_file_is_met():
    met = {kind for seed in (41, 42) for kind in nights(seed, 20)}
    assert met >= {"right", "cut", "faulty", "repeated"}
