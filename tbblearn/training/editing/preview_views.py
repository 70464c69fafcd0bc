"""How a course looks to a learner, for its editor: a draft before it is published, or any version.

Nothing is saved: practice is answered in the address as learners do, and the quiz is shown with its key and the
feedback on every choice. ?sprak= shows the page in the other language.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, g, request, url_for
from flask_babel import refresh
from markupsafe import Markup

from tbblearn.courses.drafts.queries import checked_draft
from tbblearn.courses.kinds import kind_of
from tbblearn.courses.queries import content, versions
from tbblearn.courses.rendering import Addresses
from tbblearn.courses.rules import Course, Module, NoSuchPart, Question, ScreenRef
from tbblearn.courses.vocabulary import cited_source
from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal, requires
from tbblearn.people.rules import Role
from tbblearn.training.learning.blueprint import asset_url, word_url
from tbblearn.training.learning.screens import (
    ExplainedChoice,
    ShownPractice,
    ShownSection,
    explained,
    safe_html,
    show_part,
)
from tbblearn.web.errors import NotFound, error_page
from tbblearn.web.language import LANGUAGES, page_language
from tbblearn.web.pages import Page

blueprint = Blueprint("previewing", __name__, template_folder="../templates")

DRAFT, VERSION = "draft", "version"


@dataclass(frozen=True)
class Previewed:
    """A course in preview, and where its pages and pictures are. `version` is None for a draft."""

    course: Course
    source: str
    arguments: Mapping[str, Any]
    asset_url: Callable[[str], str]
    version: int | None = None

    def url(self, page: str = "course", **more: Any) -> str:
        """The address of one of its preview pages, in the language of this one."""
        return url_for(f"previewing.{self.source}_{page}", **self.arguments, **more, sprak=page_language())

    def screen_url(self, ref: ScreenRef) -> str:
        """The address of a section; another course's is in the same draft, or as published."""
        where: dict[str, Any] = {"module_id": ref.module, "_anchor": ref.screen}
        if ref.course is None:
            return self.url("part", **where)
        if self.source == DRAFT:
            arguments = {**self.arguments, "slug": ref.course}
            return url_for("previewing.draft_part", **arguments, **where, sprak=page_language())
        return url_for("training.part", slug=ref.course, **where)


@dataclass(frozen=True)
class ShownQuestion:
    """A question of the quiz with its key."""

    number: int
    question: Question
    goal: str
    stem: Markup
    choices: tuple[ExplainedChoice, ...]
    sources: tuple[str, ...]


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


# --- the pages: each of a draft, and of a version ---

_DRAFT = "/kurser/utkast/<int:draft_id>/visa/<slug>"
_VERSION = "/kurser/<slug>/version/<int:number>"


@blueprint.get(_DRAFT, endpoint="draft_course")
@blueprint.get(_VERSION, endpoint="version_course")
@requires(Role.EDITOR)
def course(slug: str, **where: int) -> Page:
    """The first page of a course."""
    shown = _previewed(slug, **where)
    due = shown.course.due_sources(stockholm_date(utc_now()))
    return _page("training/preview_course.html", shown, due_sources=due)


@blueprint.get(f"{_DRAFT}/del/<module_id>", endpoint="draft_part")
@blueprint.get(f"{_VERSION}/del/<module_id>", endpoint="version_part")
@requires(Role.EDITOR)
def part(slug: str, module_id: str, **where: int) -> Page:
    """A part of a course."""
    shown = _previewed(slug, **where)
    module = shown.course.module(module_id)
    after = shown.course.modules[module.number : module.number + 1]
    return _page(
        "training/preview_part.html",
        shown,
        module=module,
        sections=_sections(shown, module),
        after=after[0] if after else None,
    )


@blueprint.get(f"{_DRAFT}/prov", endpoint="draft_quiz")
@blueprint.get(f"{_VERSION}/prov", endpoint="version_quiz")
@requires(Role.EDITOR)
def quiz(slug: str, **where: int) -> Page:
    """The quiz of a course with its key."""
    shown, language = _previewed(slug, **where), page_language()
    goals = {goal.id: goal.text[language] for goal in shown.course.goals}
    titles = {source.id: source.title[language] for source in shown.course.sources}
    questions = [
        ShownQuestion(
            number=number,
            question=question,
            sources=tuple(_cited(one, titles) for one in question.sources),
            goal=goals[question.goal],
            stem=safe_html(question.stem[language]),
            choices=tuple(
                explained(shown.course, choice, language) for choice in kind_of(question).explained(question)
            ),
        )
        for number, question in enumerate(shown.course.questions, start=1)
    ]
    return _page("training/preview_quiz.html", shown, questions=questions)


@blueprint.get(f"{_DRAFT}/ord", endpoint="draft_glossary")
@blueprint.get(f"{_VERSION}/ord", endpoint="version_glossary")
@requires(Role.EDITOR)
def glossary(slug: str, **where: int) -> Page:
    """The words that a course explains."""
    shown = _previewed(slug, **where)
    if not shown.course.glossary:
        raise NotFound
    return _page("training/preview_glossary.html", shown)


def _cited(citation: str, titles: Mapping[str, str]) -> str:
    """A citation as it is read: the source by its title, where the course lists it."""
    name = cited_source(citation)
    return citation.replace(name, titles.get(name, name), 1)


def _previewed(slug: str, *, draft_id: int | None = None, number: int | None = None) -> Previewed:
    """The course in the editor's own draft, or else its version `number`."""
    if draft_id is not None:
        return Previewed(
            course=checked_draft(draft_id, principal().person_id, utc_now()).edition(slug).course,
            source=DRAFT,
            arguments={"draft_id": draft_id, "slug": slug},
            asset_url=lambda sha256: url_for("editing.draft_picture", draft_id=draft_id, sha256=sha256),
        )
    row = next((row for row in versions(slug) if row.number == number), None)
    if row is None:
        raise NotFound
    return Previewed(
        course=content(row.id),
        source=VERSION,
        arguments={"slug": slug, "number": number},
        asset_url=asset_url,
        version=number,
    )


def _sections(shown: Previewed, module: Module) -> list[ShownSection]:
    """The part's sections; answering practice keeps the language of the page."""
    language = page_language()
    sections = show_part(
        shown.course,
        module,
        language,
        request.args.to_dict(flat=False),
        request.args.get("svara", ""),
        Addresses(shown.screen_url, word_url, shown.asset_url),
    )
    kept = ("sprak", language)
    return [
        replace(
            section,
            blocks=[
                replace(block, kept=(*block.kept, kept)) if isinstance(block, ShownPractice) else block
                for block in section.blocks
            ],
        )
        for section in sections
    ]


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
