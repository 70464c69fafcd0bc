"""What a published course is: an immutable tree that pages and quizzes read.

Every `Text` maps a language to a text. Titles, summaries and goals are plain text, which a template escapes; stems,
choices, feedback and the HTML of blocks are safe HTML made at publication (see `rendering`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import ceil

from tbblearn.courses.vocabulary import Service

Text = Mapping[str, str]

LANGUAGES = ("sv", "en")
"""The languages that every course is written in, the source language first."""


class Level(StrEnum):
    """The implementation level that a course is for."""

    BASE = "base"
    INTERMEDIATE = "intermediate"
    IN_DEPTH = "in_depth"


class Reading(StrEnum):
    """Whether the parts must be read before the quiz."""

    ALWAYS = "always"
    FIRST_TIME = "first_time"
    OPTIONAL = "optional"


class Draw(StrEnum):
    """Which questions a quiz consists of."""

    ALL = "all"
    ONE_PER_GOAL = "one_per_goal"


class QuestionKind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    MATCHING = "matching"
    ORDERING = "ordering"


class Certainty(StrEnum):
    """How well a source says what it is cited for."""

    COUNTY = "county"
    """The county's own papers on the model."""
    LAW = "law"
    OFFICIAL = "official"
    SECONDARY = "secondary"
    INTERPRETATION = "interpretation"


GRADED = frozenset({Certainty.COUNTY, Certainty.LAW, Certainty.OFFICIAL})
"""Only what these say is asked in a quiz."""


class ChangeClass(StrEnum):
    """Whether a change affects those who have taken the course (material) or nobody (editorial)."""

    EDITORIAL = "editorial"
    MATERIAL = "material"


class Counts(StrEnum):
    """What a material change requires of those who have passed."""

    NEXT_CYCLE = "next_cycle"
    READ = "read"
    RENEW = "renew"


@dataclass(frozen=True)
class ScreenRef:
    """A screen of a course; `course` is the slug of another course, or None for the same one."""

    module: str
    screen: str
    course: str | None = None

    @classmethod
    def of(cls, path: str) -> "ScreenRef":
        """The screen that a path `part/screen` names."""
        module, _, screen = path.partition("/")
        return cls(module, screen)


@dataclass(frozen=True)
class Choice:
    """One thing that may be answered; `text` and `feedback` are safe inline HTML.

    Where a question has rows, a choice is one row with one option: its id is `row=option` (see `kinds`).
    """

    id: str
    correct: bool
    text: Text
    feedback: Text
    read: ScreenRef | None


@dataclass(frozen=True)
class Item:
    """A row of a question answered row by row, or an option of its rows; `text` is safe inline HTML."""

    id: str
    text: Text


@dataclass(frozen=True)
class Case:
    """A text shown above several questions; `title` is plain text, `text` safe inline HTML."""

    id: str
    title: Text
    text: Text


@dataclass(frozen=True)
class Question:
    """A question of the quiz or of practice; `stem` is safe inline HTML.

    `hash` changes exactly when something visible before answering does: kind, stem, the ids and texts of choices, rows
    and options, or the case. A corrected key or better feedback leaves it unchanged, so that answers already given
    remain valid. `rows` and `options` are empty where the choices are all there is.
    A question borrowed from another course has that course's slug and a colon before its id, its goal's id and its
    case's id.
    `huvudmen` are the ids of those whose staff are asked it; empty: everybody. `sources` are citations: the id of a
    source, or the id, a comma and the place in it.
    """

    id: str
    goal: str
    kind: QuestionKind
    must_pass: bool
    stem: Text
    choices: tuple[Choice, ...]
    hash: str
    rows: tuple[Item, ...] = ()
    options: tuple[Item, ...] = ()
    case: Case | None = None
    huvudmen: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def right(self) -> frozenset[str]:
        """The ids of the right choices."""
        return frozenset(choice.id for choice in self.choices if choice.correct)

    def is_right(self, chosen: frozenset[str]) -> bool:
        """True when exactly the right set is chosen."""
        return chosen == self.right

    def is_for(self, huvudmen: Collection[str]) -> bool:
        """True when it is asked of somebody employed by these huvudmän."""
        return not self.huvudmen or not set(self.huvudmen).isdisjoint(huvudmen)


@dataclass(frozen=True)
class HtmlBlock:
    """Part of a screen as safe HTML, with `screen:` and `term:` links and `asset:` files still to be resolved."""

    html: str

    @property
    def length(self) -> int:
        """Its characters."""
        return len(self.html)


@dataclass(frozen=True)
class PracticeBlock:
    """The place of a practice question in a screen."""

    question_id: str

    @property
    def length(self) -> int:
        """As many characters as are read in the time that a practice question takes."""
        return 600


Block = HtmlBlock | PracticeBlock


@dataclass(frozen=True)
class Screen:
    """One idea, read in about a minute; `blocks` by language, `sources` the ids of what it cites.

    The staff of `service` meet it before the screens of other services; None: it is for no service above others.
    """

    id: str
    title: Text
    blocks: Mapping[str, tuple[Block, ...]]
    sources: tuple[str, ...] = ()
    service: Service | None = None

    @property
    def length(self) -> int:
        """How long it is to read and do, in characters of its source language."""
        return sum(block.length for block in self.blocks[LANGUAGES[0]])


@dataclass(frozen=True)
class Source:
    """What a course's facts are taken from; `title` is plain text, `address` begins with https://."""

    id: str
    title: Text
    address: str | None
    certainty: Certainty
    read_on: date
    again_on: date

    def is_due(self, today: date) -> bool:
        """True from the day on which it is to be read again, since what it says may have changed."""
        return self.again_on <= today


@dataclass(frozen=True)
class Term:
    """A word that the course explains; `name` and `meaning` are plain text."""

    id: str
    name: Text
    meaning: Text


@dataclass(frozen=True)
class Goal:
    """What the learner can do afterwards; `module` teaches it (of the course `course`, or None: of this one)."""

    id: str
    module: str
    text: Text
    course: str | None = None


@dataclass(frozen=True)
class Module:
    """A part of a course; `number` counts from 1, `minutes` is the reading time."""

    id: str
    number: int
    title: Text
    summary: Text
    minutes: int
    screens: tuple[Screen, ...]

    def screens_for(self, services: Collection[Service]) -> tuple[Screen, ...]:
        """The screens in the order in which staff of these services meet them: their own before other services'."""
        first = next((at for at, screen in enumerate(self.screens) if screen.service is not None), 0)
        rest = sorted(self.screens[first:], key=lambda screen: screen.service not in services)
        return (*self.screens[:first], *rest)

    def minutes_from(self, screens: Sequence[Screen], at: int) -> int:
        """What is left of its time from the screen number `at`, from 0, of its screens in this order."""
        lengths = [screen.length for screen in screens]
        return ceil(self.minutes * sum(lengths[at:]) / sum(lengths))


@dataclass(frozen=True)
class Change:
    """A change that the author lists; `modules` are the parts with something new."""

    id: str
    change_class: ChangeClass
    text: Text
    counts: Counts | None
    renew_by: date | None
    modules: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """One version of a course. `goals` and `questions` include those borrowed from other courses.

    `monday` is the one thing to do first, told to those who have passed; plain text.
    """

    slug: str
    level: Level
    title: Text
    summary: Text
    reading: Reading
    satisfies: tuple[str, ...]
    draw: Draw
    pass_mark: int
    goals: tuple[Goal, ...]
    modules: tuple[Module, ...]
    questions: tuple[Question, ...]
    practice: Mapping[str, Question]
    changes: tuple[Change, ...]
    languages: tuple[str, ...]
    glossary: tuple[Term, ...] = ()
    monday: Text | None = None
    sources: tuple[Source, ...] = ()

    @property
    def drawn(self) -> int:
        """The number of questions in one quiz."""
        if self.draw is Draw.ALL:
            return len(self.questions)
        return len({question.goal for question in self.questions})

    @property
    def quiz_minutes(self) -> int:
        """The time the quiz takes: half a minute per question, rounded up."""
        return (self.drawn + 1) // 2

    @property
    def minutes(self) -> int:
        """The time the whole course takes: its parts and its quiz."""
        return sum(module.minutes for module in self.modules) + self.quiz_minutes

    def module(self, module_id: str) -> Module:
        """The part with this id. Raises `NoSuchPart`."""
        for module in self.modules:
            if module.id == module_id:
                return module
        raise NoSuchPart(self.slug, module_id)

    def sources_of(self, module: Module) -> tuple[Source, ...]:
        """The sources that a part cites, in the order it first does."""
        known = {source.id: source for source in self.sources}
        cited = dict.fromkeys(name for screen in module.screens for name in screen.sources)
        return tuple(known[name] for name in cited if name in known)

    def due_sources(self, today: date) -> tuple[Source, ...]:
        """The sources that are to be read again."""
        return tuple(source for source in self.sources if source.is_due(today))

    def question(self, question_id: str) -> Question:
        """The quiz question with this id. Raises `NoSuchPart`."""
        for question in self.questions:
            if question.id == question_id:
                return question
        raise NoSuchPart(self.slug, question_id)

    def screen(self, ref: ScreenRef) -> Screen:
        """The screen that `ref` names in this course. Raises `NoSuchPart`."""
        for screen in self.module(ref.module).screens:
            if screen.id == ref.screen:
                return screen
        raise NoSuchPart(self.slug, f"{ref.module}/{ref.screen}")


def new_changes(course: Course, listed: Collection[str]) -> list[Change]:
    """The changes, newest first, that the version before did not list."""
    return [change for change in course.changes if change.id not in listed]


def change_class(changes: Iterable[Change]) -> ChangeClass:
    """Material if any of the changes is, otherwise editorial."""
    material = any(change.change_class is ChangeClass.MATERIAL for change in changes)
    return ChangeClass.MATERIAL if material else ChangeClass.EDITORIAL


class CourseError(Exception):
    """Base of the errors of courses."""


class NoSuchPart(CourseError):
    """The course has no part, screen or question with this id."""

    def __init__(self, slug: str, wanted: str) -> None:
        super().__init__(f"{slug} has no {wanted}")


class NoSuchVersion(CourseError):
    """No published version has this id, or the course has none yet."""

    def __init__(self, wanted: int | str) -> None:
        super().__init__(f"no published version: {wanted}")


class NoSuchDraft(CourseError):
    """The editor has no such draft: it never existed, or was published, thrown away or a day old."""

    def __init__(self, draft_id: int) -> None:
        super().__init__(f"no draft: {draft_id}")


class PublishedMeanwhile(CourseError):
    """Another version was published after the editor had read what would change."""
