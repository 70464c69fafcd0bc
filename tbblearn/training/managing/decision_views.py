"""What a manager decides about one person: exempt, extend, record a completion.

Each is a page that says what will happen, and a POST that does it once. Where something was decided meanwhile nothing
is done: the page comes back with how it is now and all that was typed.
"""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import requires
from tbblearn.people.rules import Role
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.managing.base_views import (
    EMPTY,
    before_now,
    by_manager,
    decision_page,
    done,
    opened,
    titles,
    told_of,
)
from tbblearn.training.managing.decision_forms import (
    ExemptForm,
    ExtendForm,
    RecordForm,
)
from tbblearn.training.managing.decision_queries import (
    BeforeDeciding,
    CourseToDecide,
)
from tbblearn.training.managing.list_address import lead_back
from tbblearn.training.record.words import record_words
from tbblearn.training.rules import (
    BadPeriod,
    Basis,
    DecidedMeanwhile,
    ExemptionReason,
    NotEmployedThen,
    NothingToExtend,
    NotInFuture,
)
from tbblearn.web.language import day, page_language
from tbblearn.web.pages import Page

blueprint = Blueprint("deciding", __name__, template_folder="../templates")
blueprint.context_processor(record_words)
lead_back(blueprint)


def _with_last_day(courses: Sequence[CourseToDecide]) -> list[tuple[str, str]]:
    return [
        (
            course.slug,
            _("%(course)s (sista dag nu: %(due)s)", course=course.title[page_language()], due=day(course.due_on)),
        )
        for course in courses
    ]


def _only(courses: Sequence[CourseToDecide]) -> str | None:
    """The course that is chosen from the start: the only one."""
    return courses[0].slug if len(courses) == 1 else None


# --- exempt ---


def _exempt_page(before: BeforeDeciding, form: ExemptForm, status: int = 200) -> Page:
    return decision_page("training/exempt.html", before, form, status)


@blueprint.get("/min-enhet/person/<int:person_id>/undantag")
@requires(Role.MANAGER)
def exempt(person_id: int) -> Page:
    """What an exemption means, and the form to grant one."""
    before = opened(person_id)
    today = stockholm_date(utc_now())
    form = ExemptForm(titles(before.courses), **EMPTY, data={"course": _only(before.courses), "from_on": today})
    return _exempt_page(before, form)


@blueprint.post("/min-enhet/person/<int:person_id>/undantag")
@told_of(ExemptForm)
@requires(Role.MANAGER)
def exempt_now(person_id: int) -> Page | Response:
    """Grant it."""
    before = before_now(person_id)
    form = ExemptForm(titles(before.courses))
    if not form.validate():
        return _exempt_page(before, form, 422)
    assert form.from_on.data is not None
    try:
        manager_actions.grant_exemption(
            person_id,
            form.course.data,
            from_on=form.from_on.data,
            until_on=form.until_on.data,
            reason=ExemptionReason(form.reason.data),
            seen=form.seen.data or "",
            **by_manager(),
        )
    except BadPeriod:
        form.until_on.errors = [_("Den sista dagen kan inte vara före den första.")]
        return _exempt_page(before, form, 422)
    except DecidedMeanwhile:
        return _exempt_page(before_now(person_id), form, 409)
    return done(person_id, _("Undantaget är sparat. Medarbetaren ser det på sina egna sidor."))


# --- extend ---


def _extend_page(before: BeforeDeciding, form: ExtendForm, status: int = 200) -> Page:
    return decision_page("training/extend.html", before, form, status)


@blueprint.get("/min-enhet/person/<int:person_id>/forlang")
@requires(Role.MANAGER)
def extend(person_id: int) -> Page:
    """What more time means, and the form to give it."""
    before = opened(person_id)
    form = ExtendForm(_with_last_day(before.extendable), **EMPTY, data={"course": _only(before.extendable)})
    return _extend_page(before, form)


@blueprint.post("/min-enhet/person/<int:person_id>/forlang")
@told_of(ExtendForm)
@requires(Role.MANAGER)
def extend_now(person_id: int) -> Page | Response:
    """Give it."""
    before = before_now(person_id)
    form = ExtendForm(_with_last_day(before.extendable))
    if not before.extendable:
        return _extend_page(before_now(person_id), form, 409)
    if not form.validate():
        return _extend_page(before, form, 422)
    assert form.until_on.data is not None
    try:
        manager_actions.extend(
            person_id,
            form.course.data,
            until_on=form.until_on.data,
            reason=ExemptionReason(form.reason.data),
            seen=form.seen.data or "",
            **by_manager(),
        )
    except BadPeriod as error:
        form.until_on.errors = [_too_early(error)]
        return _extend_page(before, form, 422)
    except (DecidedMeanwhile, NothingToExtend):
        return _extend_page(before_now(person_id), form, 409)
    return done(
        person_id,
        _("Tiden är förlängd till %(date)s. Medarbetaren ser det på sina egna sidor.", date=day(form.until_on.data)),
    )


def _too_early(error: BadPeriod) -> str:
    due_on, until_on = error.values["due_on"], error.values["until_on"]
    assert isinstance(due_on, date)
    assert isinstance(until_on, date)
    if until_on <= due_on:
        return _("Sista dag är redan %(due)s. Välj en senare dag.", due=day(due_on))
    return _("Den dagen har redan varit. Välj en dag från och med i dag.")


# --- record ---


def _record_page(before: BeforeDeciding, form: RecordForm, status: int = 200) -> Page:
    return decision_page("training/record.html", before, form, status)


@blueprint.get("/min-enhet/person/<int:person_id>/registrera")
@requires(Role.MANAGER)
def record(person_id: int) -> Page:
    """What recording means, and the form for it."""
    before = opened(person_id)
    return _record_page(before, RecordForm(titles(before.courses), **EMPTY, data={"course": _only(before.courses)}))


@blueprint.post("/min-enhet/person/<int:person_id>/registrera")
@told_of(RecordForm)
@requires(Role.MANAGER)
def record_now(person_id: int) -> Page | Response:
    """Write it down."""
    before = before_now(person_id)
    form = RecordForm(titles(before.courses))
    if not form.validate():
        return _record_page(before, form, 422)
    assert form.achieved_on.data is not None
    try:
        manager_actions.record_completion(
            person_id,
            form.course.data,
            achieved_on=form.achieved_on.data,
            basis=Basis(form.basis.data),
            evidence=form.evidence.data or "",
            seen=form.seen.data or "",
            **by_manager(),
        )
    except NotInFuture:
        form.achieved_on.errors = [_("Den dagen har inte varit än.")]
        return _record_page(before, form, 422)
    except NotEmployedThen:
        form.achieved_on.errors = [_("Den dagen var personen inte anställd, enligt personalfilen.")]
        return _record_page(before, form, 422)
    except DecidedMeanwhile:
        return _record_page(before_now(person_id), form, 409)
    return done(
        person_id,
        _(
            "Registrerad som genomförd %(date)s. Medarbetaren ser det på sina egna sidor.",
            date=day(form.achieved_on.data),
        ),
    )
