"""The page for signing in, wherever it is shown."""

from flask import current_app, request, session
from flask_wtf.csrf import validate_csrf
from werkzeug.datastructures import MultiDict
from wtforms import ValidationError

from tbblearn.access import queries
from tbblearn.access.forms import SignInForm
from tbblearn.access.held import HeldForm, seal
from tbblearn.db import read_only
from tbblearn.web.addresses import own_address, page_path
from tbblearn.web.kept import may_be_kept
from tbblearn.web.pages import Page

USER_ID = "_user_id"
"""Flask-Login's name for the session's token in the cookie; it stays there when the session has ended."""

CSRF_FIELD = "csrf_token"

SIGNED_OUT, ENDED, LOST, STALE = "signed_out", "ended", "lost", "stale"
"""Notes on the page: why it is shown."""


def sign_in_page(
    form: SignInForm | None = None, status: int = 200, note: str = "", headers: dict[str, str] | None = None
) -> Page:
    """The page for signing in, also what an anonymous visitor meets at the address of the site."""
    if form is None:
        form = SignInForm(formdata=MultiDict(), next=page_path(request.args.get("next"), ""))
        note = note or (ENDED if USER_ID in session else "")
    return Page("access/sign_in.html", status, headers, form=form, note=note)


def ask_again() -> Page:
    """A form came after its session had ended: the page for signing in, carrying the form along.

    Nothing is carried from a browser that was never signed in, with a file or a password, when it is too large, or
    without the token of a page of that very session: another site could have sent it. Then the page says so, and
    signing in leads back to the form's page.
    """
    held = ""
    token = session.get(USER_ID)
    sent = [(name, value) for name, value in request.form.items(multi=True) if name != CSRF_FIELD]
    may = not request.files and may_be_kept(current_app, request.path, sent)
    if token and may and _is_of_this_session(request.form.get(CSRF_FIELD)):
        with read_only():
            owner = queries.owner_of(token)
        if owner is not None:
            held = seal(HeldForm(owner, own_address(), tuple(sent)), current_app.config["TBBLEARN"].secret_key)
    back = "" if held else page_path(own_address(), "") or page_before()
    return sign_in_page(SignInForm(formdata=MultiDict(), held=held, next=back), 401, LOST)


def _is_of_this_session(csrf_token: str | None) -> bool:
    """True for the token of the ended session's pages; it is in the same signed cookie as the session."""
    try:
        validate_csrf(csrf_token)
    except ValidationError:
        return False
    return True


def page_before() -> str:
    """Path of the page that a form was sent from, if it is one of ours that can be opened; else empty."""
    chosen = page_path(request.form.get("next"), "")
    if chosen or not request.referrer or not request.referrer.startswith(request.host_url):
        return chosen
    return page_path("/" + request.referrer.removeprefix(request.host_url), "")


def stale_sign_in_page() -> Page:
    """Ask once more, with the e-mail address kept: the page for signing in had been open too long to be trusted."""
    form = SignInForm()
    form.email.validate(form)  # empties what is too long to be shown again
    form.email.errors = []
    return sign_in_page(form, 422, STALE)
