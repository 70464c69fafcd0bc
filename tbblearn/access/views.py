"""Signing in and out, choosing a password, and one's own details."""

from datetime import datetime

from flask import Blueprint, current_app, g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from tbblearn.access import actions, passwords, queries
from tbblearn.access.asking import SIGNED_OUT, sign_in_page
from tbblearn.access.forms import LanguageForm, LinkForm, PasswordForm, SignInForm
from tbblearn.access.held import HeldForm, unseal
from tbblearn.access.rules import (
    LINK_HOURS,
    MAX_TRIES_PER_ACCOUNT,
    MAX_TRIES_PER_ADDRESS,
    MIN_PASSWORD,
    LinkNotUsable,
    PasswordFault,
    attempt_key,
    minutes_to_wait,
    password_fault,
)
from tbblearn.access.sessions import session_times
from tbblearn.config import Settings
from tbblearn.db import read_only, side_record, utc_now
from tbblearn.mail.actions import queue
from tbblearn.people.actions import choose_language
from tbblearn.people.guards import principal, public, signed_in, signed_in_person
from tbblearn.people.rules import Language, email_key
from tbblearn.web.addresses import page_path
from tbblearn.web.kept import in_words
from tbblearn.web.language import COOKIE
from tbblearn.web.menu import first_page
from tbblearn.web.pages import Page
from tbblearn.web.views import remember

blueprint = Blueprint("access", __name__, template_folder="templates")
SET_PASSWORD_MAIL = "set_password"


def _settings() -> Settings:
    settings: Settings = current_app.config["TBBLEARN"]
    return settings


@blueprint.get("/logga-in")
@public
def sign_in() -> Page | Response:
    """Ask who it is."""
    if signed_in_person() is not None:
        return redirect(page_path(request.args.get("next"), url_for("home.start")), 303)
    return sign_in_page(note=SIGNED_OUT if "ut" in request.args else "")


@blueprint.post("/logga-in")
@public
def sign_in_now() -> Page | Response:
    """Sign in with e-mail and password."""
    form = SignInForm()
    if not form.validate():
        return sign_in_page(form, 422)
    now = utc_now()
    email, password = form.email.data or "", form.password.data or ""
    secret = _settings().secret_key
    account = attempt_key(secret, "account", email_key(email))
    address = attempt_key(secret, "address", request.remote_addr or "")
    wait = _minutes_to_wait(form, account, address, now)
    if wait:
        return sign_in_page(form, 429, headers=_retry_after(wait))
    with read_only():
        stored = queries.credential_for(email)
    if not passwords.matches(password, stored.password_hash if stored else None) or stored is None:
        with side_record() as records:
            actions.note_failure(records, account, address, now)
        form.email.errors = [_("E-postadressen eller lösenordet stämmer inte.")]
        return sign_in_page(form, 422)
    return _welcome(stored.person_id, form.next.data, unseal(form.held.data or "", secret))


def _minutes_to_wait(form: SignInForm | LinkForm, account: str, address: str, now: datetime) -> int:
    """How long this account or this network address must wait, said in the form too; 0 when it need not."""
    with read_only():
        own, from_address = queries.recent_failures(account, address, now)
    wait = max(
        minutes_to_wait(own, MAX_TRIES_PER_ACCOUNT, now), minutes_to_wait(from_address, MAX_TRIES_PER_ADDRESS, now)
    )
    if wait:
        form.email.errors = [_("För många försök. Vänta %(min)s minuter.", min=wait)]
    return wait


def _retry_after(minutes: int) -> dict[str, str]:
    return {"Retry-After": str(minutes * 60)}


def _welcome(person_id: int, next_path: str | None, held: HeldForm | None = None) -> Response:
    """Open a fresh session for this person, and give back the form that was sent too late, to the same person only.

    Whoever was signed in here before is signed out.
    """
    now = utc_now()
    before = signed_in_person()
    if before is not None:
        actions.end_session(before.session_token, now)
    token = actions.open_session(person_id, now)
    live = queries.live_session(token, session_times(_settings()), now)
    assert live is not None
    session.clear()
    g.pop("csrf_token", None)  # of the session that has just gone; the next page needs one of the new
    login_user(live.principal)
    g.language = live.principal.language.value
    refresh()
    response: Response
    if held is not None and held.person_id == person_id:
        response = Page("access/resend.html", held=held, told=in_words(current_app, held.path, held.fields))
    else:
        response = redirect(page_path(next_path, first_page(current_app)), 303)
    return remember(response, COOKIE, live.principal.language)


@blueprint.post("/logga-ut")
@public
def sign_out() -> Response:
    """Sign this browser out, and say so."""
    return _leave(url_for("access.sign_in", ut=1))


@blueprint.post("/byt-anvandare")
@public
def switch_user() -> Response:
    """Somebody else sits down at a shared PC: sign out, and ask who it is."""
    return _leave(url_for("access.sign_in"))


def _leave(to: str) -> Response:
    person = signed_in_person()
    if person is not None:
        actions.end_session(person.session_token, utc_now())
    logout_user()
    session.clear()
    response = redirect(to, 303)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@blueprint.get("/glomt-losenordet")
@public
def ask_link() -> Page:
    """New here, or forgotten the password: ask for a one-time link."""
    return Page("access/ask_link.html", form=LinkForm(formdata=None))


@blueprint.post("/glomt-losenordet")
@public
def send_link() -> Page:
    """Send a one-time link if the address is known. The answer is the same either way."""
    form = LinkForm()
    if not form.validate():
        return Page("access/ask_link.html", 422, form=form)
    now = utc_now()
    email = form.email.data or ""
    secret = _settings().secret_key
    # Counted apart from signing in: a whole unit may ask for its links from one address on its first day.
    account = attempt_key(secret, "link", email_key(email))
    address = attempt_key(secret, "link address", request.remote_addr or "")
    wait = _minutes_to_wait(form, account, address, now)
    if wait:
        return Page("access/ask_link.html", 429, _retry_after(wait), form=form)
    with side_record() as records:
        actions.note_failure(records, account, address, now)
    with read_only():
        person_id = queries.person_with_email(email)
    if person_id is not None:
        # One a minute at most: pressing the button twice sends one letter.
        queue(SET_PASSWORD_MAIL, person_id, f"{SET_PASSWORD_MAIL}:{person_id}:{now:%Y%m%d%H%M}", now=now)
    return Page("access/link_sent.html", email=email, hours=LINK_HOURS)


@blueprint.get("/valj-losenord/<token>")
@public
def choose_password(token: str) -> Page:
    """The page a one-time link opens."""
    found = queries.link_owner(token, utc_now())
    if found is None:
        return Page("access/link_gone.html", 410)
    return Page("access/choose_password.html", form=PasswordForm(formdata=None), least=MIN_PASSWORD)


@blueprint.post("/valj-losenord/<token>")
@public
def set_password(token: str) -> Page | Response:
    """Keep the password, and sign in."""
    form = PasswordForm()
    now = utc_now()
    with read_only():
        found = queries.link_owner(token, now)
    if found is None:
        return Page("access/link_gone.html", 410)
    password = form.password.data or ""
    fault = password_fault(password, found[1])
    if fault is not None:
        form.password.errors = [_fault_words(fault)]
        return Page("access/choose_password.html", 422, form=form, least=MIN_PASSWORD)
    password_hash = passwords.hash_password(password)
    try:
        person_id = actions.set_password(token, password_hash, now)
    except LinkNotUsable:
        return Page("access/link_gone.html", 410)
    return _welcome(person_id, None)


def _fault_words(fault: PasswordFault) -> str:
    if fault is PasswordFault.TOO_SHORT:
        return _("Lösenordet behöver ha minst %(n)s tecken. En mening du minns går bra.", n=MIN_PASSWORD)
    if fault is PasswordFault.TOO_LONG:
        return _("Lösenordet är för långt. Högst 200 tecken.")
    return _("Det lösenordet är lätt att gissa. Välj ett annat.")


@blueprint.get("/mina-uppgifter")
@signed_in
def details() -> Page:
    """What the system knows of me, and my language."""
    person = principal()
    return Page(
        "access/details.html",
        form=LanguageForm(formdata=None, language=person.language.value),
        details=queries.own_details(person.person_id, utc_now()),
    )


@blueprint.post("/mina-uppgifter")
@signed_in
def change_language() -> Page | Response:
    """Change the language of pages and mail."""
    person = principal()
    form = LanguageForm()
    if not form.validate():
        return Page("access/details.html", 422, form=form, details=queries.own_details(person.person_id, utc_now()))
    choose_language(person.person_id, Language(form.language.data))
    return remember(redirect(url_for("access.details"), 303), COOKIE, form.language.data)


@blueprint.post("/logga-ut-overallt")
@signed_in
def sign_out_everywhere() -> Response:
    """End every session of mine, this one too."""
    actions.end_all_sessions(principal().person_id, utc_now())
    return _leave(url_for("access.sign_in", ut=1))
