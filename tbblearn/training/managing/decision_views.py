"""What a manager decides about one person: exempt, extend, record a completion, and take each of these back.

Each has a page that says what will happen, and a POST that does it once. Where something was decided meanwhile nothing
is done: the page comes back with how it is now and everything that was typed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import requires
from tbblearn.people.rules import Role
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.managing.base_views import (
    EMPTY,
    Refusals,
    before_now,
    by_manager,
    decide,
    decision_page,
    opened,
    titles,
    told_of,
)
from tbblearn.training.managing.decision_forms import EndForm, ExemptForm, ExtendForm, RecordForm, WithdrawForm
from tbblearn.training.managing.decision_queries import (
    BeforeDeciding,
    CourseToDecide,
    DecisionToEnd,
    completion_to_withdraw,
    decision_to_end,
)
from tbblearn.training.managing.list_address import lead_back
from tbblearn.training.record.words import record_words
from tbblearn.training.rules import (
    AlreadyRevoked,
    BadPeriod,
    Basis,
    DecidedMeanwhile,
    ExemptionEndReason,
    ExemptionReason,
    NotEmployedThen,
    NotInFuture,
    RevocationReason,
)
from tbblearn.web.language import day, page_language
from tbblearn.web.pages import Page

blueprint = Blueprint("deciding", __name__, template_folder="../templates")
blueprint.context_processor(record_words)
lead_back(blueprint)


def _only(courses: Sequence[CourseToDecide]) -> str | None:
    """The course that is chosen from the start: the only one."""
    return courses[0].slug if len(courses) == 1 else None


# --- exempt ---


@blueprint.get("/min-enhet/person/<int:person_id>/undantag")
@requires(Role.MANAGER)
def exempt(person_id: int) -> Page:
    """What an exemption means, and the form to grant one."""
    before = opened(person_id)
    today = stockholm_date(utc_now())
    form = ExemptForm(titles(before.courses), **EMPTY, data={"course": _only(before.courses), "from_on": today})
    return decision_page("training/exempt.html", before, form)


@blueprint.post("/min-enhet/person/<int:person_id>/undantag")
@told_of(ExemptForm)
@requires(Role.MANAGER)
def exempt_now(person_id: int) -> Page | Response:
    """Grant it."""
    before = before_now(person_id)
    form = ExemptForm(titles(before.courses))

    def grant() -> str:
        assert form.from_on.data is not None
        manager_actions.grant_exemption(
            person_id,
            form.course.data,
            from_on=form.from_on.data,
            until_on=form.until_on.data,
            reason=ExemptionReason(form.reason.data),
            **by_manager(form),
        )
        return _("Undantaget är sparat. Medarbetaren ser det på sina egna sidor.")

    too_short = form.until_on, lambda _values: _("Den sista dagen kan inte vara före den första.")
    return decide("training/exempt.html", before, form, grant, {BadPeriod: too_short})


# --- extend ---


@blueprint.get("/min-enhet/person/<int:person_id>/forlang")
@requires(Role.MANAGER)
def extend(person_id: int) -> Page:
    """What more time means, and the form to give it."""
    before = opened(person_id)
    form = ExtendForm(_with_last_day(before.extendable), **EMPTY, data={"course": _only(before.extendable)})
    return decision_page("training/extend.html", before, form)


@blueprint.post("/min-enhet/person/<int:person_id>/forlang")
@told_of(ExtendForm)
@requires(Role.MANAGER)
def extend_now(person_id: int) -> Page | Response:
    """Give it."""
    before = before_now(person_id)
    form = ExtendForm(_with_last_day(before.extendable))
    if not before.extendable:
        return decision_page("training/extend.html", before, form, 409)

    def give() -> str:
        until_on = form.until_on.data
        assert until_on is not None
        manager_actions.extend(
            person_id, form.course.data, until_on=until_on, reason=ExemptionReason(form.reason.data), **by_manager(form)
        )
        return _("Tiden är förlängd till %(date)s. Medarbetaren ser det på sina egna sidor.", date=day(until_on))

    return decide("training/extend.html", before, form, give, {BadPeriod: (form.until_on, _too_early)})


def _with_last_day(courses: Sequence[CourseToDecide]) -> list[tuple[str, str]]:
    return [
        (
            course.slug,
            _("%(course)s (sista dag nu: %(due)s)", course=course.title[page_language()], due=day(course.due_on)),
        )
        for course in courses
    ]


def _too_early(values: Mapping[str, Any]) -> str:
    if values["until_on"] <= values["due_on"]:
        return _("Sista dag är redan %(due)s. Välj en senare dag.", due=day(values["due_on"]))
    return _("Den dagen har redan varit. Välj en dag från och med i dag.")


# --- record ---


@blueprint.get("/min-enhet/person/<int:person_id>/registrera")
@requires(Role.MANAGER)
def record(person_id: int) -> Page:
    """What recording means, and the form for it."""
    before = opened(person_id)
    form = RecordForm(titles(before.courses), **EMPTY, data={"course": _only(before.courses)})
    return decision_page("training/record.html", before, form)


@blueprint.post("/min-enhet/person/<int:person_id>/registrera")
@told_of(RecordForm)
@requires(Role.MANAGER)
def record_now(person_id: int) -> Page | Response:
    """Record it."""
    before = before_now(person_id)
    form = RecordForm(titles(before.courses))

    def write_down() -> str:
        achieved_on = form.achieved_on.data
        assert achieved_on is not None
        manager_actions.record_completion(
            person_id,
            form.course.data,
            achieved_on=achieved_on,
            basis=Basis(form.basis.data),
            evidence=form.evidence.data or "",
            **by_manager(form),
        )
        return _("Registrerad som genomförd %(date)s. Medarbetaren ser det på sina egna sidor.", date=day(achieved_on))

    not_yet = _("Den dagen har inte varit än.")
    not_employed = _("Den dagen var personen inte anställd, enligt personalfilen.")
    refusals: Refusals = {
        NotInFuture: (form.achieved_on, lambda _values: not_yet),
        NotEmployedThen: (form.achieved_on, lambda _values: not_employed),
    }
    return decide("training/record.html", before, form, write_down, refusals)


# --- end an exemption or an extension ---


def _to_end(before: BeforeDeciding, exemption_id: int) -> DecisionToEnd:
    return decision_to_end(before, exemption_id, stockholm_date(utc_now()))


@blueprint.get("/min-enhet/person/<int:person_id>/avsluta/<int:exemption_id>")
@requires(Role.MANAGER)
def end_decision(person_id: int, exemption_id: int) -> Page:
    """What taking back or shortening a decision means, and the form for it."""
    before = opened(person_id)
    return decision_page("training/end_decision.html", before, EndForm(**EMPTY), decision=_to_end(before, exemption_id))


@blueprint.post("/min-enhet/person/<int:person_id>/avsluta/<int:exemption_id>")
@told_of(EndForm, lambda before, values: _to_end(before, values["exemption_id"]).one.title)
@requires(Role.MANAGER)
def end_decision_now(person_id: int, exemption_id: int) -> Page | Response:
    """Take it back, or shorten it."""
    form = EndForm()

    def end() -> str:
        due_on = manager_actions.end_decision(
            exemption_id, last_on=form.last_on.data, reason=ExemptionEndReason(form.reason.data), **by_manager(form)
        )
        if due_on is None:
            return _("Beslutet är ändrat. Medarbetaren ser det på sina egna sidor.")
        return _(
            "Beslutet är ändrat. Sista dag är nu %(due)s. Medarbetaren ser det på sina egna sidor.", due=day(due_on)
        )

    return decide(
        "training/end_decision.html",
        before_now(person_id),
        form,
        end,
        {BadPeriod: (form.last_on, _not_shorter)},
        lambda before: {"decision": _to_end(before, exemption_id)},
    )


def _not_shorter(values: Mapping[str, Any]) -> str:
    from_on, until_on = day(values["from_on"]), values["until_on"]
    if until_on is None:
        return _("Välj en dag från och med %(from_on)s.", from_on=from_on)
    return _("Välj en dag från och med %(from_on)s som är före %(until_on)s.", from_on=from_on, until_on=day(until_on))


# --- withdraw a completion ---


@blueprint.get("/min-enhet/person/<int:person_id>/aterkalla/<int:completion_id>")
@requires(Role.MANAGER)
def withdraw(person_id: int, completion_id: int) -> Page:
    """What withdrawing a completion means, and the form for it."""
    before = opened(person_id)
    completion = completion_to_withdraw(before, completion_id)
    return decision_page("training/withdraw.html", before, WithdrawForm(**EMPTY), completion=completion)


@blueprint.post("/min-enhet/person/<int:person_id>/aterkalla/<int:completion_id>")
@told_of(WithdrawForm, lambda before, values: completion_to_withdraw(before, values["completion_id"]).title)
@requires(Role.MANAGER)
def withdraw_now(person_id: int, completion_id: int) -> Page | Response:
    """Withdraw it. Where it was withdrawn for the same reason already, there is nothing left to do."""
    form = WithdrawForm()

    def revoke() -> str:
        reason = RevocationReason(form.reason.data)
        try:
            manager_actions.revoke_completion(completion_id, reason=reason, **by_manager(form))
        except AlreadyRevoked as error:
            if error.values["reason"] != reason:
                raise DecidedMeanwhile(person_id=person_id) from error
        return _("Den är återkallad och finns kvar med sitt skäl. Medarbetaren ser det på sina egna sidor.")

    return decide(
        "training/withdraw.html",
        before_now(person_id),
        form,
        revoke,
        shown=lambda before: {"completion": completion_to_withdraw(before, completion_id)},
    )
