"""How people take the course: when, how far, with which answers. The product's own rules draw and mark."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from tbblearn.courses.kinds import kind_of
from tbblearn.courses.rules import Course, Question
from tbblearn.db import stockholm_date
from tbblearn.operations.demo.dates import moment
from tbblearn.operations.demo.staff import Part
from tbblearn.training.attempts.drawing import DrawnQuestion, draw
from tbblearn.training.attempts.marking import mark

MOST_TRIES = 4
ALMOST_ALL_RIGHT, MANY_WRONG = 0.97, 0.4
LEARNT_BY_FAILING = 0.08


@dataclass
class Place:
    """How far a person has read in one part of the course."""

    module_id: str
    screen_id: str
    seen_at: datetime
    read_at: datetime | None


@dataclass
class Try:
    """One attempt at the quiz; answers are (question, choices, when)."""

    drawn: tuple[DrawnQuestion, ...]
    started_at: datetime
    answers: list[tuple[str, list[str], datetime]]
    handed_in_at: datetime
    right_ids: list[str]
    passed: bool
    open: bool = False
    """Not handed in yet."""
    id: int = 0


@dataclass
class Path:
    """One person's way through the course on one enrolment."""

    places: list[Place] = field(default_factory=list)
    tries: list[Try] = field(default_factory=list)

    @property
    def passed(self) -> Try | None:
        """The attempt that passed the quiz."""
        return next((one for one in self.tries if one.passed and not one.open), None)

    def cut(self, now: datetime) -> None:
        """Drop whatever happens after `now`; a quiz in progress stays open."""
        self.places = [place for place in self.places if place.seen_at <= now]
        self.tries = [one for one in self.tries if one.started_at <= now]
        for one in self.tries:
            one.answers = [answer for answer in one.answers if answer[2] <= now]
            one.open = one.handed_in_at > now


@dataclass(frozen=True)
class Window:
    """When one enrolment can be worked on, as known when it was made, and whose staff the person is."""

    opens_on: date
    due_on: date
    grace_until_on: date
    last_on: date
    away: Sequence[tuple[date, date | None]] = ()
    huvudman: str = ""

    def day(self, wanted: date) -> date | None:
        """That day, or the next on which the person is at work; None when there is none in time."""
        day = max(wanted, self.opens_on)
        for from_on, until_on in sorted(self.away, key=lambda span: span[0]):
            if from_on <= day and (until_on is None or day <= until_on):
                if until_on is None:
                    return None
                day = until_on + timedelta(days=1)
        return day if day <= self.last_on else None


class Learning:
    """Random ways through one course, some of whose questions are harder than others."""

    def __init__(self, course: Course, today: date, rng: Random) -> None:
        self.course = course
        self.today = today
        self.rng = rng
        self.questions = {question.id: question for question in course.questions}
        self.easiness = {
            question.id: rng.uniform(0.6, 0.75) if place % 5 == 2 else rng.uniform(0.85, 0.98)
            for place, question in enumerate(course.questions)
        }

    def by_chance(self, window: Window, seed: str, zeal: float, *, returning: bool) -> Path:
        """An ordinary way: mostly well before the last day, sometimes near it, seldom late or never.

        `zeal` is how much more often than elsewhere people in this unit finish, about -0.1 to 0.1.
        """
        path = Path()
        fate = self.rng.random() + zeal
        if fate < 0.04:
            return path
        finish_on = self._finish_on(window, fate)
        began = finish_on - timedelta(days=self.rng.choice((0, 0, 0, 0, 1, 3, 7, 14, 25, 40)))
        gives_up = fate < 0.09
        skips_reading = returning and self.rng.random() < 0.5
        clock = self._at_work(window.day(began))
        if clock is not None and not skips_reading:
            clock = self._read(path, window, clock, finish_on, self.rng.random() if gives_up else None)
        if clock is not None and not gives_up:
            self._take_quiz(path, window, clock, finish_on, seed)
        return path

    def as_part(self, part: Part, number: int, window: Window, seed: str) -> Path:
        """The way of a person with a part to show; `number` varies it among persons of one part."""
        path = Path()
        day = window.day(self.today - timedelta(days=2 + number % 5))
        if part is Part.LATE:
            days = min(25, (self.today - window.due_on).days - 1)
            day = window.day(window.due_on + timedelta(days=1 + number % max(1, days)))
        clock = self._at_work(day)
        idle = part in {Part.NOT_STARTED, Part.EXEMPT, Part.AWAY, Part.BY_HAND}
        if clock is None or idle or (part is Part.UNFINISHED and number % 2 == 0):
            return path
        stop_after = {Part.UNFINISHED: 0.5, Part.IN_PROGRESS: 0.3}.get(part)
        read = self._read(path, window, clock, clock.date(), stop_after)
        if read is not None:
            one = self._try(read, window, f"{seed}/1", MANY_WRONG if part is Part.FAILED else ALMOST_ALL_RIGHT)
            path.tries.append(one)
            if part is Part.IN_QUIZ:
                one.answers = one.answers[: 2 + number % 6]
                one.handed_in_at = moment(self.today + timedelta(days=1), 9)
        return path

    # --- days and hours -------------------------------------------------------------------------------------------

    def _finish_on(self, window: Window, fate: float) -> date:
        """The day of the first attempt."""
        days = (window.due_on - window.opens_on).days
        if fate < 0.13:
            return window.due_on + timedelta(days=self.rng.randint(1, 14))
        if fate < 0.16:
            return window.grace_until_on + timedelta(days=self.rng.randint(1, 30))
        early = self.rng.random() < 0.35
        share = self.rng.betavariate(1.2, 4) if early else self.rng.betavariate(4, 1.8)
        return window.opens_on + timedelta(days=int(share * days))

    def _at_work(self, day: date | None) -> datetime | None:
        """A working hour on that day; for today just after midnight, before the demo's half past."""
        if day is None:
            return None
        if day >= self.today:
            return moment(day, 0, 1)
        return moment(day, self.rng.randint(7, 15), self.rng.randint(0, 59))

    def _later(self, clock: datetime, seconds: int) -> datetime:
        """A little later; faster today, so that all fits before half past midnight."""
        return clock + timedelta(seconds=seconds / 8 if stockholm_date(clock) >= self.today else seconds)

    # --- reading and the quiz -------------------------------------------------------------------------------------

    def _read(
        self, path: Path, window: Window, clock: datetime, finish_on: date, stop_after: float | None
    ) -> datetime | None:
        """Read part by part until `finish_on`, or only a share of the course; None when the person stopped."""
        modules = self.course.modules
        screens = sum(len(module.screens) for module in modules)
        left = screens + 1 if stop_after is None else max(1, int(stop_after * screens))
        began_on = clock.date()
        days = max(0, (finish_on - began_on).days)
        for number, module in enumerate(modules):
            wanted = began_on + timedelta(days=days * number // len(modules))
            if wanted > clock.date():
                moved = self._at_work(window.day(wanted))
                if moved is None:
                    return None
                clock = max(clock, moved)
            read = min(left, len(module.screens))
            clock = self._later(clock, read * self.rng.randint(30, 90))
            whole = read == len(module.screens)
            path.places.append(
                Place(module.id, module.screens[read - 1 if whole else read].id, clock, clock if whole else None)
            )
            left -= read
            if left <= 0:
                return None
        return clock

    def _take_quiz(self, path: Path, window: Window, clock: datetime, finish_on: date, seed: str) -> None:
        """Try until it is passed, or patience or time runs out."""
        on = window.day(finish_on)
        if on is not None and on > clock.date():
            clock = self._at_work(on) or clock
        for number in range(1, MOST_TRIES + 1):
            one = self._try(clock, window, f"{seed}/{number}", None, better=(number - 1) * LEARNT_BY_FAILING)
            path.tries.append(one)
            if one.passed:
                return
            again = self.rng.choice((0, 0, 0, 1, 2, 3, 6, 10))
            next_on = window.day(stockholm_date(one.handed_in_at) + timedelta(days=again))
            following = self._at_work(next_on)
            if following is None:
                return
            clock = max(following, self._later(one.handed_in_at, self.rng.randint(300, 1500)))

    def _try(self, clock: datetime, window: Window, seed: str, easiness: float | None, better: float = 0) -> Try:
        """One attempt. `easiness` makes its outcome certain: passed if it is high, else failed."""
        clock = self._later(clock, self.rng.randint(10, 120))
        drawn = draw(self.course.questions, self.course.draw, seed, (window.huvudman,))
        questions = [self.questions[one.question_id] for one in drawn]
        while True:
            chosen = self._choose(questions, easiness, better)
            marking = mark(questions, chosen, self.course.pass_mark)
            if easiness is None or marking.passed == (easiness > 0.5):
                break
        started_at, answers = clock, []
        interrupted_at = self.rng.randrange(len(questions)) if easiness is None and self.rng.random() < 0.05 else None
        for number, question in enumerate(questions):
            if number == interrupted_at:
                clock = self._at_work(stockholm_date(clock) + timedelta(days=self.rng.randint(1, 3))) or clock
            clock = self._later(clock, self.rng.randint(15, 70))
            answers.append((question.id, sorted(chosen[question.id]), clock))
        return Try(drawn, started_at, answers, self._later(clock, 30), marking.right_ids, marking.passed)

    def _choose(
        self, questions: Iterable[Question], easiness: float | None, better: float
    ) -> dict[str, frozenset[str]]:
        return {
            question.id: question.right
            if self.rng.random() < (self.easiness[question.id] + better if easiness is None else easiness)
            else kind_of(question).almost(question, int(self.rng.expovariate(1.2)))  # the first wrong one tempts most
            for question in questions
        }
