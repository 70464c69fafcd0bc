"""The administrator's pages about running the system."""

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tbblearn.audit.actions import note_seen
from tbblearn.audit.rules import Seen
from tbblearn.db import end_read, utc_now
from tbblearn.mail.actions import send_again as try_again
from tbblearn.mail.actions import send_failed_again
from tbblearn.mail.queries import quiet_acts, totals
from tbblearn.mail.rules import MessageState
from tbblearn.operations import queries
from tbblearn.people.guards import principal, requires
from tbblearn.people.rules import Role
from tbblearn.web.addresses import whole_number
from tbblearn.web.errors import NotFound
from tbblearn.web.pages import Page

blueprint = Blueprint("operations", __name__, template_folder="templates")

STATES = {
    "kom-inte-fram": MessageState.FAILED,
    "vantar": MessageState.WAITING,
    "skickas-nu": MessageState.SENDING,
    "skickat": MessageState.SENT,
    "behovdes-inte": MessageState.DROPPED,
}
"""Choices of the list, by their names in its address."""


@blueprint.get("/utskick")
@requires(Role.ADMIN)
def outbox() -> Page:
    """What failed, is waiting and was sent, and how many of each."""
    known: dict[str, object] = current_app.extensions["tbblearn_letters"]
    shown = [kind for kind in known if kind not in queries.HIDDEN]
    kind, state = request.args.get("typ", ""), request.args.get("lage", "")
    state, kind, number = state if state in STATES else "", kind if kind in shown else "", whole_number("nummer")
    chosen = {"lage": state, "typ": kind, "nummer": number}
    wanted = queries.Wanted(STATES.get(state), kind, number)
    return Page(
        "operations/outbox.html",
        found=queries.outbox(wanted, whole_number("sida") or 1),
        totals=totals(queries.HIDDEN),
        acts=quiet_acts(queries.HIDDEN),
        shown=shown,
        chosen=chosen,
        kept={name: value for name, value in chosen.items() if value not in ("", None)},
    )


@blueprint.get("/utskick/<int:message_id>")
@requires(Role.ADMIN)
def letter(message_id: int) -> Page:
    """A letter that was kept without a mail server. Reading it is noted in the access log."""
    kept = queries.kept_letter(message_id)
    if kept is None:
        raise NotFound
    end_read()  # hold no read open while waiting to write
    note_seen(
        Seen.LETTER_SHOWN,
        now=utc_now(),
        actor_id=principal().person_id,
        object_kind="person",
        object_id=kept.recipient_id,
    )
    return Page("operations/letter.html", letter=kept)


@blueprint.post("/utskick/<int:message_id>/skicka-igen")
@requires(Role.ADMIN)
def send_again(message_id: int) -> Response:
    """Try again to send a failed message."""
    if not try_again(message_id, utc_now(), queries.HIDDEN):
        raise NotFound
    return redirect(url_for("operations.outbox"), 303)


@blueprint.post("/utskick/skicka-igen")
@requires(Role.ADMIN)
def send_kind_again() -> Response:
    """Try again to send all failed messages of a kind, without saying how many or whose."""
    kind = request.form.get("typ", "")
    if kind not in current_app.extensions["tbblearn_letters"]:
        raise NotFound
    send_failed_again(utc_now(), kind)
    flash(_("De som inte kom fram skickas igen om en liten stund."))
    return redirect(url_for("operations.outbox"), 303)
