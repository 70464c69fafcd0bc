"""The survey as staff meet it: what there is to answer, the promise, the statements, thanks.

`quiet`: requests here leave neither person nor time in logs and sessions, and what is sent is never carried along by
the page for signing in (design.md 3).
"""

from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from tbblearn.db import read_only, stockholm_date, utc_now
from tbblearn.people.guards import principal, public, signed_in
from tbblearn.people.rules import Principal
from tbblearn.surveys import actions, queries
from tbblearn.surveys.forms import Sent, read_sent
from tbblearn.surveys.instruments import instrument
from tbblearn.surveys.letters import result_endpoint
from tbblearn.surveys.proofs import last_proofs
from tbblearn.surveys.queries import Invited
from tbblearn.surveys.statements import Statements, working_translation
from tbblearn.surveys.waves import NotInvited, NotOpen, UnknownAnswer, WaveState
from tbblearn.web.errors import error_page
from tbblearn.web.language import day
from tbblearn.web.pages import Page
from tbblearn.web.starting import Offer

blueprint = Blueprint("surveys", __name__, template_folder="templates")
blueprint.quiet = True  # type: ignore[attr-defined]


@blueprint.errorhandler(NotInvited)
def not_invited(_error: NotInvited) -> Response:
    """Not invited, or no such wave: the two look the same."""
    return error_page(404).render()


@blueprint.get("/enkater")
@signed_in
def mine() -> Page:
    """What there is to answer now, and what has been."""
    today = stockholm_date(utc_now())
    found = queries.invitations(principal().person_id)
    waiting = [one for one in found if one.open(today) and not one.answered]
    return Page(
        "surveys/mine.html",
        waiting=waiting,
        others=[one for one in found if one not in waiting],
        today=today,
        result_url=_result_url,
    )


@blueprint.get("/enkat/<int:wave_id>")
@signed_in
def first(wave_id: int) -> Page:
    """What the survey is and how answers are protected, before anything is asked."""
    found = _invited(wave_id)
    return _other_state(found) or first_page(
        found,
        unit=found.work_place,
        counted_in=found.unit,
        statements_url=url_for("surveys.statements", wave_id=wave_id),
        decline_url="" if found.declined else url_for("surveys.decline", wave_id=wave_id),
        declined=found.declined,
    )


@blueprint.get("/enkat/<int:wave_id>/pastaenden")
@signed_in
def statements(wave_id: int) -> Page:
    """All statements, nothing chosen."""
    found = _invited(wave_id)
    return _other_state(found) or _statements_page(found)


@blueprint.post("/enkat/<int:wave_id>/pastaenden")
@signed_in
def send(wave_id: int) -> Page | Response:
    """Keep the answers, once; the page comes back one time where statements are unanswered.

    Whoever has answered already gets the page of thanks: sent twice by whatever road, answers are there once.
    """
    person_id, today = principal().person_id, stockholm_date(utc_now())
    with read_only():
        found = queries.invitation(wave_id, person_id)
    if not found.answered:
        sent = read_sent(request.form, instrument(found.instrument))
        if found.open(today) and sent.ask_once_more:
            return _statements_page(found, 422, sent)
        try:
            actions.submit(wave_id, person_id, sent.answers, today=today)
        except NotOpen:
            return _closed_page(wave_id, person_id)
        except UnknownAnswer as error:
            raise BadRequest from error
    return redirect(url_for("surveys.thanks", wave_id=wave_id), 303)


@blueprint.get("/enkat/<int:wave_id>/tack")
@signed_in
def thanks(wave_id: int) -> Page | Response:
    """Thank you, and what comes next; only who has answered gets here."""
    found = _invited(wave_id)
    if not found.answered:
        return redirect(url_for("surveys.first", wave_id=wave_id), 303)
    return Page("surveys/thanks.html", about=found, trial=False)


@blueprint.post("/enkat/<int:wave_id>/svarar-inte")
@signed_in
def decline(wave_id: int) -> Page | Response:
    """No more reminders; whoever has answered already is told so."""
    person_id = principal().person_id
    try:
        kept = actions.decline(wave_id, person_id, today=stockholm_date(utc_now()))
    except NotOpen:
        return _closed_page(wave_id, person_id)
    return redirect(url_for("surveys.declined" if kept else "surveys.first", wave_id=wave_id), 303)


@blueprint.get("/enkat/<int:wave_id>/utan-svar")
@signed_in
def declined(wave_id: int) -> Page | Response:
    """A receipt, and the way back to answering after all."""
    found = _invited(wave_id)
    if not found.declined:
        return redirect(url_for("surveys.first", wave_id=wave_id), 303)
    return _other_state(found) or Page("surveys/declined.html", about=found)


@blueprint.get("/sa-skyddar-vi-dina-svar")
@public
def protection() -> Page:
    """How answers to surveys are protected, in plain words, and what is not."""
    return Page("surveys/protection.html", proofs=last_proofs())


# --- pages that a trial shows too ------------------------------------------------------------------------------------


def first_page(about: Any, **values: Any) -> Page:
    """The page of the promise for a wave.

    Values: unit (what the statements are about), counted_in (where the answers count, if told), statements_url,
    decline_url ('' for none), declined, trial.
    """
    return Page(
        "surveys/first.html",
        about=about,
        working=working_translation(about.instrument),
        watching_forbidden=current_app.config["TBBLEARN"].watching_forbidden,
        **{"trial": False, "declined": False, "counted_in": "", **values},
    )


def statements_page(about: Any, status: int = 200, sent: Sent | None = None, **values: Any) -> Page:
    """The page of statements, after a try with what was chosen and what is missing.

    Values: unit, first_url, clear_url, thanks_url, draft (what a draft in the browser goes by; '' for none), trial.
    """
    questionnaire = instrument(about.instrument)
    return Page(
        "surveys/statements.html",
        status,
        about=about,
        working=working_translation(about.instrument),
        statements=Statements(about.instrument, about.programme, sent.answers if sent else {}),
        gaps=[(place, questionnaire.items[place - 1].code) for place in sent.gaps] if sent else [],
        **{"trial": False, **values},
    )


# --- on the start page --------------------------------------------------------------------------------------------


def on_the_start_page(person: Principal) -> list[Offer]:
    """Open surveys that the person has neither answered nor declined: many never see the mail about them."""
    return [
        Offer(
            eyebrow=_("Enkät, öppen till %(closes)s", closes=day(one.closes_on)),
            heading=_("Hur redo är vi för %(programme)s?", programme=one.programme),
            text=_("Tolv påståenden, cirka 3 minuter. Det är frivilligt att svara."),
            label=_("Till enkäten"),
            about=one.programme,
            url=url_for("surveys.first", wave_id=one.wave_id),
        )
        for one in queries.waiting(person.person_id, stockholm_date(utc_now()))
    ]


# --- inside ----------------------------------------------------------------------------------------------------------


def _invited(wave_id: int) -> Invited:
    return queries.invitation(wave_id, principal().person_id)


def _statements_page(found: Invited, status: int = 200, sent: Sent | None = None) -> Page:
    return statements_page(
        found,
        status,
        sent,
        unit=found.work_place,
        first_url=url_for("surveys.first", wave_id=found.wave_id),
        clear_url=url_for("surveys.statements", wave_id=found.wave_id),
        thanks_url=url_for("surveys.thanks", wave_id=found.wave_id),
        draft=str(found.wave_id),
    )


def _other_state(found: Invited) -> Page | None:
    """The page that stands in place of the survey, where it is answered or takes no answers; else None."""
    if found.answered or not found.open(stockholm_date(utc_now())):
        return _state_page(found)
    return None


def _closed_page(wave_id: int, person_id: int) -> Page:
    """What was sent came too late, and is not kept."""
    return _state_page(queries.invitation(wave_id, person_id), 409, too_late=True)


def _state_page(found: Invited, status: int = 200, *, too_late: bool = False) -> Page:
    return Page(
        "surveys/state.html",
        status,
        about=found,
        withdrawn=found.state is WaveState.WITHDRAWN,
        too_late=too_late,
        result_url=_result_url(found),
    )


def _result_url(found: Invited) -> str:
    """Where the result is read; empty where it is not published, this person may not read it yet, or has no page."""
    endpoint = result_endpoint()
    if not endpoint or principal().history_only or not found.readable(stockholm_date(utc_now())):
        return ""
    return url_for(endpoint, wave_id=found.wave_id)
