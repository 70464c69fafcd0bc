"""What everyone has done since the huvudmän adopted the course, day by day, by training's own rules.

For each person the days on which something happens are replayed in order, and each day `planning.plan` says what the
timer would have done. Nothing here decides who must do what by when.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from tbblearn.db import stockholm_date
from tbblearn.operations.demo.dates import moment
from tbblearn.operations.demo.learning import Learning, Path, Try, Window
from tbblearn.operations.demo.staff import Job, Member, Part
from tbblearn.people.rules import holds
from tbblearn.training.requirements.credits import CompletionFact, EnrolmentState
from tbblearn.training.requirements.cycles import ONE_DAY, Absence, EmploymentSpan
from tbblearn.training.requirements.facts import Batch, Organisation, RequirementFacts
from tbblearn.training.requirements.planning import NEW_ID, NewEnrolment, NewEvent, Plan, plan
from tbblearn.training.rules import EventKind

TIMER_HOUR = 3
"""When the timer ran, each day."""


@dataclass(eq=False)
class Task:
    """An enrolment with all that happened to it; `given` is its current state."""

    member: Member
    new: NewEnrolment
    given: EnrolmentState
    recorded_at: datetime
    path: Path
    events: list[tuple[NewEvent, datetime]] = field(default_factory=list)
    id: int = 0


@dataclass(eq=False)
class Passed:
    """A completion by passing the quiz, the jobs held that day, and the tasks it counts for."""

    task: Task
    done: CompletionFact
    attempt: Try
    jobs: list[Job]
    counts_for: list[tuple[Task, datetime]] = field(default_factory=list)
    id: int = 0

    @property
    def achieved_at(self) -> datetime:
        """When the quiz was handed in."""
        return self.attempt.handed_in_at


class History:
    """Replays the days of one person at a time."""

    def __init__(
        self, organisation: Organisation, learning: Learning, now: datetime, zeal: dict[int, float], seed: int
    ) -> None:
        self.organisation = organisation
        (self.requirement,) = organisation.requirements
        self.learning = learning
        self.now = now
        self.today = stockholm_date(now)
        self.zeal = zeal
        self.seed = seed
        self._reaching: dict[date, RequirementFacts] = {}
        self._adoptions = sorted({reach.adopted_on for reach in self.requirement.reaches.values()})

    def of(self, member: Member) -> tuple[list[Task], list[Passed]]:
        """Every task of one person, and every completion until now."""
        return _Life(self, member).live()

    def requirement_on(self, day: date) -> RequirementFacts:
        """The requirement as it reached the huvudmän on an earlier day."""
        since = max((adopted for adopted in self._adoptions if adopted <= day), default=date.min)
        if since not in self._reaching:
            reaches = {key: one for key, one in self.requirement.reaches.items() if one.adopted_on <= day}
            self._reaching[since] = replace(self.requirement, reaches=reaches)
        return self._reaching[since]


class _Life:
    """One person's days."""

    def __init__(self, history: History, member: Member) -> None:
        self.history = history
        self.member = member
        self.spans = {job: EmploymentSpan(job.unit.id, job.start_on, job.end_on, job.known_on) for job in member.jobs}
        self.tasks: dict[int, Task] = {}
        self.passed: dict[int, Passed] = {}
        self.agenda = sorted({day for day in self._days() if day <= history.today})

    def live(self) -> tuple[list[Task], list[Passed]]:
        """Replay the days up to now."""
        while self.agenda:
            day = heapq.heappop(self.agenda)
            while self.agenda and self.agenda[0] == day:
                heapq.heappop(self.agenda)
            self._take_completions(day)
            self._run_timer(day)
        return list(self.tasks.values()), list(self.passed.values())

    def _days(self) -> Iterable[date]:
        """The days on which the timer may have something to do for this person."""
        yield self.history.today
        for job in self.member.jobs:
            yield max(job.start_on, job.known_on)
            if job.end_on is not None:
                yield job.end_on + ONE_DAY
            for leave in job.leaves:
                yield max(leave.from_on, leave.known_on)
                if leave.until_on is not None:
                    yield max(leave.until_on + ONE_DAY, leave.known_on)
            huvudman_id = self.history.organisation.units[job.unit.id].huvudman_id
            reach = self.history.requirement.reaches.get(huvudman_id or 0)
            if reach is not None:
                yield reach.adopted_on
                for year in range(reach.adopted_on.year, self.history.today.year + 1):
                    opens_on = reach.terms.opens.on(year)
                    if opens_on >= reach.adopted_on:
                        yield opens_on

    def _visit(self, day: date) -> None:
        if day <= self.history.today:
            heapq.heappush(self.agenda, day)

    def _run_timer(self, day: date) -> None:
        known = self._known_on(day)
        requirement = self.history.requirement_on(day)
        covered = known.covered(self.history.organisation, requirement, self.member.id, day)
        if not covered and not self.tasks:
            return
        at = min(moment(day, TIMER_HOUR), self.history.now)
        self._carry_out(plan(known.facts(requirement, self.member.id, covered), day), day, at)

    def _known_on(self, day: date) -> Batch:
        """What was known of the person on that day."""
        known = Batch()
        for job, span in self.spans.items():
            if job.known_on <= day:
                known.placements[self.member.id].append((job.id, job.profession, span))
                known.absences[self.member.id] += [
                    Absence(span, leave.from_on, leave.until_on, leave.known_on)
                    for leave in job.leaves
                    if leave.known_on <= day
                ]
        key = (self.member.id, self.history.requirement.id)
        if self.tasks:
            known.enrolments[key] = [task.given for task in self.tasks.values()]
        course_id = self.history.requirement.course_id
        known.completions[self.member.id] = [(course_id, one.done) for one in self.passed.values()]
        return known

    def _carry_out(self, made: Plan, day: date, at: datetime) -> None:
        new = None if made.enrol is None else self._enrol(made.enrol, day, at)
        for event in made.events:
            self._note(self.tasks[event.enrolment_id], event, at)
        for credit in sorted(made.credits):
            task = new if credit.enrolment_id == NEW_ID else self.tasks[credit.enrolment_id]
            counts_for = self.passed[credit.completion_id].counts_for
            if task is not None and all(task is not known for known, _ in counts_for):
                counts_for.append((task, at))

    def _enrol(self, new: NewEnrolment, day: date, at: datetime) -> Task:
        number, days, jobs = len(self.tasks) + 1, new.days, self.member.jobs
        given = EnrolmentState(
            id=number,
            cycle=new.cycle,
            reason=new.reason,
            occasion=new.occasion,
            opens_on=new.opens_on,
            due_on=days.due_on,
            open_until_on=days.open_until_on,
        )
        window = Window(
            opens_on=max(new.opens_on, day),
            due_on=days.due_on,
            grace_until_on=days.grace_until_on,
            last_on=min(days.open_until_on or date.max, max(job.end_on or date.max for job in jobs)),
            away=[(leave.from_on, leave.until_on) for job in jobs for leave in job.leaves],
            huvudman=self.member.unit.source,
        )
        path = self._path(window, new, f"{self.history.seed}/{self.member.id}/{new.occasion}")
        task = self.tasks[number] = Task(self.member, new, given, at, path)
        if days.open_until_on is not None:
            self._visit(days.open_until_on + ONE_DAY)
        if path.passed is not None:
            self._visit(stockholm_date(path.passed.handed_in_at))
        path.cut(self.history.now)
        return task

    def _path(self, window: Window, new: NewEnrolment, seed: str) -> Path:
        member, learning, part = self.member, self.history.learning, self.member.part
        runs_now = holds(new.opens_on, new.days.open_until_on, self.history.today)
        if part is Part.MISSED_LAST and not runs_now:
            return Path()
        if part not in {None, Part.MISSED_LAST} and runs_now:
            return learning.as_part(part, member.number, window, seed)
        zeal = self.history.zeal[member.unit.id]
        return learning.by_chance(window, seed, zeal, returning=bool(self.passed))

    def _note(self, task: Task, event: NewEvent, at: datetime) -> None:
        task.events.append((event, at))
        if event.kind is EventKind.DUE_CHANGED and event.days is not None:
            task.given = replace(task.given, due_on=event.days.due_on, open_until_on=event.days.open_until_on)
            if event.days.open_until_on is not None:
                self._visit(event.days.open_until_on + ONE_DAY)
        else:
            task.given = replace(task.given, cancelled=event.kind is EventKind.CANCELLED)
            if task.given.cancelled:
                task.path.cut(moment(event.on, 0))

    def _take_completions(self, day: date) -> None:
        known = {one.task for one in self.passed.values()}
        jobs = [job for job in self.member.jobs if holds(job.start_on, job.end_on, day)]
        for task in self.tasks.values():
            attempt = task.path.passed
            if attempt is None or task in known or (achieved_on := stockholm_date(attempt.handed_in_at)) > day:
                continue
            number = len(self.passed) + 1
            self.passed[number] = Passed(task, CompletionFact(number, achieved_on, task.given.id), attempt, jobs)
