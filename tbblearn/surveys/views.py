"""The survey as staff meet it: what there is to answer, the promise, the statements, and the thanks.

Answering and declining leave the same traces: both are sent to the survey's own address, both lead back to it, and all
pages of a survey share one title, so a browser's history does not tell them apart.

`quiet`: pages here do not renew when the session was last seen, and do not send their address to the next page. What is
sent after the session has ended travels sealed in the sign-in page, as any form does, and is stored nowhere.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tbblearn.db import read_only, stockholm_date, utc_now
from tbblearn.people.guards import principal, public, signed_in
from tbblearn.people.rules import Principal
from tbblearn.surveys import actions, queries
from tbblearn.surveys.forms import Sent, read_sent
from tbblearn.surveys.instruments import instrument
from tbblearn.surveys.letters import result_page
from tbblearn.surveys.proofs import last_proofs, participation_proof
from tbblearn.surveys.queries import Invited
from tbblearn.surveys.statements import Statements, answers_in_words, working_translation
from tbblearn.surveys.waves import NoSuchWave, NotInvited, NotOpen, WaveError, WaveState
from tbblearn.web.errors import error_page
from tbblearn.web.kept import Told, told_by
from tbblearn.web.language import day
from tbblearn.web.pages import Page
from tbblearn.web.starting import Offer

blueprint = Blueprint("surveys", __name__, template_folder="templates")
blueprint.quiet = True  # type: ignore[attr-defined]
DECLINES = "declines"
"""Field of the button for declining."""


@blueprint.after_request
def tell_the_next_page_nothing(response: Response) -> Response:
    """Pages opened from a survey do not learn its address, which logs on the way would keep."""
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


@blueprint.app_errorhandler(NotInvited)
@blueprint.app_errorhandler(NoSuchWave)
def not_found(_error: WaveError) -> Response:
    """No such wave, or not for this person: the two look the same, in every feature."""
    return error_page(404).render()


@blueprint.get("/enkater")
@signed_in
def mine() -> Page:
    """Surveys to answer now, and earlier ones."""
    today = stockholm_date(utc_now())
    found = queries.invitations(principal().person_id)
    waiting = [one for one in found if one.open(today) and not one.answered and not one.declined]
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
    """What the survey is and how answers are protected, before anything is asked; afterwards a receipt."""
    found = _invited(wave_id)
    if page := _other_state(found):
        return page
    if found.declined:
        return Page("surveys/declined.html", about=found)
    return first_page(
        found,
        unit=found.work_place,
        counted_in=found.counted_in,
        statements_url=url_for("surveys.statements", wave_id=wave_id),
        decline_url=url_for("surveys.send", wave_id=wave_id),
    )


@blueprint.get("/enkat/<int:wave_id>/pastaenden")
@signed_in
def statements(wave_id: int) -> Page:
    """All statements, nothing chosen."""
    found = _invited(wave_id)
    return _other_state(found) or _statements_page(found)


def in_words(about: Any, sent: MultiDict[str, str]) -> list[Told]:
    """What was sent to a survey in words, statement by statement, or that the person declined."""
    if DECLINES in sent:
        return [Told(_("Vill du svara?"), (_("Jag vill inte svara"),))]
    answers = read_sent(sent, instrument(about.instrument, about.instrument_version)).answers
    told = answers_in_words(about.instrument, about.instrument_version, about.programme, answers)
    return [Told(text, (chosen,)) for text, chosen in told] or [Told(_("Dina svar"), ())]


def _own_in_words(values: Mapping[str, Any], sent: MultiDict[str, str]) -> list[Told]:
    try:
        return in_words(_invited(values["wave_id"]), sent)
    except NotInvited:
        return []


@blueprint.post("/enkat/<int:wave_id>")
@told_by(_own_in_words)
@signed_in
def send(wave_id: int) -> Page | Response:
    """Store the answers, once, or that the person declines; the page comes back once if statements are unanswered.

    Somebody who has answered already is told that nothing more is stored.
    """
    person_id, today = principal().person_id, stockholm_date(utc_now())
    with read_only():
        found = queries.invitation(wave_id, person_id)
    declines = DECLINES in request.form
    done = False
    if not found.answered:
        sent = read_sent(request.form, instrument(found.instrument, found.instrument_version))
        if found.open(today) and sent.ask_once_more and not declines:
            return _statements_page(found, 422, sent)
        try:
            if declines:
                done = actions.decline(wave_id, person_id, today=today)
            else:
                done = actions.submit(wave_id, person_id, sent.answers, today=today)
        except NotOpen:
            return _state_page(queries.invitation(wave_id, person_id), 409, too_late=True)
    if not done and found.state is not WaveState.WITHDRAWN:
        return _thanks_page(found, again="declined" if declines else "answered")
    return redirect(url_for("surveys.first", wave_id=wave_id), 303)


@blueprint.get("/sa-skyddar-vi-dina-svar")
@public
def protection() -> Page:
    """How answers to surveys are protected, in plain words, and what is not."""
    return Page("surveys/protection.html", days=_days_kept())


@blueprint.get("/sa-skyddar-vi-dina-svar/granska")
@public
def examining() -> Page:
    """The same for examiners: the rules, the attacks that were tried, what the proofs found, and their limits."""
    return Page("surveys/examining.html", proofs=last_proofs(), participation=participation_proof(), days=_days_kept())


# --- pages that a preview shows too ----------------------------------------------------------------------------------


def first_page(about: Any, **values: Any) -> Page:
    """The page of the promise for a wave.

    Values: unit (what the statements are about), counted_in (where the answers count, if shown), statements_url,
    decline_url ('' for none), preview.
    """
    return Page(
        "surveys/first.html",
        about=about,
        watching_forbidden=current_app.config["TBBLEARN"].watching_forbidden,
        **{"preview": False, "counted_in": "", **values},
    )


def statements_page(about: Any, status: int = 200, sent: Sent | None = None, **values: Any) -> Page:
    """The page of statements; after a try, with what was chosen and what is missing.

    Values: unit, first_url, send_url, clear_url, draft (what a draft in the browser goes by; '' for none), preview.
    """
    questionnaire = instrument(about.instrument, about.instrument_version)
    return Page(
        "surveys/statements.html",
        status,
        about=about,
        working=working_translation(about.instrument, about.instrument_version),
        statements=Statements(
            about.instrument, about.instrument_version, about.programme, sent.answers if sent else {}
        ),
        gaps=[(place, questionnaire.items[place - 1].code) for place in sent.gaps] if sent else [],
        **{"preview": False, **values},
    )


# --- on the start page --------------------------------------------------------------------------------------------


def on_the_start_page(person: Principal) -> list[Offer]:
    """Open surveys that the person has neither answered nor declined; many never see the mail."""
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


def _days_kept() -> int:
    """How long single answers are kept after publication."""
    days: int = current_app.config["TBBLEARN"].response_days
    return days


def _invited(wave_id: int) -> Invited:
    return queries.invitation(wave_id, principal().person_id)


def _statements_page(found: Invited, status: int = 200, sent: Sent | None = None) -> Page:
    return statements_page(
        found,
        status,
        sent,
        unit=found.work_place,
        first_url=url_for("surveys.first", wave_id=found.wave_id),
        send_url=url_for("surveys.send", wave_id=found.wave_id),
        clear_url=url_for("surveys.statements", wave_id=found.wave_id),
        draft=str(found.wave_id),
    )


def _other_state(found: Invited) -> Page | None:
    """The page shown instead of the survey, where it is answered or takes no answers; else None."""
    if found.answered and found.state is not WaveState.WITHDRAWN:
        return _thanks_page(found)
    return None if found.open(stockholm_date(utc_now())) else _state_page(found)


def _thanks_page(found: Invited, again: str = "") -> Page:
    """Thanks. `again`: what somebody who had answered sent once more; such a page has the survey's own address."""
    return Page(
        "surveys/thanks.html",
        409 if again else 200,
        about=found,
        ends_on=found.closed_on,
        preview=False,
        again=again,
        moved_to=url_for("surveys.first", wave_id=found.wave_id) if again else "",
    )


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
    """Where the result is read; empty where it is not published, or this person may not read it."""
    if principal().history_only or not found.readable(stockholm_date(utc_now())):
        return ""
    return url_for(result_page(), wave_id=found.wave_id)
