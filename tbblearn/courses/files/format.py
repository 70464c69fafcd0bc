"""The shapes of a course's YAML: a strict model for each thing that an author writes.

What connects them (ids, links, right answers) is checked in `checks`.
"""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from tbblearn.courses.rules import Certainty, ChangeClass, Counts, Draw, Level, QuestionKind, Reading
from tbblearn.courses.vocabulary import About, Difficulty

NAME_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
GOAL_PATTERN = r"^[0-9]+[A-Z]$"
SCREEN_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*$"
ADDRESS_PATTERN = r"^https://[^\s/\"<>]+(/[^\s\"<>]*)?$"

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=80)]
GoalId = Annotated[str, StringConstraints(pattern=GOAL_PATTERN, max_length=10)]
ScreenPath = Annotated[str, StringConstraints(pattern=SCREEN_PATTERN, max_length=161)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Day = Annotated[date, Field(strict=False)]
Address = Annotated[str, StringConstraints(pattern=ADDRESS_PATTERN, max_length=500)]
Citations = Annotated[
    list[Words],
    BeforeValidator(lambda written: written if isinstance(written, list) else [written]),
    Field(min_length=1),
]
"""One citation or a list of them: the id of a source, or the id, a comma and the place in it."""


class Shape(BaseModel):
    """Base of all shapes: no conversion, no unknown keys."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Translated(Shape):
    """A text in every language."""

    sv: Words
    en: Words

    def by_language(self) -> dict[str, str]:
        """The text of each language."""
        return {"sv": self.sv, "en": self.en}


class BorrowedGoals(Shape):
    """Goals of another course whose questions join this course's quiz."""

    course: Name
    goals: Annotated[list[GoalId], Field(min_length=1)]


class TaughtShape(Shape):
    """Where this course teaches a goal of a course that it also counts as."""

    course: Name
    goal: GoalId
    screen: ScreenPath


class QuizShape(Shape):
    """How the quiz is drawn and passed."""

    draw: Annotated[Draw, Field(strict=False)]
    pass_mark: Annotated[int, Field(ge=1, le=100)]
    include: list[BorrowedGoals] = []


class GoalShape(Shape):
    """What the learner can do afterwards."""

    id: GoalId
    module: Name
    text: Translated


class ReviewShape(Shape):
    """Who is to read a part before production, and when it was done. A role, never a person."""

    by: Words
    of: Words
    due: Day
    done_on: Day | None = None


class ModuleShape(Shape):
    """A part of the course."""

    id: Name
    folder: Name
    minutes: Annotated[int, Field(ge=1, le=60)]
    title: Translated
    summary: Translated
    review: ReviewShape | None = None


class ChangeShape(Shape):
    """What a version changes."""

    id: Name
    change_class: Annotated[ChangeClass, Field(alias="class", strict=False)]
    text: Translated
    counts: Annotated[Counts | None, Field(strict=False)] = None
    renew_by: Day | None = None
    modules: list[Name] = []


class CourseShape(Shape):
    """The file `course.yaml`."""

    id: Name
    level: Annotated[Level, Field(strict=False)]
    title: Translated
    summary: Translated
    monday: Translated | None = None
    reading: Annotated[Reading, Field(strict=False)]
    satisfies: list[Name]
    teaches: list[TaughtShape] = []
    quiz: QuizShape
    goals: Annotated[list[GoalShape], Field(min_length=1)]
    modules: Annotated[list[ModuleShape], Field(min_length=1)]
    changes: Annotated[list[ChangeShape], Field(min_length=1)]


class ChoiceShape(Shape):
    """One answer of a question."""

    id: Name
    correct: bool = False
    text: Translated
    feedback: Translated
    read: ScreenPath | None = None


class OptionShape(Shape):
    """What the rows of a matching question can be matched with."""

    id: Name
    text: Translated


class StepShape(Shape):
    """A step of an ordering question; `otherwise` is the feedback on any other place."""

    id: Name
    text: Translated
    feedback: Translated
    otherwise: Translated
    read: ScreenPath | None = None


class RowShape(StepShape):
    """A row of a matching question with its right option; `otherwise` is the feedback on any other."""

    option: Name


class PracticeShape(Shape):
    """A practice question. Its kind decides which of the lists it has (see `kinds`)."""

    id: Name
    goal: GoalId
    kind: Annotated[QuestionKind, Field(strict=False)]
    stem: Translated
    choices: list[ChoiceShape] = []
    options: list[OptionShape] = []
    rows: list[RowShape] = []
    steps: list[StepShape] = []
    difficulty: Annotated[Difficulty | None, Field(strict=False)] = None
    must_pass: bool = False
    source: Citations | None = None
    about: list[Annotated[About, Field(strict=False)]] = []


class QuestionShape(PracticeShape):
    """A question of the quiz."""

    difficulty: Annotated[Difficulty, Field(strict=False)]
    source: Citations
    huvudmen: Annotated[list[Name], Field(min_length=1)] | None = None


class CaseShape(Shape):
    """A text that several questions of the quiz share."""

    id: Name
    title: Translated
    text: Translated
    questions: Annotated[list[QuestionShape], Field(min_length=2)]


class QuestionsShape(Shape):
    """The file `quiz.yaml` of a part."""

    questions: list[QuestionShape] = []
    cases: list[CaseShape] = []
    practice: list[PracticeShape] = []


class TermShape(Shape):
    """A word that the course explains."""

    id: Name
    term: Translated
    meaning: Translated
    source: Words


class GlossaryShape(Shape):
    """The file `glossary.yaml` of a course."""

    terms: Annotated[list[TermShape], Field(min_length=1)]


class SourceShape(Shape):
    """What facts of the course are taken from, and the day to read it again."""

    id: Name
    title: Translated
    address: Address | None = None
    certainty: Annotated[Certainty, Field(strict=False)]
    read_on: Day
    again_on: Day


class SourcesShape(Shape):
    """The file `sources.yaml` of a course."""

    sources: Annotated[list[SourceShape], Field(min_length=1)]


class FilmShape(Shape):
    """A fenced block `film`; the files are in the part's folder."""

    file: Words
    captions: Words
    title: Words
    transcript: Words

    def paragraphs(self) -> list[str]:
        """The paragraphs of the transcript, which empty lines separate."""
        return [paragraph for paragraph in self.transcript.split("\n\n") if paragraph.strip()]


class PracticeBlockShape(Shape):
    """A fenced block `practice`."""

    id: Name


class WaivedShape(Shape):
    """Who decided that a placeholder need not be filled. A role, never a person."""

    role: Words
    on: Day
    why: Words


class PlaceholderShape(Shape):
    """A fenced block `placeholder`: a fact that the sources lack or a lawyer must approve."""

    id: Name
    owner: Words
    needed: Words
    until: Words | None = None
    why: Words
    due: Day
    blocking: bool
    waived: WaivedShape | None = None

    @property
    def is_open(self) -> bool:
        """Neither filled nor waived; a blocking one cannot be waived."""
        return self.waived is None or self.blocking
