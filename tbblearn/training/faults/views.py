"""Stämmer inte frågan? Berätta för redaktören: a learner reports a question that they have answered."""

from flask import Blueprint, current_app, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tbblearn.courses.rules import ScreenRef
from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal, signed_in
from tbblearn.training.faults import actions as fault_actions
from tbblearn.training.faults import queries as fault_queries
from tbblearn.training.faults.actions import Reporter
from tbblearn.training.faults.forms import FaultForm
from tbblearn.training.faults.queries import QuestionInVersion
from tbblearn.training.faults.rules import AlreadyReported, FaultKind, reporter_mark
from tbblearn.training.learning.blueprint import refused, screen_url
from tbblearn.training.learning.screens import safe_html
from tbblearn.training.rules import NotFound, TrainingError
from tbblearn.web.language import page_language
from tbblearn.web.pages import Page

blueprint = Blueprint("faults", __name__, template_folder="../templates")
blueprint.register_error_handler(TrainingError, refused)


@blueprint.get("/utbildning/<slug>/prov/<int:attempt_id>/fraga/<int:number>/fel")
@signed_in
def in_quiz(slug: str, attempt_id: int, number: int) -> Page:
    """Ask what is wrong with a question of a quiz that has been handed in."""
    found = _answered(slug, attempt_id, number)
    return _page(found, FaultForm(formdata=None), _result_url(slug, attempt_id))


@blueprint.post("/utbildning/<slug>/prov/<int:attempt_id>/fraga/<int:number>/fel")
@signed_in
def tell_of_quiz(slug: str, attempt_id: int, number: int) -> Page | Response:
    """Record it for the editor."""
    return _tell(_answered(slug, attempt_id, number), _result_url(slug, attempt_id))


@blueprint.get("/utbildning/<slug>/del/<module_id>/<screen_id>/<question_id>/fel")
@signed_in
def in_practice(slug: str, module_id: str, screen_id: str, question_id: str) -> Page:
    """Ask what is wrong with a practice question."""
    ref = ScreenRef(module_id, screen_id)
    return _page(
        fault_queries.practised_question(slug, ref, question_id), FaultForm(formdata=None), screen_url(slug, ref)
    )


@blueprint.post("/utbildning/<slug>/del/<module_id>/<screen_id>/<question_id>/fel")
@signed_in
def tell_of_practice(slug: str, module_id: str, screen_id: str, question_id: str) -> Page | Response:
    """Record it for the editor."""
    ref = ScreenRef(module_id, screen_id)
    return _tell(fault_queries.practised_question(slug, ref, question_id), screen_url(slug, ref))


def _answered(slug: str, attempt_id: int, number: int) -> QuestionInVersion:
    found = fault_queries.answered_question(principal().person_id, attempt_id, number)
    if found.course.slug != slug:
        raise NotFound(slug=slug)
    return found


def _result_url(slug: str, attempt_id: int) -> str:
    return url_for("training.result", slug=slug, attempt_id=attempt_id)


def _reporter(found: QuestionInVersion) -> Reporter:
    person_id = principal().person_id
    secret = current_app.config["TBBLEARN"].secret_key
    return Reporter(person_id, reporter_mark(secret, person_id, found.course_id, found.question.id))


def _page(found: QuestionInVersion, form: FaultForm, back: str, status: int = 200) -> Page:
    """The form, which the template leaves out where there is an open report, unless it would lose what was written."""
    told = fault_queries.open_report(_reporter(found).mark) is not None
    return Page(
        "training/fault.html",
        status,
        course=found.course,
        stem=safe_html(found.question.stem[page_language()]),
        form=form,
        back=back,
        told=told,
    )


def _tell(found: QuestionInVersion, back: str) -> Page | Response:
    form = FaultForm()
    if not form.validate():
        return _page(found, form, back, 422)
    try:
        fault_actions.report_fault(
            _reporter(found),
            found.course_version_id,
            found.question.id,
            FaultKind(form.kind.data),
            form.text.data or "",
            today=stockholm_date(utc_now()),
        )
    except AlreadyReported:
        return _page(found, form, back, 409)
    flash(_("Tack! Det du berättade är sparat och kursens redaktör kan läsa det."))
    return redirect(back, 303)
