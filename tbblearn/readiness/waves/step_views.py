"""The steps of a survey round, each with a page that explains it and a button."""

from datetime import timedelta

from flask import current_app, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tbblearn.db import read_only, stockholm_date, utc_now
from tbblearn.people.guards import principal, requires_on_county
from tbblearn.people.rules import Role
from tbblearn.readiness.waves import actions as wave_actions
from tbblearn.readiness.waves import closing, opening, publishing
from tbblearn.readiness.waves.blueprint import blueprint, clean_afterwards, own_scope, page_below, shown_wave, to_wave
from tbblearn.readiness.waves.checking import check, closed_wave, keep_check
from tbblearn.readiness.waves.forms import WithdrawForm
from tbblearn.readiness.waves.opening_check import hindrances
from tbblearn.readiness.waves.steps import Step
from tbblearn.web.pages import Page

_STEPS = ", ".join(f'"{step.value}"' for step in Step)


@blueprint.get(f"/matningar/<int:wave_id>/<any({_STEPS}):step>")
@requires_on_county(Role.PROCESS_LEADER)
def step(wave_id: int, step: str) -> Page:
    """What a step does, what cannot be undone, and when others see it; refused where it cannot be taken now."""
    return _step_page(wave_id, Step(step), WithdrawForm(formdata=None) if step == Step.WITHDRAW else None)


def _step_page(wave_id: int, step: Step, form: WithdrawForm | None = None, status: int = 200) -> Page:
    today = stockholm_date(utc_now())
    shown = shown_wave(wave_id)
    shown.standing.demand(step, today)
    days = current_app.config["TBBLEARN"].managers_first_days
    return page_below(
        shown,
        "readiness/step.html",
        status,
        step=step,
        Step=Step,
        form=form,
        hindrances=hindrances(wave_id, own_scope(), today) if step is Step.OPEN else [],
        staff_from=today + timedelta(days=days),
        days=days,
        action=url_for(f"waves.{_ENDPOINTS[step]}", wave_id=wave_id),
        today=today,
    )


@blueprint.post("/matningar/<int:wave_id>/oppna")
@requires_on_county(Role.PROCESS_LEADER)
def open_now(wave_id: int) -> Response:
    """Open the round today."""
    now = utc_now()
    opening.open_wave(wave_id, by=principal().person_id, now=now, today=stockholm_date(now))
    flash(_("Mätningen är öppen. Inbjudningarna är på väg."))
    return to_wave(wave_id)


@blueprint.post("/matningar/<int:wave_id>/paminn")
@requires_on_county(Role.PROCESS_LEADER)
def remind_now(wave_id: int) -> Response:
    """Remind those who have neither answered nor declined."""
    now = utc_now()
    wave_actions.remind(wave_id, by=principal().person_id, now=now, today=stockholm_date(now))
    flash(_("Påminnelsen är på väg till dem som inte har svarat."))
    return to_wave(wave_id)


@blueprint.post("/matningar/<int:wave_id>/stang")
@requires_on_county(Role.PROCESS_LEADER)
def close_now(wave_id: int) -> Response:
    """Close the round."""
    closing.close_wave(wave_id, by=principal().person_id, now=utc_now())
    clean_afterwards()
    flash(_("Mätningen är stängd. Inget är publicerat än."))
    return to_wave(wave_id)


@blueprint.post("/matningar/<int:wave_id>/skyddskontroll")
@requires_on_county(Role.PROCESS_LEADER)
def audit_now(wave_id: int) -> Response:
    """Run the privacy check; it may take long, so it runs before this request's transaction begins."""
    by = principal().person_id
    with read_only():
        closed = closed_wave(wave_id)
    if keep_check(closed, check(closed), by=by, now=utc_now()):
        flash(_("Skyddskontrollen är klar. Resultatet går att publicera."))
    else:
        flash(_("Skyddskontrollen stoppade publiceringen. Inget är publicerat."), "warm")
    return to_wave(wave_id)


@blueprint.post("/matningar/<int:wave_id>/publicera")
@requires_on_county(Role.PROCESS_LEADER)
def publish_now(wave_id: int) -> Response:
    """Publish what was checked."""
    now = utc_now()
    publishing.publish_wave(
        wave_id,
        by=principal().person_id,
        now=now,
        today=stockholm_date(now),
        managers_first_days=current_app.config["TBBLEARN"].managers_first_days,
    )
    clean_afterwards()
    flash(_("Resultatet är publicerat."))
    return to_wave(wave_id)


@blueprint.post("/matningar/<int:wave_id>/dra-tillbaka")
@requires_on_county(Role.PROCESS_LEADER)
def withdraw_now(wave_id: int) -> Page | Response:
    """Take the whole round back, for good, once the box has been ticked."""
    form = WithdrawForm()
    if not form.validate():
        return _step_page(wave_id, Step.WITHDRAW, form, 422)
    publishing.withdraw_wave(wave_id, by=principal().person_id, now=utc_now())
    clean_afterwards()
    flash(_("Mätningen är tillbakadragen."))
    return to_wave(wave_id)


_ENDPOINTS = {
    Step.OPEN: "open_now",
    Step.REMIND: "remind_now",
    Step.CLOSE: "close_now",
    Step.AUDIT: "audit_now",
    Step.PUBLISH: "publish_now",
    Step.WITHDRAW: "withdraw_now",
}
