"""Makes of a checked course's files what is published: its content, its pictures, its hash.

The hash is taken over what the author wrote (texts with normalised line ends, parsed YAML, pictures' hashes) and the
renderer's number, never over HTML, so that the same files give the same hash on any machine.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tbblearn.courses.folders import CourseFiles, ModuleFiles
from tbblearn.courses.format import ChangeShape, ChoiceShape, CourseShape, ModuleShape, PracticeShape
from tbblearn.courses.rendering import RENDERER, AssetRef, render_inline, render_screen
from tbblearn.courses.rules import (
    LANGUAGES,
    Change,
    Choice,
    Course,
    Draw,
    Goal,
    Module,
    Question,
    Screen,
    ScreenRef,
)
from tbblearn.courses.storing import sha256_of


@dataclass(frozen=True)
class EditionAsset:
    """A picture of an edition."""

    sha256: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Edition:
    """A course ready to be published. `placeholders` counts those that are neither filled nor waived."""

    course: Course
    sha256: str
    assets: tuple[EditionAsset, ...]
    placeholders: int


def make_edition(files: CourseFiles, courses: Mapping[str, CourseFiles]) -> Edition:
    """The edition of a course; `courses` are all that were checked with it. Only for courses without faults."""
    shape = files.shape
    if shape is None:
        raise ValueError(f"{files.slug} has faults and cannot be published")
    assets = {asset.sha256: asset for module in files.modules for asset in _assets(module)}
    return Edition(
        course=_course(files, shape, courses),
        sha256=sha256_of(_written(files, shape, courses)),
        assets=tuple(assets[sha256] for sha256 in sorted(assets)),
        placeholders=sum(1 for _ in _open_placeholders(files)),
    )


def _open_placeholders(files: CourseFiles) -> Iterator[str]:
    for module in files.modules:
        for placeholder in module.parts[LANGUAGES[0]].placeholders():
            if placeholder.shape.waived is None or placeholder.shape.blocking:
                yield placeholder.shape.id


def _assets(module: ModuleFiles) -> Iterator[EditionAsset]:
    for picture in module.pictures.values():
        yield EditionAsset(_sha256(picture.content), picture.media_type, picture.content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- what the hash is taken over ---


def _written(files: CourseFiles, shape: CourseShape, courses: Mapping[str, CourseFiles]) -> dict[str, Any]:
    return {
        "renderer": RENDERER,
        "course": shape.model_dump(mode="json"),
        "modules": [
            {
                "texts": {language: _tidy(part.text) for language, part in module.parts.items()},
                "questions": module.shape.model_dump(mode="json") if module.shape else None,
                "pictures": {name: _sha256(picture.content) for name, picture in module.pictures.items()},
            }
            for module in files.modules
        ],
        "borrowed": [question.model_dump(mode="json") for _, question in _borrowed(shape, courses)],
    }


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


# --- the content ---


def _course(files: CourseFiles, shape: CourseShape, courses: Mapping[str, CourseFiles]) -> Course:
    own = [question for module in files.modules if module.shape for question in module.shape.questions]
    practice = [question for module in files.modules if module.shape for question in module.shape.practice]
    borrowed = [_lent(question, lender) for lender, question in _borrowed(shape, courses)]
    return Course(
        slug=files.slug,
        level=shape.level,
        title=shape.title.by_language(),
        summary=shape.summary.by_language(),
        reading=shape.reading,
        satisfies=tuple(shape.satisfies),
        draw=Draw(shape.quiz.draw),
        pass_mark=shape.quiz.pass_mark,
        goals=tuple(
            [Goal(goal.id, goal.module, goal.text.by_language()) for goal in shape.goals]
            + list(_borrowed_goals(shape, courses))
        ),
        modules=tuple(
            _module(module, module_shape, number)
            for number, (module, module_shape) in enumerate(files.modules_and_shapes(), start=1)
        ),
        questions=tuple([_question(question) for question in own] + borrowed),
        practice={question.id: _question(question) for question in practice},
        changes=tuple(_change(change) for change in shape.changes),
        languages=LANGUAGES,
    )


def _module(files: ModuleFiles, shape: ModuleShape, number: int) -> Module:
    pictures = {
        name: AssetRef(_sha256(picture.content), picture.width, picture.height)
        for name, picture in files.pictures.items()
    }
    parts = [files.parts[language] for language in LANGUAGES]
    screens = []
    for versions in zip(*(part.screens for part in parts), strict=True):
        by_language = dict(zip(LANGUAGES, versions, strict=True))
        screens.append(
            Screen(
                id=versions[0].id,
                title={language: screen.title for language, screen in by_language.items()},
                blocks={
                    language: render_screen(screen, language, pictures) for language, screen in by_language.items()
                },
            )
        )
    return Module(
        id=shape.id,
        number=number,
        title=shape.title.by_language(),
        summary=shape.summary.by_language(),
        minutes=shape.minutes,
        screens=tuple(screens),
    )


def _change(shape: ChangeShape) -> Change:
    return Change(
        id=shape.id,
        change_class=shape.change_class,
        text=shape.text.by_language(),
        counts=shape.counts,
        renew_by=shape.renew_by,
        modules=tuple(shape.modules),
    )


def _question(shape: PracticeShape) -> Question:
    return Question(
        id=shape.id,
        goal=shape.goal,
        kind=shape.kind,
        must_pass=shape.must_pass,
        stem=_rendered(shape.stem.by_language()),
        choices=tuple(_choice(choice) for choice in shape.choices),
        hash=question_hash(shape),
    )


def _choice(shape: ChoiceShape) -> Choice:
    read = None
    if shape.read is not None:
        module, _, screen = shape.read.partition("/")
        read = ScreenRef(module, screen)
    return Choice(
        id=shape.id,
        correct=shape.correct,
        text=_rendered(shape.text.by_language()),
        feedback=_rendered(shape.feedback.by_language()),
        read=read,
    )


def _rendered(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: render_inline(text) for language, text in texts.items()}


def question_hash(shape: PracticeShape) -> str:
    """SHA-256 of what a learner sees before answering: kind, stem, and the choices' ids and texts in every language.

    The key, the feedback and the order of the choices are left out: an answer given before they were mended stands.
    """
    return sha256_of(
        {
            "kind": shape.kind.value,
            "stem": shape.stem.by_language(),
            "choices": {choice.id: choice.text.by_language() for choice in shape.choices},
        }
    )


# --- goals borrowed from other courses ---


def _borrowed(shape: CourseShape, courses: Mapping[str, CourseFiles]) -> Iterator[tuple[str, PracticeShape]]:
    """The questions on borrowed goals, each with its own course's slug."""
    for loan in shape.quiz.include:
        for module in courses[loan.course].modules:
            for question in module.shape.questions if module.shape else []:
                if question.goal in loan.goals:
                    yield loan.course, question


def _borrowed_goals(shape: CourseShape, courses: Mapping[str, CourseFiles]) -> Iterator[Goal]:
    for loan in shape.quiz.include:
        lender = courses[loan.course].shape
        for goal in lender.goals if lender else []:
            if goal.id in loan.goals:
                yield Goal(f"{loan.course}:{goal.id}", goal.module, goal.text.by_language(), loan.course)


def _lent(shape: PracticeShape, lender: str) -> Question:
    question = _question(shape)
    return replace(
        question,
        id=f"{lender}:{question.id}",
        goal=f"{lender}:{question.goal}",
        choices=tuple(
            replace(choice, read=replace(choice.read, course=lender) if choice.read else None)
            for choice in question.choices
        ),
    )
