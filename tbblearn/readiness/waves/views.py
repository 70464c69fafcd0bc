"""Mätningar: the list, planning a round, who takes part, limits, and the check before it opens."""

from collections.abc import Sequence

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tbblearn.db import stockholm_date, utc_now
from tbblearn.people.guards import principal, requires_on_county
from tbblearn.people.rules import Principal, Role
from tbblearn.readiness.rules import DEFAULT_K, DEFAULT_K_DISTRIBUTION
from tbblearn.readiness.waves import actions as wave_actions
from tbblearn.readiness.waves import queries as wave_queries
from tbblearn.readiness.waves import step_views as wave_step_views
from tbblearn.readiness.waves.actions import NewWave
from tbblearn.readiness.waves.blueprint import blueprint, own_scope, page_below, shown_wave, to_wave
from tbblearn.readiness.waves.forms import AdoptForm, ChangeForm, LimitsForm, PlanForm
from tbblearn.readiness.waves.opening_check import OpeningCheck, hindrances, opening_check
from tbblearn.readiness.waves.queries import WavePage
from tbblearn.readiness.waves.steps import Next, Step
from tbblearn.readiness.waves.words import refusal_words
from tbblearn.surveys.waves import BadLimits, ChangedMeanwhile, CheckFirst, WaveState
from tbblearn.web.errors import NotFound
from tbblearn.web.pages import Page

__all__ = ["blueprint", "wave_step_views"]

MOST_TICKS = 50
NEVER_SEEN = 0
"""A version that no round has."""


def leads_the_county(person: Principal) -> bool:
    """True for those who lead the county's rounds, who have this page in their menu."""
    return person.has_on_county(Role.PROCESS_LEADER)


@blueprint.get("/matningar")
@requires_on_county(Role.PROCESS_LEADER)
def rounds() -> Page:
    """Every round, under its programme."""
    return Page("readiness/rounds.html", programmes=wave_queries.waves_by_programme())


@blueprint.get("/matningar/ny")
@requires_on_county(Role.PROCESS_LEADER)
def new() -> Page:
    """Plan a round."""
    form = PlanForm(formdata=None, k=DEFAULT_K, k_distribution=DEFAULT_K_DISTRIBUTION)
    form.offer(wave_queries.programmes())
    return Page("readiness/new_round.html", form=form)


@blueprint.post("/matningar/ny")
@requires_on_county(Role.PROCESS_LEADER)
def plan() -> Page | Response:
    """Save the plan. Nobody is asked anything yet."""
    now = utc_now()
    form = PlanForm()
    form.today = stockholm_date(now)
    form.offer(wave_queries.programmes())
    if not form.validate():
        return Page("readiness/new_round.html", 422, form=form)
    wave_id = wave_actions.plan_wave(
        NewWave(
            programme_id=form.programme.data,
            name=form.name.data,
            opens_on=form.opens_on.data,
            closes_on=form.closes_on.data,
            k=form.k.data,
            k_distribution=form.k_distribution.data,
            margin=current_app.config["TBBLEARN"].survey_margin,
        ),
        by=principal().person_id,
        now=now,
    )
    flash(_("Mätningen är planerad. Ingen är inbjuden än."))
    return to_wave(wave_id)


@blueprint.get("/matningar/<int:wave_id>")
@requires_on_county(Role.PROCESS_LEADER)
def wave(wave_id: int) -> Page:
    """A round: how far it has come, what can be changed, and the next step."""
    today = stockholm_date(utc_now())
    shown = shown_wave(wave_id)
    following = shown.standing.next(today)
    return Page(
        "readiness/round.html",
        wave=shown,
        following=following,
        hindrances=hindrances(wave_id, own_scope(), today) if following is Step.OPEN else [],
        steps=[step for step in Step if step is not following and shown.standing.allows(step, today)],
        preview=url_for("readiness_preview.first", wave_id=wave_id),
        results=[url_for(f"readiness_results.{page}", wave_id=wave_id) for page in ("county", "method")]
        if shown.state is WaveState.PUBLISHED
        else [],
        today=today,
        Next=Next,
        Step=Step,
    )


# --- name and days ---


@blueprint.get("/matningar/<int:wave_id>/andra")
@requires_on_county(Role.PROCESS_LEADER)
def change(wave_id: int) -> Page:
    """Another name or other days, or name and last day once the round is open."""
    shown = shown_wave(wave_id, WaveState.PLANNED, WaveState.OPEN)
    standing = shown.standing
    form = ChangeForm(
        formdata=None, name=shown.name, opens_on=standing.opens_on, closes_on=standing.closes_on, version=shown.version
    )
    return page_below(shown, "readiness/change_round.html", form=form, meanwhile="")


@blueprint.post("/matningar/<int:wave_id>/andra")
@requires_on_county(Role.PROCESS_LEADER)
def change_now(wave_id: int) -> Page | Response:
    """Save the change; where somebody else changed the round meanwhile, the page comes back with what was typed."""
    now = utc_now()
    shown = shown_wave(wave_id, WaveState.PLANNED, WaveState.OPEN)
    form = ChangeForm()
    form.today = stockholm_date(now)
    if shown.state is WaveState.OPEN:
        form.hold_opens_on(shown.standing.opens_on)
    if not form.validate():
        return page_below(shown, "readiness/change_round.html", 422, form=form, meanwhile="")
    try:
        wave_actions.change_plan(
            wave_id,
            name=form.name.data,
            opens_on=form.opens_on.data,
            closes_on=form.closes_on.data,
            version=form.version.data or NEVER_SEEN,
            by=principal().person_id,
            now=now,
        )
    except ChangedMeanwhile as error:
        form.version.data = shown.version
        meanwhile = refusal_words(error).text
        return page_below(shown, "readiness/change_round.html", 409, form=form, meanwhile=meanwhile)
    flash(_("Ändringen är sparad."))
    return to_wave(wave_id)


# --- limits ---


@blueprint.get("/matningar/<int:wave_id>/granser")
@requires_on_county(Role.PROCESS_LEADER)
def limits(wave_id: int) -> Page:
    """Raise the least numbers of answers; they are never lowered."""
    shown = shown_wave(wave_id, WaveState.PLANNED, WaveState.OPEN)
    form = LimitsForm(formdata=None, k=shown.k, k_distribution=shown.k_distribution)
    return page_below(shown, "readiness/limits.html", form=form)


@blueprint.post("/matningar/<int:wave_id>/granser")
@requires_on_county(Role.PROCESS_LEADER)
def raise_limits(wave_id: int) -> Page | Response:
    """Save higher limits."""
    shown = shown_wave(wave_id, WaveState.PLANNED, WaveState.OPEN)
    form = LimitsForm()
    if form.validate():
        try:
            wave_actions.raise_limits(
                wave_id, k=form.k.data, k_distribution=form.k_distribution.data, by=principal().person_id, now=utc_now()
            )
        except BadLimits:
            form.form_errors = [_("Gränserna går att höja, men aldrig att sänka.")]
        else:
            flash(_("Gränserna är sparade."))
            return to_wave(wave_id)
    return page_below(shown, "readiness/limits.html", 422, form=form)


# --- huvudmän ---


@blueprint.get("/matningar/<int:wave_id>/huvudman")
@requires_on_county(Role.PROCESS_LEADER)
def huvudmen(wave_id: int) -> Page:
    """Who has decided to take part."""
    shown = shown_wave(wave_id, WaveState.PLANNED)
    return page_below(shown, "readiness/huvudmen.html", form=_offered(AdoptForm(formdata=None), shown))


def _offered(form: AdoptForm, shown: WavePage) -> AdoptForm:
    form.offer([(one.id, one.name) for one in shown.huvudmen])
    return form


@blueprint.post("/matningar/<int:wave_id>/huvudman")
@requires_on_county(Role.PROCESS_LEADER)
def adopt(wave_id: int) -> Page | Response:
    """Record a huvudman's decision."""
    now = utc_now()
    shown = shown_wave(wave_id, WaveState.PLANNED)
    form = _offered(AdoptForm(), shown)
    form.today = stockholm_date(now)
    if not form.validate():
        return page_below(shown, "readiness/huvudmen.html", 422, form=form)
    wave_actions.adopt_wave(
        wave_id,
        form.huvudman.data,
        adopted_on=form.adopted_on.data,
        reference=form.reference.data,
        by=principal().person_id,
        now=now,
    )
    flash(_("Beslutet är inskrivet."))
    return redirect(url_for("waves.huvudmen", wave_id=wave_id), 303)


@blueprint.post("/matningar/<int:wave_id>/huvudman/<int:unit_id>/ta-bort")
@requires_on_county(Role.PROCESS_LEADER)
def take_back(wave_id: int, unit_id: int) -> Response:
    """The huvudman does not take part after all."""
    shown = shown_wave(wave_id)
    if unit_id not in {one.id for one in shown.huvudmen}:
        raise NotFound
    wave_actions.take_adoption_back(wave_id, unit_id, by=principal().person_id, now=utc_now())
    flash(_("Huvudmannen är inte längre med i mätningen."))
    return redirect(url_for("waves.huvudmen", wave_id=wave_id), 303)


# --- the check before it opens ---


@blueprint.get("/matningar/<int:wave_id>/kontroll")
@requires_on_county(Role.PROCESS_LEADER)
def check(wave_id: int) -> Page:
    """Every line of the opening check, with the figures of today."""
    shown = shown_wave(wave_id, WaveState.PLANNED)
    return _check_page(shown, opening_check(wave_id, own_scope(), stockholm_date(utc_now())))


def _check_page(shown: WavePage, found: OpeningCheck, status: int = 200, ticked: Sequence[str] | None = None) -> Page:
    """`ticked`: the lines ticked in the form; None where none was sent."""
    sent, today = ticked is not None, stockholm_date(utc_now())
    return page_below(shown, "readiness/check.html", status, check=found, ticked=ticked or [], sent=sent, today=today)


@blueprint.post("/matningar/<int:wave_id>/kontroll")
@requires_on_county(Role.PROCESS_LEADER)
def approve(wave_id: int) -> Page | Response:
    """Approve the opening, once every line as it is now has been ticked."""
    now = utc_now()
    shown = shown_wave(wave_id, WaveState.PLANNED)
    wave_actions.locked(wave_id, WaveState.PLANNED)
    found = opening_check(wave_id, own_scope(), stockholm_date(now))
    ticked = found.seen(request.form.getlist("seen")[:MOST_TICKS])
    try:
        wave_actions.approve(wave_id, lines=found.codes, seen=ticked, by=principal().person_id, now=now)
    except CheckFirst:
        return _check_page(shown, found, 422, ticked)
    if shown.standing.opens_on > stockholm_date(now):
        flash(_("Kontrollen är klar. Mätningen öppnar av sig själv på sin första dag."))
    else:
        flash(_("Kontrollen är klar. Mätningen kan öppna."))
    return to_wave(wave_id)
