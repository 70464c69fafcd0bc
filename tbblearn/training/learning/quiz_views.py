"""The quiz: its first page, one question at a time, the review, the result.

Each question has an address of its own, so that Back, reload and a second tab show what they say. An answer is saved
in a POST and answered with 303 to the next question. Most browsers with script spare themselves that second request:
they ask for the next page at once (`straight_on`), and give it its own address in the history (tbblearn.js, ADR 7).
"""

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from tbblearn.courses.kinds import kind_of
from tbblearn.courses.rules import Course, Goal, NoSuchPart, QuestionKind, ScreenRef
from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal, signed_in
from tbblearn.training.attempts import queries as attempt_queries
from tbblearn.training.attempts.earlier import latest_failed
from tbblearn.training.learning import actions
from tbblearn.training.learning import queries as learner_queries
from tbblearn.training.learning.blueprint import blueprint, quiz_url, screen_url
from tbblearn.training.learning.forms import AnswerForm
from tbblearn.training.learning.screens import safe_html, show_answer, show_rows
from tbblearn.training.rules import (
    IncompleteAnswer,
    NotFound,
    OneChoiceOnly,
    SamePlaceTwice,
    TrainingError,
    UnknownChoice,
)
from tbblearn.web.kept import Told, told_by
from tbblearn.web.language import page_language
from tbblearn.web.pages import Page

RESULT = "resultat"
"""The id of the result's heading: the address names it, so that the browser puts the focus there."""


@blueprint.get("/utbildning/<slug>/prov")
@signed_in
def quiz(slug: str) -> Page:
    """What the quiz is, and the button that starts it or goes on with it; else what is left to read first."""
    today = stockholm_date(utc_now())
    found = learner_queries.course_page(principal().person_id, slug, today)
    missed_in = latest_failed(found.task.enrolment_id) if found.failed_before and found.task is not None else None
    return Page(
        "training/quiz.html",
        found=found,
        course=found.course,
        unread=[module for module in found.course.modules if module.id not in found.parts_read],
        missed_in=missed_in,
        today=today,
    )


@blueprint.post("/utbildning/<slug>/prov")
@signed_in
def start_quiz(slug: str) -> Response:
    """Draw the questions, or go on with the attempt that is open."""
    now = utc_now()
    own = actions.start_attempt(principal().person_id, slug, now=now, today=stockholm_date(now))
    return redirect(quiz_url(slug, own.id, own.first_without_answer), 303)


@blueprint.get("/utbildning/<slug>/prov/<int:attempt_id>/fraga/<int:number>")
@signed_in
def question(slug: str, attempt_id: int, number: int) -> Page:
    """One question with the answer that is saved, if there is one. ?sparat= names the one that was saved just now."""
    found = attempt_queries.question_page(principal().person_id, attempt_id, number)
    _demand_course(found.slug, slug)
    return _question_page(found, just_saved=_just_saved())


def _answer_in_words(values: Mapping[str, Any], sent: MultiDict[str, str]) -> list[Told] | None:
    """The question with the answer that was chosen; None if the address now has another question, or none."""
    try:
        found = attempt_queries.question_page(principal().person_id, values["attempt_id"], values["number"])
    except TrainingError:
        return None
    if found.question.id != sent.get("question"):
        return None
    language = page_language()
    chosen = [one for one in found.choices if one.id in sent.getlist("answer")]
    texts = tuple(safe_html(one.text[language]).striptags() for one in chosen)
    return [Told(safe_html(found.question.stem[language]).striptags(), texts)]


_NOT_TAKEN: dict[type[TrainingError], Any] = {
    UnknownChoice: _l("Välj ett svar."),
    OneChoiceOnly: _l("Välj ett svar."),
    IncompleteAnswer: _l("Välj ett svar på varje rad."),
    SamePlaceTwice: _l("Varje steg ska ha en egen plats. Två steg har samma."),
}


@blueprint.post("/utbildning/<slug>/prov/<int:attempt_id>/fraga/<int:number>")
@told_by(_answer_in_words)
@signed_in
def answer(slug: str, attempt_id: int, number: int) -> Page | Response:
    """Save the answer, and go on to the next question without one; from the last, to the review."""
    form = AnswerForm()
    valid = form.validate()
    if form.question.errors:
        raise BadRequest
    if not valid:
        return _asked_again(slug, attempt_id, number, form)
    try:
        own = actions.save_answer(
            principal().person_id, attempt_id, form.question.data or "", form.answer.data or [], now=utc_now()
        )
    except tuple(_NOT_TAKEN) as error:
        form.answer.errors = [str(_NOT_TAKEN[type(error)])]
        return _asked_again(slug, attempt_id, number, form)
    just_saved = own.number(form.question.data or "")
    following = own.next_without_answer(form.question.data or "")
    address = quiz_url(slug, attempt_id, following, just_saved=just_saved)
    if not form.straight_on.data or own.id != attempt_id or own.course.slug != slug:
        return redirect(address, 303)
    if following is None:
        return _review_page(attempt_queries.review_of(own), just_saved=just_saved, moved_to=address)
    return _question_page(attempt_queries.question_of(own, following), just_saved=just_saved, moved_to=address)


def _asked_again(slug: str, attempt_id: int, number: int, form: AnswerForm) -> Page:
    """The same question, with what was sent and why it could not be saved."""
    found = attempt_queries.question_page(principal().person_id, attempt_id, number)
    _demand_course(found.slug, slug)
    return _question_page(found, form)


def _just_saved() -> int | None:
    """The number of the question that was saved on the way here; the address is anybody's to write."""
    return request.args.get("sparat", type=int)


def _question_page(
    found: attempt_queries.QuestionPage,
    form: AnswerForm | None = None,
    *,
    just_saved: int | None = None,
    moved_to: str = "",
) -> Page:
    """The question with its saved answer, or with the one sent in `form` that could not be saved.

    Questions between this one and the one just saved have an answer: the page says that it goes past them.

    `moved_to` is the page's own address, where it answers a form that was sent to another.
    """
    chosen = found.chosen if form is None else frozenset(form.answer.data or [])
    return Page(
        "training/question.html",
        200 if form is None else 422,
        found=found,
        form=form,
        controls=kind_of(found.question).controls,
        several=found.question.kind is QuestionKind.MULTIPLE,
        rows=show_rows(found.question, found.choices, page_language(), chosen, sent=form is not None),
        just_saved=just_saved,
        passed_over=[] if just_saved is None else [n for n in sorted(found.answered) if just_saved < n < found.number],
        moved_to=moved_to,
    )


@blueprint.get("/utbildning/<slug>/prov/<int:attempt_id>/granska")
@signed_in
def review(slug: str, attempt_id: int) -> Page:
    """All answers before they are handed in, and what handing in means."""
    found = attempt_queries.review_page(principal().person_id, attempt_id)
    _demand_course(found.slug, slug)
    return _review_page(found, just_saved=_just_saved())


def _review_page(found: attempt_queries.ReviewPage, *, just_saved: int | None, moved_to: str = "") -> Page:
    return Page("training/review.html", found=found, just_saved=just_saved, moved_to=moved_to)


@blueprint.post("/utbildning/<slug>/prov/<int:attempt_id>/lamna-in")
@signed_in
def hand_in(slug: str, attempt_id: int) -> Response:
    """Hand in; a second time gives the same result."""
    actions.hand_in(principal().person_id, attempt_id, now=utc_now())
    return redirect(url_for("training.result", slug=slug, attempt_id=attempt_id, _anchor=RESULT), 303)


@blueprint.get("/utbildning/<slug>/prov/<int:attempt_id>/resultat")
@signed_in
def result(slug: str, attempt_id: int) -> Page:
    """How it went, in words first; what to read again; each question with why. Only a pass reveals the key."""
    person_id = principal().person_id
    found = attempt_queries.result_page(person_id, attempt_id)
    _demand_course(found.course.slug, slug)
    # What it counts for, and when the course comes back, is known of the newest completion.
    today = stockholm_date(utc_now())
    done = learner_queries.course_page(person_id, slug, today).done if found.completion_id else None
    newest = done if done is not None and done.completion_id == found.completion_id else None
    answers = [
        show_answer(
            found.course,
            one.question,
            one.choices,
            one.chosen,
            number=one.number,
            language=page_language(),
            show_key=found.passed,
            counts_as_right=one.right,
            corrected=one.corrected,
        )
        for one in found.questions
    ]
    return Page(
        "training/result.html",
        found=found,
        course=found.course,
        heading_id=RESULT,
        newest=newest,
        this_year=today.year,
        missed=[one for one in answers if not one.right],
        right=[one for one in answers if one.right],
        to_read=[(goal, *_where_taught(found, goal)) for goal in found.missed_goals],
    )


def _where_taught(found: attempt_queries.ResultPage, goal: Goal) -> tuple[str, str]:
    """The address and name of what to read on a missed goal: the section that the answer points to, else the part.

    The name is empty where another course, or a newer version, teaches it.
    """
    course = found.course
    for one in found.questions:
        if one.question.goal == goal.id and not one.right:
            chosen_first = sorted(one.choices, key=lambda choice: choice.correct or choice.id not in one.chosen)
            ref = next((choice.read for choice in chosen_first if choice.read is not None), None)
            if ref is not None:
                return screen_url(course.slug, ref), _name(course, ref)
    part = ScreenRef(goal.module, "", goal.course)
    return url_for("training.part", slug=goal.course or course.slug, module_id=goal.module), _name(course, part)


def _name(course: Course, ref: ScreenRef) -> str:
    """A section by its part's number and its own title, or a part if `ref` names no section."""
    if ref.course is not None:
        return ""
    try:
        part = course.module(ref.module)
        title = course.screen(ref).title if ref.screen else part.title
    except NoSuchPart:
        return ""
    return _("Del %(n)s: %(title)s", n=part.number, title=title[page_language()])


def _demand_course(found: str, asked: str) -> None:
    """An attempt has one address, below its own course."""
    if found != asked:
        raise NotFound(slug=asked)
