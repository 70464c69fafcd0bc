"""What a new edition changes compared with the published version, for the editor to see before publishing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from tbblearn.courses.rules import Change, ChangeClass, Course, Module, Question, Text, change_class, new_changes


class Kind(StrEnum):
    """How a thing changed between two editions."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    KEY = "key"
    """The question reads as before but has another right answer."""


class Thing(StrEnum):
    """What a course consists of, in an editor's terms."""

    COURSE = "course"
    GOAL = "goal"
    PART = "part"
    SCREEN = "screen"
    QUESTION = "question"
    PRACTICE = "practice"
    SOURCE = "source"


@dataclass(frozen=True)
class Difference:
    """One difference. `id` is the author's id of the thing; `part` the title of the part that a screen is in.

    `words` of a question are safe HTML, all others plain text.
    """

    kind: Kind
    thing: Thing
    id: str
    words: Text
    part: Text | None = None


@dataclass(frozen=True)
class Comparison:
    """A new edition compared with the version before it.

    `number` is that version's, 0 if there is none; `published_as` that of a version with this very content.
    """

    course: Course
    number: int
    published_as: int | None
    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]
    change_class: ChangeClass


def compare(before: Course | None, after: Course, number: int, published_as: int | None = None) -> Comparison:
    """Everything that differs, in the order of the course; in a first version everything is added."""
    listed = {change.id for change in before.changes} if before is not None else set()
    changes = new_changes(after, listed)
    return Comparison(
        after, number, published_as, tuple(_differences(before, after)), tuple(changes), change_class(changes)
    )


def _differences(before: Course | None, after: Course) -> list[Difference]:
    found: list[Difference] = []
    if before is not None and _frame(before) != _frame(after):
        found.append(Difference(Kind.CHANGED, Thing.COURSE, after.slug, after.title))
    found += _goals(before, after)
    found += _parts(before, after)
    ours, theirs = (course.questions if course else () for course in (after, before))
    found += _questions(Thing.QUESTION, theirs, ours)
    practice = (before.practice.values() if before else (), after.practice.values())
    found += _questions(Thing.PRACTICE, *practice)
    return found + _sources(before, after)


def _frame(course: Course) -> tuple[object, ...]:
    """What applies to a course as a whole."""
    return (
        course.level,
        course.title,
        course.summary,
        course.monday,
        course.reading,
        course.satisfies,
        course.draw,
        course.pass_mark,
        course.languages,
    )


def _goals(before: Course | None, after: Course) -> list[Difference]:
    old = {goal.id: goal for goal in before.goals} if before else {}
    new = {goal.id: goal for goal in after.goals}
    return _by_id(Thing.GOAL, old, new, {goal_id: goal.text for goal_id, goal in (old | new).items()})


def _parts(before: Course | None, after: Course) -> list[Difference]:
    old = {module.id: module for module in before.modules} if before else {}
    new = {module.id: module for module in after.modules}
    old_frames, new_frames = ({key: _part_frame(one) for key, one in modules.items()} for modules in (old, new))
    found = _by_id(Thing.PART, old_frames, new_frames, {key: one.title for key, one in (old | new).items()})
    for key, module in (old | new).items():
        found += _screens(old.get(key), new.get(key), module)
    return found


def _part_frame(module: Module) -> tuple[object, ...]:
    return module.title, module.summary, module.minutes, module.number, tuple(screen.id for screen in module.screens)


def _screens(before: Module | None, after: Module | None, either: Module) -> list[Difference]:
    old, new = ({screen.id: screen for screen in module.screens} if module else {} for module in (before, after))
    words: Mapping[str, Text] = {key: screen.title for key, screen in (old | new).items()}
    return _by_id(Thing.SCREEN, old, new, words, part=either.title)


def _questions(thing: Thing, before: Iterable[Question], after: Iterable[Question]) -> list[Difference]:
    old = {question.id: question for question in before}
    new = {question.id: question for question in after}
    found = _by_id(thing, old, new, {key: question.stem for key, question in (old | new).items()})
    return [
        replace(one, kind=Kind.KEY) if one.kind is Kind.CHANGED and has_new_key(old[one.id], new[one.id]) else one
        for one in found
    ]


def _sources(before: Course | None, after: Course) -> list[Difference]:
    old, new = ({source.id: source for source in course.sources} if course else {} for course in (before, after))
    words: Mapping[str, Text] = {key: source.title for key, source in (old | new).items()}
    return _by_id(Thing.SOURCE, old, new, words)


def has_new_key(before: Question, after: Question) -> bool:
    """True if the learner sees the same question but the right answer is another."""
    return before.hash == after.hash and before.right != after.right


def _by_id(
    thing: Thing,
    before: Mapping[str, object],
    after: Mapping[str, object],
    words: Mapping[str, Text],
    part: Text | None = None,
) -> list[Difference]:
    """What is new or changed, in the order of `after`, then what is removed."""
    found = [
        Difference(Kind.CHANGED if key in before else Kind.ADDED, thing, key, words[key], part)
        for key, value in after.items()
        if key not in before or before[key] != value
    ]
    gone = [key for key in before if key not in after]
    return found + [Difference(Kind.REMOVED, thing, key, words[key], part) for key in gone]
