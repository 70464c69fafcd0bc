"""The demo county's staff, named by role and number: who works where, since when, and who is on leave."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from tbblearn.operations.demo.county import COUNTY_POSTS, PlannedUnit
from tbblearn.operations.demo.dates import NOT_ADOPTED
from tbblearn.people.rules import Language, UnitKind

MAIL_DOMAIN = "demo.example"
"""Reserved for examples: mail to it reaches nobody."""

STAFF, MANAGER = "Medarbetare", "Chef"

FOLLOW_UP_PAIRS = (
    ("region", "eskilstuna"),
    ("nykoping", "oxelosund"),
    ("katrineholm", "vingaker"),
    ("strangnas", "trosa"),
    ("flen", "gnesta"),
)
"""Huvudmän that share a contact person; the first employs that person."""

FOLLOW_UP = "Uppföljningsansvarig"


class Part(StrEnum):
    """What a person is in the demo to show; all others act by chance."""

    IN_PROGRESS = "in_progress"
    IN_QUIZ = "in_quiz"
    FAILED = "failed"
    NOT_STARTED = "not_started"
    DONE = "done"
    UNFINISHED = "unfinished"
    LATE = "late"
    MISSED_LAST = "missed_last"
    EXEMPT = "exempt"
    AWAY = "away"
    BY_HAND = "by_hand"


@dataclass
class Away:
    """A leave of one employment."""

    from_on: date
    until_on: date | None
    known_on: date


@dataclass(eq=False)
class Job:
    """An employment of a member of staff."""

    unit: PlannedUnit
    profession: str
    start_on: date
    known_on: date
    end_on: date | None = None
    leaves: list[Away] = field(default_factory=list)
    id: int = 0


@dataclass(eq=False)
class Member:
    """A member of staff; `post` and `number` are also the name."""

    post: str
    number: int
    jobs: list[Job]
    language: Language = Language.SV
    protected: bool = False
    without_email: bool = False
    part: Part | None = None
    settled: bool = False
    """Has a part or a post: nothing else happens to this person's employments."""
    id: int = 0

    @property
    def unit(self) -> PlannedUnit:
        """The unit of the first employment."""
        return self.jobs[0].unit

    @property
    def email(self) -> str:
        """Empty for those without e-mail."""
        plain = self.post.casefold().translate(str.maketrans("åäö", "aao"))
        return "" if self.without_email else f"{plain}{self.number}@{MAIL_DOMAIN}"


class Staff:
    """Everyone employed in the county today, and some who have left."""

    def __init__(self, units: Sequence[PlannedUnit], first_file_on: date, today: date, rng: Random) -> None:
        self.members: list[Member] = []
        self.of_unit: dict[PlannedUnit, list[Member]] = defaultdict(list)
        self.managers: dict[PlannedUnit, Member] = {}
        self.leaves_of: dict[str, list[PlannedUnit]] = defaultdict(list)
        self.first_file_on = first_file_on
        self.today = today
        self.rng = rng
        self._numbers: Counter[str] = Counter()
        for unit in units:
            if unit.kind is UnitKind.ENHET:
                self.leaves_of[unit.source].append(unit)
            self._fill(unit)
        for employer, _ in FOLLOW_UP_PAIRS:
            self._rename(self.of_unit[self.leaves_of[employer][-1]][1], FOLLOW_UP)

    def _fill(self, unit: PlannedUnit) -> None:
        """Employ the unit's staff; the first is its manager."""
        if not unit.size:
            return
        head = self._employ(MANAGER, unit, "enhetschef" if unit.kind is UnitKind.ENHET else "verksamhetschef")
        head.settled = True
        self.managers[unit] = head
        posts = COUNTY_POSTS if unit.external_id == "utvecklingsstab-1" else ()
        for post in posts:
            self._employ(post, unit, "utvecklingsledare").settled = True
        names = [name for name, _ in unit.professions]
        weights = [weight for _, weight in unit.professions]
        for profession in self.rng.choices(names, weights, k=unit.size - 1 - len(posts)) if names else ():
            self._employ(STAFF, unit, profession)

    def _employ(self, post: str, unit: PlannedUnit, profession: str) -> Member:
        start_on = self.first_file_on - timedelta(days=self.rng.randint(200, 9000))
        self._numbers[post] += 1
        member = Member(post, self._numbers[post], [Job(unit, profession, start_on, self.first_file_on)])
        self.members.append(member)
        self.of_unit[unit].append(member)
        return member

    def _rename(self, member: Member, post: str) -> None:
        self._numbers[post] += 1
        member.post, member.number, member.settled = post, self._numbers[post], True

    def plain(self, source: str = "") -> list[Member]:
        """Those to whom nothing has happened yet, in the county or one huvudman, in tree order."""
        return [one for one in self.members if not one.settled and source in {"", one.unit.source}]

    def live(self) -> None:
        """What happens to those without a part: hired, moved, a second job, on leave, back again, gone."""
        left_behind = self.plain()
        self.rng.shuffle(left_behind)
        events: list[tuple[float, int, Callable[[Member], None]]] = [
            (0.02, 3, self._cover_shortly),
            (0.04, 4, self._start_lately),
            (0.10, 4, self._start_since_first_file),
            (0.04, 3, self._take_second_job),
            (0.003, 2, self._take_job_elsewhere),
            (0.006, 1, self._take_second_job_here),
            (0.02, 2, self._move),
            (0.01, 2, self._come_back),
            (0.03, 3, self._be_away_now),
            (0.03, 3, self._be_back_from_leave),
            (0.015, 2, self._be_away_later),
        ]
        total = len(self.members)
        for share, least, happen in events:
            for _ in range(min(max(least, round(share * total)), len(left_behind))):
                member = left_behind.pop()
                happen(member)
                member.settled = True
        self._mark_some()
        for _ in range(max(4, round(0.03 * total))):
            self._leave_for_good()

    def _days(self, least: int, most: int) -> timedelta:
        return timedelta(days=self.rng.randint(least, most))

    def _known(self, start_on: date) -> date:
        """Mostly entered some weeks before; one in twelve late."""
        known_on = start_on + (self._days(1, 12) if self.rng.random() < 1 / 12 else -self._days(0, 20))
        return min(max(known_on, self.first_file_on), self.today)

    def start(self, job: Job, start_on: date) -> None:
        """Let an employment begin on this day."""
        job.start_on, job.known_on = start_on, self._known(start_on)

    def _another_unit(self, member: Member) -> PlannedUnit:
        return self.rng.choice([unit for unit in self.leaves_of[member.unit.source] if unit is not member.unit])

    def _add_job(self, member: Member, unit: PlannedUnit) -> None:
        job = Job(unit, self._profession_in(unit), self.today, self.today)
        self.start(job, self.today - self._days(10, 1200))
        if job.start_on <= self.first_file_on:
            job.known_on = self.first_file_on
        member.jobs.append(job)

    def _cover_shortly(self, member: Member) -> None:
        self.start(member.jobs[0], self.today - self._days(5, 40))
        member.jobs[0].end_on = self.today + self._days(5, 40)

    def _start_lately(self, member: Member) -> None:
        self.start(member.jobs[0], self.today - self._days(2, 45))

    def _start_since_first_file(self, member: Member) -> None:
        days = (self.today - self.first_file_on).days
        self.start(member.jobs[0], self.today - self._days(46, days - 10))

    def _take_second_job(self, member: Member) -> None:
        self._add_job(member, self._another_unit(member))

    def _take_second_job_here(self, member: Member) -> None:
        self._add_job(member, member.unit)

    def _take_job_elsewhere(self, member: Member) -> None:
        """A person in two huvudmän, joined from two staff files by an administrator."""
        others = sorted(source for source in self.leaves_of if source not in {member.unit.source, NOT_ADOPTED})
        self._add_job(member, self.rng.choice(self.leaves_of[self.rng.choice(others)]))

    def _profession_in(self, unit: PlannedUnit) -> str:
        return self.rng.choice([name for name, _ in unit.professions])

    def _move(self, member: Member) -> None:
        here = member.jobs[0]
        moved_on = self.today - self._days(5, 300)
        end_on = moved_on - timedelta(days=1)
        member.jobs.append(Job(self._another_unit(member), here.profession, here.start_on, here.known_on, end_on))
        self.start(here, moved_on)

    def _come_back(self, member: Member) -> None:
        here = member.jobs[0]
        back_on = self.today - self._days(15, 150)
        began_on, end_on = back_on - timedelta(days=2200), back_on - self._days(190, 250)
        member.jobs.append(Job(here.unit, here.profession, began_on, self.first_file_on, end_on))
        self.start(here, back_on)

    def be_away(self, member: Member, from_on: date, until_on: date | None) -> None:
        """A leave from every employment, known by the time it begins."""
        known_on = min(max(from_on - self._days(1, 20), self.first_file_on), self.today)
        for job in member.jobs:
            job.leaves.append(Away(from_on, until_on, known_on))

    def _be_away_now(self, member: Member) -> None:
        until_on = None if self.rng.random() < 0.2 else self.today + self._days(10, 300)
        self.be_away(member, self.today - self._days(5, 300), until_on)

    def _be_back_from_leave(self, member: Member) -> None:
        until_on = self.today - self._days(3, 250)
        self.be_away(member, until_on - self._days(30, 300), until_on)

    def _be_away_later(self, member: Member) -> None:
        from_on = self.today + self._days(3, 20)
        self.be_away(member, from_on, from_on + self._days(30, 300))

    def _mark_some(self) -> None:
        """Some write English, have no e-mail, or a protected identity."""
        staff = [one for one in self.members if one.post == STAFF and one.part is None]
        self.rng.shuffle(staff)
        total = len(self.members)
        for _ in range(max(2, round(0.004 * total))):
            staff.pop().protected = True
        for _ in range(max(3, round(0.03 * total))):
            staff.pop().language = Language.EN
        for _ in range(max(3, round(0.04 * total))):
            staff.pop().without_email = True

    def _leave_for_good(self) -> None:
        """Add one who worked here and has left."""
        source = self.rng.choice(sorted(self.leaves_of))
        unit = self.rng.choice(self.leaves_of[source])
        member = self._employ(STAFF, unit, self._profession_in(unit))
        self.of_unit[unit].pop()
        member.jobs[0].end_on = self.today - self._days(5, 400)
        member.settled = True
