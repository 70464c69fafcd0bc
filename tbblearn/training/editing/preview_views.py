"""How a course looks to a learner, for its editor: a draft before it is published, or any version.

Nothing is saved: practice is answered in the address as learners do, and the quiz is shown with its key and all that
is said about each choice. ?sprak= shows the page in the other language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask_babel import refresh
from markupsafe import Markup

from tbblearn.courses.drafts.queries import checked_draft
from tbblearn.courses.kinds import kind_of
from tbblearn.courses.queries import content, versions
from tbblearn.courses.rendering import Addresses
from tbblearn.courses.rules import Choice, Course, NoSuchPart, Question, ScreenRef
from tbblearn.db import utc_now
from tbblearn.people.guards import principal, requires
from tbblearn.people.rules import Role
from tbblearn.training.learning.screens import Feedback, ShownPractice, ShownText, feedback, safe_html, show_screen
from tbblearn.web.errors import NotFound, error_page
from tbblearn.web.language import LANGUAGES, page_language
from tbblearn.web.pages import Page

blueprint = Blueprint("previewing", __name__, template_folder="../templates")

DRAFT, VERSION = "draft", "version"


@dataclass(frozen=True)
class Previewed:
    """A course that is looked at, and where its pages and pictures are. `version` is None for a draft."""

    course: Course
    source: str
    arguments: Mapping[str, Any]
    asset_url: Callable[[str], str]
    version: int | None = None

    def url(self, page: str = "course", **more: Any) -> str:
        """The address of one of its preview pages, in the language of this one."""
        return url_for(f"previewing.{self.source}_{page}", **self.arguments, **more, sprak=page_language())

    def screen_url(self, ref: ScreenRef) -> str:
        """The address of a screen. One of another course is that course's own, in the same draft or as published."""
        where: dict[str, Any] = {"module_id": ref.module, "screen_id": ref.screen}
        if ref.course is None:
            return self.url("screen", **where)
        if self.source == DRAFT:
            arguments = {**self.arguments, "slug": ref.course}
            return url_for("previewing.draft_screen", **arguments, **where, sprak=page_language())
        return url_for("training.screen", slug=ref.course, **where)

    def term_url(self, term_id: str) -> str:
        """The address of a word that the course explains."""
        return self.url("glossary", _anchor=term_id)


@dataclass(frozen=True)
class ShownKey:
    """A choice of a quiz question with what is said about it."""

    text: Markup
    correct: bool
    feedback: Feedback


@dataclass(frozen=True)
class ShownQuestion:
    """A question of the quiz with its key."""

    number: int
    question: Question
    goal: str
    stem: Markup
    choices: tuple[ShownKey, ...]


@blueprint.before_request
def choose_language() -> None:
    """Show the page in the language that the address asks for; the editor's own choice stays as it is."""
    asked = request.args.get("sprak", "")
    if asked in LANGUAGES:
        g.language = asked
        refresh()


@blueprint.errorhandler(NoSuchPart)
def no_part(_error: NoSuchPart) -> Response:
    """An address that names no part or screen."""
    return error_page(404).render()


# --- a draft ---


@blueprint.get("/kurser/utkast/<int:draft_id>/visa/<slug>")
@requires(Role.EDITOR)
def draft_course(draft_id: int, slug: str) -> Page:
    """The first page of a course in a draft."""
    return _course_page(_draft(draft_id, slug))


@blueprint.get("/kurser/utkast/<int:draft_id>/visa/<slug>/del/<module_id>/<screen_id>")
@requires(Role.EDITOR)
def draft_screen(draft_id: int, slug: str, module_id: str, screen_id: str) -> Page:
    """A screen of a course in a draft."""
    return _screen_page(_draft(draft_id, slug), ScreenRef(module_id, screen_id))


@blueprint.get("/kurser/utkast/<int:draft_id>/visa/<slug>/prov")
@requires(Role.EDITOR)
def draft_quiz(draft_id: int, slug: str) -> Page:
    """The quiz of a course in a draft."""
    return _quiz_page(_draft(draft_id, slug))


@blueprint.get("/kurser/utkast/<int:draft_id>/visa/<slug>/ord")
@requires(Role.EDITOR)
def draft_glossary(draft_id: int, slug: str) -> Page:
    """The words that a course in a draft explains."""
    return _glossary_page(_draft(draft_id, slug))


def _draft(draft_id: int, slug: str) -> Previewed:
    found = checked_draft(draft_id, principal().person_id, utc_now())
    return Previewed(
        course=found.edition(slug).course,
        source=DRAFT,
        arguments={"draft_id": draft_id, "slug": slug},
        asset_url=partial(_draft_picture_url, draft_id),
    )


def _draft_picture_url(draft_id: int, sha256: str) -> str:
    return url_for("editing.draft_picture", draft_id=draft_id, sha256=sha256)


# --- a version ---


@blueprint.get("/kurser/<slug>/version/<int:number>")
@requires(Role.EDITOR)
def version_course(slug: str, number: int) -> Page:
    """The first page of a version."""
    return _course_page(_version(slug, number))


@blueprint.get("/kurser/<slug>/version/<int:number>/del/<module_id>/<screen_id>")
@requires(Role.EDITOR)
def version_screen(slug: str, number: int, module_id: str, screen_id: str) -> Page:
    """A screen of a version."""
    return _screen_page(_version(slug, number), ScreenRef(module_id, screen_id))


@blueprint.get("/kurser/<slug>/version/<int:number>/prov")
@requires(Role.EDITOR)
def version_quiz(slug: str, number: int) -> Page:
    """The quiz of a version."""
    return _quiz_page(_version(slug, number))


@blueprint.get("/kurser/<slug>/version/<int:number>/ord")
@requires(Role.EDITOR)
def version_glossary(slug: str, number: int) -> Page:
    """The words that a version explains."""
    return _glossary_page(_version(slug, number))


def _version(slug: str, number: int) -> Previewed:
    row = next((row for row in versions(slug) if row.number == number), None)
    if row is None:
        raise NotFound
    return Previewed(
        course=content(row.id),
        source=VERSION,
        arguments={"slug": slug, "number": number},
        asset_url=_picture_url,
        version=number,
    )


def _picture_url(sha256: str) -> str:
    return url_for("courses.asset", sha256=sha256)


# --- the pages ---


def _course_page(shown: Previewed) -> Page:
    return _page("training/preview_course.html", shown)


def _screen_page(shown: Previewed, here: ScreenRef) -> Page:
    course = shown.course
    module = course.module(here.module)
    screen = course.screen(here)
    way = [ScreenRef(part.id, one.id) for part in course.modules for one in part.screens]
    at = way.index(here)
    return _page(
        "training/preview_screen.html",
        shown,
        module=module,
        screen=screen,
        number=module.screens.index(screen) + 1,
        blocks=_blocks(shown, here),
        before=way[at - 1] if at else None,
        after=way[at + 1] if at + 1 < len(way) else None,
    )


def _blocks(shown: Previewed, here: ScreenRef) -> list[ShownText | ShownPractice]:
    """The screen's blocks; practice that is answered stays in the language of the page."""
    language = page_language()
    blocks = show_screen(
        shown.course,
        here,
        language,
        request.args.to_dict(flat=False),
        request.args.get("svara", ""),
        Addresses(shown.screen_url, shown.term_url, shown.asset_url),
    )
    return [
        replace(block, kept=(*block.kept, ("sprak", language))) if isinstance(block, ShownPractice) else block
        for block in blocks
    ]


def _quiz_page(shown: Previewed) -> Page:
    course, language = shown.course, page_language()
    goals = {goal.id: goal.text[language] for goal in course.goals}
    questions = [
        ShownQuestion(
            number=number,
            question=question,
            goal=goals[question.goal],
            stem=safe_html(question.stem[language]),
            choices=tuple(_with_key(course, choice, language) for choice in kind_of(question).explained(question)),
        )
        for number, question in enumerate(course.questions, start=1)
    ]
    return _page("training/preview_quiz.html", shown, questions=questions)


def _glossary_page(shown: Previewed) -> Page:
    if not shown.course.glossary:
        raise NotFound
    return _page("training/preview_glossary.html", shown)


def _with_key(course: Course, choice: Choice, language: str) -> ShownKey:
    return ShownKey(safe_html(choice.text[language]), choice.correct, feedback(course, choice, language))


def _page(template: str, shown: Previewed, **values: Any) -> Page:
    """A page with the links of this preview: `screen_url` is what the learner's components make their links with."""
    return Page(
        template,
        shown=shown,
        course=shown.course,
        screen_url=lambda _slug, ref: shown.screen_url(ref),
        other_language=_other_language_url(),
        **values,
    )


def _other_language_url() -> str:
    other = next(language for language in LANGUAGES if language != page_language())
    arguments: dict[str, Any] = request.args.to_dict(flat=False) | {"sprak": other} | (request.view_args or {})
    return url_for(request.endpoint or "", **arguments)
