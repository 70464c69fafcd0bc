"""Makes an edition of a checked course's files: its content, its pictures and films, its hash.

The hash covers what the author wrote (texts with normalised line ends, parsed YAML, the hashes of pictures and films)
and the renderer's number, never HTML, so that the same files give the same hash on any machine. A review that is done
changes nothing that is read, and is left out.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tbblearn.courses.files.folders import CourseFiles, ModuleFiles
from tbblearn.courses.files.format import CaseShape, CourseShape, ModuleShape, PracticeShape, QuestionShape, Translated
from tbblearn.courses.files.parts import ScreenSource
from tbblearn.courses.files.pictures import MediaFile
from tbblearn.courses.kinds import kind_of
from tbblearn.courses.rendering import RENDERER, render_inline, render_screen
from tbblearn.courses.rules import (
    LANGUAGES,
    Case,
    Change,
    Course,
    Goal,
    Module,
    Question,
    Screen,
    ScreenRef,
    Source,
    Term,
    Text,
)
from tbblearn.courses.storing import sha256_of


@dataclass(frozen=True)
class Edition:
    """A course ready to be published. `placeholders` counts the open ones."""

    course: Course
    sha256: str
    assets: tuple[MediaFile, ...]
    placeholders: int


def make_edition(files: CourseFiles, courses: Mapping[str, CourseFiles]) -> Edition:
    """The edition of a course; `courses` are all that were checked with it. Only for courses without faults."""
    shape = files.shape
    if shape is None:
        raise ValueError(f"{files.slug} has faults and cannot be published")
    assets = {
        file.sha256: file for module in files.modules for file in (*module.pictures.values(), *module.films.values())
    }
    return Edition(
        course=_course(files, shape, courses),
        sha256=sha256_of(_written(files, shape, courses)),
        assets=tuple(assets[sha256] for sha256 in sorted(assets)),
        placeholders=sum(
            placeholder.shape.is_open
            for module in files.modules
            for placeholder in module.parts[LANGUAGES[0]].placeholders()
        ),
    )


# --- the input of the hash ---


def _written(files: CourseFiles, shape: CourseShape, courses: Mapping[str, CourseFiles]) -> dict[str, Any]:
    return {
        "renderer": RENDERER,
        "course": shape.model_dump(mode="json", exclude={"modules": {"__all__": {"review"}}}),
        "modules": [
            {
                "texts": {language: _tidy(part.text) for language, part in module.parts.items()},
                "questions": module.shape.model_dump(mode="json") if module.shape else None,
                "pictures": {name: picture.sha256 for name, picture in module.pictures.items()},
                "films": {name: film.sha256 for name, film in module.films.items()},
            }
            for module in files.modules
        ],
        "borrowed": [
            [question.model_dump(mode="json"), case.model_dump(mode="json", exclude={"questions"}) if case else None]
            for _, (question, case) in _borrowed(shape, courses)
        ],
        "glossary": files.glossary_shape.model_dump(mode="json") if files.glossary_shape else None,
        "sources": files.sources_shape.model_dump(mode="json") if files.sources_shape else None,
    }


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


# --- the content ---


def _course(files: CourseFiles, shape: CourseShape, courses: Mapping[str, CourseFiles]) -> Course:
    practice = [question for module in files.modules if module.shape for question in module.shape.practice]
    taught = {(one.course, one.goal): ScreenRef.of(one.screen) for one in shape.teaches}
    return Course(
        slug=files.slug,
        level=shape.level,
        title=shape.title.by_language(),
        summary=shape.summary.by_language(),
        reading=shape.reading,
        satisfies=tuple(shape.satisfies),
        draw=shape.quiz.draw,
        pass_mark=shape.quiz.pass_mark,
        goals=(
            *(Goal(goal.id, goal.module, goal.text.by_language()) for goal in shape.goals),
            *_borrowed_goals(shape, courses, taught),
        ),
        modules=tuple(
            _module(module, module_shape, number, files.source_entries())
            for number, (module, module_shape) in enumerate(zip(files.modules, shape.modules, strict=True), start=1)
        ),
        questions=(
            *(_question(*asked) for module in files.modules for asked in _asked(module)),
            *(_lent(_question(*asked), lender, taught) for lender, asked in _borrowed(shape, courses)),
        ),
        practice={question.id: _question(question) for question in practice},
        changes=tuple(
            Change(
                id=change.id,
                change_class=change.change_class,
                text=change.text.by_language(),
                counts=change.counts,
                renew_by=change.renew_by,
                modules=tuple(change.modules),
            )
            for change in shape.changes
        ),
        languages=LANGUAGES,
        glossary=tuple(
            Term(term.id, term.term.by_language(), term.meaning.by_language())
            for term in (files.glossary_shape.terms if files.glossary_shape else ())
        ),
        monday=shape.monday.by_language() if shape.monday else None,
        sources=tuple(
            Source(
                id=source.id,
                title=source.title.by_language(),
                address=source.address,
                certainty=source.certainty,
                read_on=source.read_on,
                again_on=source.again_on,
            )
            for source in (files.sources_shape.sources if files.sources_shape else ())
        ),
    )


def _asked(module: ModuleFiles) -> Iterator[tuple[PracticeShape, CaseShape | None]]:
    """The quiz questions of a part, each with its case if any, in the order of the file."""
    if module.shape is None:
        return
    for question in module.shape.questions:
        yield question, None
    for case in module.shape.cases:
        for question in case.questions:
            yield question, case


def _module(files: ModuleFiles, shape: ModuleShape, number: int, sources: Collection[str]) -> Module:
    parts = [files.parts[language] for language in LANGUAGES]
    screens = []
    for versions in zip(*(part.screens for part in parts), strict=True):
        by_language = dict(zip(LANGUAGES, versions, strict=True))
        screens.append(
            Screen(
                id=versions[0].id,
                title={language: screen.title for language, screen in by_language.items()},
                blocks={
                    language: render_screen(screen, language, files.pictures, files.films)
                    for language, screen in by_language.items()
                },
                sources=tuple(name for name in dict.fromkeys(_cited(versions)) if name in sources),
                service=versions[0].service,
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


def _cited(versions: Iterable[ScreenSource]) -> Iterator[str]:
    """The ids that a screen cites in any language."""
    return (one.text for screen in versions for one in screen.sources)


def _question(shape: PracticeShape, case: CaseShape | None = None) -> Question:
    kind = kind_of(shape)
    return Question(
        id=shape.id,
        goal=shape.goal,
        kind=shape.kind,
        must_pass=shape.must_pass,
        stem=_rendered(shape.stem),
        choices=kind.choices(shape, _rendered),
        hash=question_hash(shape, case),
        rows=kind.rows(shape, _rendered),
        options=kind.options(shape, _rendered),
        case=Case(case.id, case.title.by_language(), _rendered(case.text)) if case else None,
        huvudmen=tuple(shape.huvudmen or ()) if isinstance(shape, QuestionShape) else (),
        sources=tuple(shape.source or ()),
    )


def _rendered(text: Translated) -> Text:
    return {language: render_inline(written) for language, written in text.by_language().items()}


def question_hash(shape: PracticeShape, case: CaseShape | None = None) -> str:
    """SHA-256 of what a learner sees before answering, in every language: kind, stem, possible answers, the case.

    The key, the feedback and the order of choices, rows, options and steps are left out: correcting them leaves
    answers valid.
    """
    seen = {"kind": shape.kind.value, "stem": shape.stem.by_language(), **kind_of(shape).seen(shape)}
    if case is not None:
        seen["case"] = {"title": case.title.by_language(), "text": case.text.by_language()}
    return sha256_of(seen)


# --- goals borrowed from other courses ---


def _borrowed(
    shape: CourseShape, courses: Mapping[str, CourseFiles]
) -> Iterator[tuple[str, tuple[PracticeShape, CaseShape | None]]]:
    """The questions on borrowed goals with their cases, each with its own course's slug."""
    for loan in shape.quiz.include:
        for module in courses[loan.course].modules:
            for question, case in _asked(module):
                if question.goal in loan.goals:
                    yield loan.course, (question, case)


def _borrowed_goals(
    shape: CourseShape, courses: Mapping[str, CourseFiles], taught: Mapping[tuple[str, str], ScreenRef]
) -> Iterator[Goal]:
    """The goals borrowed, each with the part that teaches it: of this course if it does."""
    for loan in shape.quiz.include:
        lender = courses[loan.course].shape
        for goal in lender.goals if lender else []:
            if goal.id in loan.goals:
                here = taught.get((loan.course, goal.id))
                module, course = (here.module, None) if here else (goal.module, loan.course)
                yield Goal(f"{loan.course}:{goal.id}", module, goal.text.by_language(), course)


def _lent(question: Question, lender: str, taught: Mapping[tuple[str, str], ScreenRef]) -> Question:
    """The question as its borrower asks it; its feedback leads to where the borrower teaches the goal, if it does."""
    here = taught.get((lender, question.goal))
    return replace(
        question,
        id=f"{lender}:{question.id}",
        goal=f"{lender}:{question.goal}",
        choices=tuple(
            replace(choice, read=here or replace(choice.read, course=lender) if choice.read else None)
            for choice in question.choices
        ),
        case=replace(question.case, id=f"{lender}:{question.case.id}") if question.case else None,
    )
