"""What a manager decides about one person: exempt, extend, end these, record a completion, withdraw one.

Each is a page that says what will happen, and a POST that does it once. Where something was decided meanwhile nothing
is done: the page comes back with how it is now and all that was typed.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tbblearn.audit.actions import note_seen
from tbblearn.audit.rules import Seen
from tbblearn.courses.rules import Text
from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal, requires
from tbblearn.people.rules import Role
from tbblearn.training.managing import actions as manager_actions
from tbblearn.training.managing.decision_forms import (
    DecisionForm,
    EndForm,
    ExemptForm,
    ExtendForm,
    RecordForm,
    WithdrawForm,
)
from tbblearn.training.managing.decision_queries import (
    BeforeDeciding,
    CourseToDecide,
    DecisionToEnd,
    before_deciding,
    completion_to_withdraw,
    decision_to_end,
)
from tbblearn.training.managing.list_address import lead_back
from tbblearn.training.managing.person_queries import ManagedCompletion
from tbblearn.training.record.words import record_words
from tbblearn.training.rules import (
    AlreadyRevoked,
    BadPeriod,
    Basis,
    DecidedMeanwhile,
    ExemptionEndReason,
    ExemptionReason,
    NotEmployedThen,
    NotFound,
    NothingToEnd,
    NothingToExtend,
    NotInFuture,
    RevocationReason,
)
from tbblearn.web.kept import Told, View, told, told_by
from tbblearn.web.language import day, page_language
from tbblearn.web.pages import Page

blueprint = Blueprint("deciding", __name__, template_folder="../templates")
blueprint.context_processor(record_words)
lead_back(blueprint)

_EMPTY: dict[str, Any] = {"formdata": None}


def _before(person_id: int) -> BeforeDeciding:
    """How somebody in the own units stands. There is nothing to decide about oneself: that is for one's own manager."""
    if person_id == principal().person_id:
        raise NotFound(person_id=person_id)
    return before_deciding(person_id, principal().scope(Role.MANAGER), stockholm_date(utc_now()))


def _opened(person_id: int) -> BeforeDeciding:
    """The same for a page that is opened: it shows somebody to a manager, which is noted."""
    before = _before(person_id)
    note_seen(
        Seen.PERSON_SHOWN,
        now=utc_now(),
        actor_id=principal().person_id,
        object_kind="person",
        object_id=person_id,
    )
    return before


def _page(template: str, before: BeforeDeciding, form: DecisionForm, status: int = 200, **values: Any) -> Page:
    """A decision's page. The form gets the mark of how things stand now, as the page shows them.

    One sent with something to correct keeps its mark: what was decided meanwhile has still not been told.
    """
    if status != 422:
        form.seen.data = before.seen
    today = stockholm_date(utc_now())
    return Page(
        template, status, found=before.person, before=before, form=form, meanwhile=status == 409, today=today, **values
    )


def _titles(courses: Sequence[CourseToDecide]) -> list[tuple[str, str]]:
    return [(course.slug, course.title[page_language()]) for course in courses]


def _with_last_day(courses: Sequence[CourseToDecide]) -> list[tuple[str, str]]:
    return [
        (
            course.slug,
            _("%(course)s (sista dag nu: %(due)s)", course=course.title[page_language()], due=day(course.due_on)),
        )
        for course in courses
    ]


def _told_by(
    form: type[DecisionForm], course: Callable[[BeforeDeciding, Mapping[str, Any]], Text] | None = None
) -> Callable[[View], View]:
    """The form in words, should it come too late: about whom, and courses by their titles.

    `course` gives the title where the address names it and the form does not.
    """

    def in_words(values: Mapping[str, Any], sent: MultiDict[str, str]) -> list[Told] | None:
        try:  # that this manager saw this person was noted when the page was opened
            before = _before(values["person_id"])
            title = None if course is None else course(before, values)[page_language()]
        except NotFound:
            return None
        about = [Told(_("Medarbetare"), (before.person.name or _("Skyddade uppgifter"),))]
        if title is not None:
            about.append(Told(_("Utbildning"), (title,)))
        return [*about, *told(form, sent, {"course": dict(_titles(before.courses))})]

    return told_by(in_words)


def _only(courses: Sequence[CourseToDecide]) -> str | None:
    """The course that is chosen from the start: the only one."""
    return courses[0].slug if len(courses) == 1 else None


def _done(person_id: int, receipt: str) -> Response:
    flash(receipt)
    return redirect(url_for("managing.person_history", person_id=person_id), 303)


def _by() -> dict[str, Any]:
    """Who decides, where and when."""
    person = principal()
    now: datetime = utc_now()
    return {"by": person.person_id, "scope": person.scope(Role.MANAGER), "now": now, "today": stockholm_date(now)}


# --- exempt ---


def _exempt_page(before: BeforeDeciding, form: ExemptForm, status: int = 200) -> Page:
    return _page("training/exempt.html", before, form, status)


@blueprint.get("/min-enhet/person/<int:person_id>/undantag")
@requires(Role.MANAGER)
def exempt(person_id: int) -> Page:
    """What an exemption means, and the form to grant one."""
    before = _opened(person_id)
    today = stockholm_date(utc_now())
    form = ExemptForm(_titles(before.courses), **_EMPTY, data={"course": _only(before.courses), "from_on": today})
    return _exempt_page(before, form)


@blueprint.post("/min-enhet/person/<int:person_id>/undantag")
@_told_by(ExemptForm)
@requires(Role.MANAGER)
def exempt_now(person_id: int) -> Page | Response:
    """Grant it."""
    before = _before(person_id)
    form = ExemptForm(_titles(before.courses))
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
            **_by(),
        )
    except BadPeriod:
        form.until_on.errors = [_("Den sista dagen kan inte vara före den första.")]
        return _exempt_page(before, form, 422)
    except DecidedMeanwhile:
        return _exempt_page(_before(person_id), form, 409)
    return _done(person_id, _("Undantaget är sparat. Medarbetaren ser det på sina egna sidor."))


# --- extend ---


def _extend_page(before: BeforeDeciding, form: ExtendForm, status: int = 200) -> Page:
    return _page("training/extend.html", before, form, status)


@blueprint.get("/min-enhet/person/<int:person_id>/forlang")
@requires(Role.MANAGER)
def extend(person_id: int) -> Page:
    """What more time means, and the form to give it."""
    before = _opened(person_id)
    form = ExtendForm(_with_last_day(before.extendable), **_EMPTY, data={"course": _only(before.extendable)})
    return _extend_page(before, form)


@blueprint.post("/min-enhet/person/<int:person_id>/forlang")
@_told_by(ExtendForm)
@requires(Role.MANAGER)
def extend_now(person_id: int) -> Page | Response:
    """Give it."""
    before = _before(person_id)
    form = ExtendForm(_with_last_day(before.extendable))
    if not before.extendable:
        return _extend_page(_before(person_id), form, 409)
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
            **_by(),
        )
    except BadPeriod as error:
        form.until_on.errors = [_too_early(error)]
        return _extend_page(before, form, 422)
    except (DecidedMeanwhile, NothingToExtend):
        return _extend_page(_before(person_id), form, 409)
    return _done(
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


# --- end an exemption or an extension ---


def _end_page(before: BeforeDeciding, decision: DecisionToEnd, form: EndForm, status: int = 200) -> Page:
    return _page("training/end_decision.html", before, form, status, decision=decision)


def _to_end(before: BeforeDeciding, exemption_id: int) -> DecisionToEnd:
    return decision_to_end(before, exemption_id, stockholm_date(utc_now()))


@blueprint.get("/min-enhet/person/<int:person_id>/avsluta/<int:exemption_id>")
@requires(Role.MANAGER)
def end_decision(person_id: int, exemption_id: int) -> Page:
    """What taking back or shortening a decision means, and the form for it."""
    before = _opened(person_id)
    return _end_page(before, _to_end(before, exemption_id), EndForm(**_EMPTY))


@blueprint.post("/min-enhet/person/<int:person_id>/avsluta/<int:exemption_id>")
@_told_by(EndForm, lambda before, values: _to_end(before, values["exemption_id"]).one.title)
@requires(Role.MANAGER)
def end_decision_now(person_id: int, exemption_id: int) -> Page | Response:
    """Take it back, or shorten it."""
    before = _before(person_id)
    decision = _to_end(before, exemption_id)
    form = EndForm()
    if not form.validate():
        return _end_page(before, decision, form, 422)
    try:
        due_on = manager_actions.end_decision(
            exemption_id,
            last_on=form.last_on.data,
            reason=ExemptionEndReason(form.reason.data),
            seen=form.seen.data or "",
            **_by(),
        )
    except BadPeriod as error:
        form.last_on.errors = [_not_shorter(error)]
        return _end_page(before, decision, form, 422)
    except (DecidedMeanwhile, NothingToEnd):
        now = _before(person_id)
        return _end_page(now, _to_end(now, exemption_id), form, 409)
    receipt = _("Beslutet är ändrat. Medarbetaren ser det på sina egna sidor.")
    if due_on is not None:
        receipt = _(
            "Beslutet är ändrat. Sista dag är nu %(due)s. Medarbetaren ser det på sina egna sidor.", due=day(due_on)
        )
    return _done(person_id, receipt)


def _not_shorter(error: BadPeriod) -> str:
    from_on, until_on = error.values["from_on"], error.values["until_on"]
    assert isinstance(from_on, date)
    if isinstance(until_on, date):
        return _(
            "Välj en dag från och med %(from_on)s som är före %(until_on)s.",
            from_on=day(from_on),
            until_on=day(until_on),
        )
    return _("Välj en dag från och med %(from_on)s.", from_on=day(from_on))


# --- record ---


def _record_page(before: BeforeDeciding, form: RecordForm, status: int = 200) -> Page:
    return _page("training/record.html", before, form, status)


@blueprint.get("/min-enhet/person/<int:person_id>/registrera")
@requires(Role.MANAGER)
def record(person_id: int) -> Page:
    """What recording means, and the form for it."""
    before = _opened(person_id)
    return _record_page(before, RecordForm(_titles(before.courses), **_EMPTY, data={"course": _only(before.courses)}))


@blueprint.post("/min-enhet/person/<int:person_id>/registrera")
@_told_by(RecordForm)
@requires(Role.MANAGER)
def record_now(person_id: int) -> Page | Response:
    """Write it down."""
    before = _before(person_id)
    form = RecordForm(_titles(before.courses))
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
            **_by(),
        )
    except NotInFuture:
        form.achieved_on.errors = [_("Den dagen har inte varit än.")]
        return _record_page(before, form, 422)
    except NotEmployedThen:
        form.achieved_on.errors = [_("Den dagen var personen inte anställd, enligt personalfilen.")]
        return _record_page(before, form, 422)
    except DecidedMeanwhile:
        return _record_page(_before(person_id), form, 409)
    return _done(
        person_id,
        _(
            "Registrerad som genomförd %(date)s. Medarbetaren ser det på sina egna sidor.",
            date=day(form.achieved_on.data),
        ),
    )


# --- withdraw ---


def _withdraw_page(
    before: BeforeDeciding, completion: ManagedCompletion, form: WithdrawForm, status: int = 200
) -> Page:
    return _page("training/withdraw.html", before, form, status, completion=completion)


def _withdraw_meanwhile(person_id: int, completion_id: int, form: WithdrawForm) -> Page:
    now = _before(person_id)
    return _withdraw_page(now, completion_to_withdraw(now, completion_id), form, 409)


@blueprint.get("/min-enhet/person/<int:person_id>/aterkalla/<int:completion_id>")
@requires(Role.MANAGER)
def withdraw(person_id: int, completion_id: int) -> Page:
    """What withdrawing a completion means, and the form for it."""
    before = _opened(person_id)
    return _withdraw_page(before, completion_to_withdraw(before, completion_id), WithdrawForm(**_EMPTY))


@blueprint.post("/min-enhet/person/<int:person_id>/aterkalla/<int:completion_id>")
@_told_by(WithdrawForm, lambda before, values: completion_to_withdraw(before, values["completion_id"]).title)
@requires(Role.MANAGER)
def withdraw_now(person_id: int, completion_id: int) -> Page | Response:
    """Withdraw it."""
    before = _before(person_id)
    completion = completion_to_withdraw(before, completion_id)
    form = WithdrawForm()
    if not form.validate():
        return _withdraw_page(before, completion, form, 422)
    reason = RevocationReason(form.reason.data)
    try:
        manager_actions.revoke_completion(completion_id, reason=reason, seen=form.seen.data or "", **_by())
    except AlreadyRevoked as error:
        if error.values["reason"] != reason:
            return _withdraw_meanwhile(person_id, completion_id, form)
    except DecidedMeanwhile:
        return _withdraw_meanwhile(person_id, completion_id, form)
    return _done(
        person_id, _("Den är återkallad och finns kvar med sitt skäl. Medarbetaren ser det på sina egna sidor.")
    )
