"""The administrator's pages about the running of the system."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from tbblearn.audit.actions import note_seen
from tbblearn.audit.rules import Seen
from tbblearn.db import end_read, utc_now
from tbblearn.mail.actions import send_again as try_again
from tbblearn.operations import queries
from tbblearn.people.guards import principal, requires
from tbblearn.people.rules import Role
from tbblearn.web.addresses import whole_number
from tbblearn.web.errors import NotFound
from tbblearn.web.pages import Page

blueprint = Blueprint("operations", __name__, template_folder="templates")


@blueprint.get("/utskick")
@requires(Role.ADMIN)
def outbox() -> Page:
    """What waits to be sent, what went out, and what did not arrive."""
    rows = queries.outbox(whole_number("fore"))
    shown = rows[: queries.PAGE_SIZE]
    return Page("operations/outbox.html", rows=shown, older=shown[-1].id if len(rows) > queries.PAGE_SIZE else None)


@blueprint.get("/utskick/<int:message_id>")
@requires(Role.ADMIN)
def letter(message_id: int) -> Page:
    """A letter that was kept because there is no mail server. That it was read is noted in the access log."""
    kept = queries.kept_letter(message_id)
    if kept is None:
        raise NotFound
    end_read()  # nobody may wait for this read while it waits to write
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
    """Try once more to send a message that did not arrive."""
    if not try_again(message_id, utc_now(), queries.HIDDEN):
        raise NotFound
    return redirect(url_for("operations.outbox"), 303)
