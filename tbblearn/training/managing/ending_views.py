"""What a manager takes back about one person: an exemption, longer time, a completion. See `decision_views`."""

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
    told_of,
)
from tbblearn.training.managing.decision_forms import (
    EndForm,
    WithdrawForm,
)
from tbblearn.training.managing.decision_queries import (
    BeforeDeciding,
    DecisionToEnd,
    completion_to_withdraw,
    decision_to_end,
)
from tbblearn.training.managing.list_address import lead_back
from tbblearn.training.managing.person_queries import ManagedCompletion
from tbblearn.training.record.words import record_words
from tbblearn.training.rules import (
    AlreadyRevoked,
    BadPeriod,
    DecidedMeanwhile,
    ExemptionEndReason,
    NothingToEnd,
    RevocationReason,
)
from tbblearn.web.language import day
from tbblearn.web.pages import Page

blueprint = Blueprint("ending", __name__, template_folder="../templates")
blueprint.context_processor(record_words)
lead_back(blueprint)

# --- end an exemption or an extension ---


def _end_page(before: BeforeDeciding, decision: DecisionToEnd, form: EndForm, status: int = 200) -> Page:
    return decision_page("training/end_decision.html", before, form, status, decision=decision)


def _to_end(before: BeforeDeciding, exemption_id: int) -> DecisionToEnd:
    return decision_to_end(before, exemption_id, stockholm_date(utc_now()))


@blueprint.get("/min-enhet/person/<int:person_id>/avsluta/<int:exemption_id>")
@requires(Role.MANAGER)
def end_decision(person_id: int, exemption_id: int) -> Page:
    """What taking back or shortening a decision means, and the form for it."""
    before = opened(person_id)
    return _end_page(before, _to_end(before, exemption_id), EndForm(**EMPTY))


@blueprint.post("/min-enhet/person/<int:person_id>/avsluta/<int:exemption_id>")
@told_of(EndForm, lambda before, values: _to_end(before, values["exemption_id"]).one.title)
@requires(Role.MANAGER)
def end_decision_now(person_id: int, exemption_id: int) -> Page | Response:
    """Take it back, or shorten it."""
    before = before_now(person_id)
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
            **by_manager(),
        )
    except BadPeriod as error:
        form.last_on.errors = [_not_shorter(error)]
        return _end_page(before, decision, form, 422)
    except (DecidedMeanwhile, NothingToEnd):
        now = before_now(person_id)
        return _end_page(now, _to_end(now, exemption_id), form, 409)
    receipt = _("Beslutet är ändrat. Medarbetaren ser det på sina egna sidor.")
    if due_on is not None:
        receipt = _(
            "Beslutet är ändrat. Sista dag är nu %(due)s. Medarbetaren ser det på sina egna sidor.", due=day(due_on)
        )
    return done(person_id, receipt)


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


# --- withdraw ---


def _withdraw_page(
    before: BeforeDeciding, completion: ManagedCompletion, form: WithdrawForm, status: int = 200
) -> Page:
    return decision_page("training/withdraw.html", before, form, status, completion=completion)


def _withdraw_meanwhile(person_id: int, completion_id: int, form: WithdrawForm) -> Page:
    now = before_now(person_id)
    return _withdraw_page(now, completion_to_withdraw(now, completion_id), form, 409)


@blueprint.get("/min-enhet/person/<int:person_id>/aterkalla/<int:completion_id>")
@requires(Role.MANAGER)
def withdraw(person_id: int, completion_id: int) -> Page:
    """What withdrawing a completion means, and the form for it."""
    before = opened(person_id)
    return _withdraw_page(before, completion_to_withdraw(before, completion_id), WithdrawForm(**EMPTY))


@blueprint.post("/min-enhet/person/<int:person_id>/aterkalla/<int:completion_id>")
@told_of(WithdrawForm, lambda before, values: completion_to_withdraw(before, values["completion_id"]).title)
@requires(Role.MANAGER)
def withdraw_now(person_id: int, completion_id: int) -> Page | Response:
    """Withdraw it."""
    before = before_now(person_id)
    completion = completion_to_withdraw(before, completion_id)
    form = WithdrawForm()
    if not form.validate():
        return _withdraw_page(before, completion, form, 422)
    reason = RevocationReason(form.reason.data)
    try:
        manager_actions.revoke_completion(completion_id, reason=reason, seen=form.seen.data or "", **by_manager())
    except AlreadyRevoked as error:
        if error.values["reason"] != reason:
            return _withdraw_meanwhile(person_id, completion_id, form)
    except DecidedMeanwhile:
        return _withdraw_meanwhile(person_id, completion_id, form)
    return done(
        person_id, _("Den är återkallad och finns kvar med sitt skäl. Medarbetaren ser det på sina egna sidor.")
    )
