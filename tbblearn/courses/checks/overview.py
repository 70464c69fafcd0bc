"""What an editor wants to know of a course before asking others to read it: what is missing, old or left out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tbblearn.courses.checks.sources import unsourced
from tbblearn.courses.files.folders import CourseFiles
from tbblearn.courses.rules import LANGUAGES
from tbblearn.courses.vocabulary import About


@dataclass(frozen=True)
class Told:
    """How many questions are about a thing."""

    quiz: int
    practice: int


@dataclass(frozen=True)
class Overview:
    """What one course lacks and covers.

    `placeholders` counts the open ones by section, as part/section; `unsourced` has the ids of the quiz questions that
    rest on no source that may grade; `due` has the day of each source that is to be read again. `about` has every
    thing that a question can be about, `untold` those questions that say nothing of it.
    """

    placeholders: Mapping[str, int]
    unsourced: tuple[str, ...]
    has_sources: bool
    due: Mapping[str, date]
    about: Mapping[About, Told]
    untold: Told


def overview(course: CourseFiles, today: date) -> Overview:
    """The overview of a course as written, faults and all."""
    open_ones: Counter[str] = Counter()
    for module in course.modules:
        for screen in module.parts[LANGUAGES[0]].screens if LANGUAGES[0] in module.parts else ():
            open_ones[f"{module.id}/{screen.id}"] += sum(one.shape.is_open for one in screen.placeholders)
    asked, practised = (
        [{name for name, _line in question.texts("about")} for question in questions]
        for questions in (course.questions(), course.practice())
    )
    sources = course.sources_shape.sources if course.sources_shape else []
    return Overview(
        placeholders={place: count for place, count in open_ones.items() if count},
        unsourced=tuple(unsourced(course)),
        has_sources=course.sources is not None,
        due={source.id: source.again_on for source in sources if source.again_on <= today},
        about={
            thing: Told(sum(thing in names for names in asked), sum(thing in names for names in practised))
            for thing in About
        },
        untold=Told(sum(not names for names in asked), sum(not names for names in practised)),
    )
