"""Signing in and out, choosing a password, and one's own details."""

from functools import partial

from flask import Blueprint, current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response
from wtforms.fields import Field

from tbblearn.access import actions, passwords, queries
from tbblearn.access.asking import SIGNED_OUT, sign_in_page
from tbblearn.access.choosing import password_fault
from tbblearn.access.forms import ChangeForm, LanguageForm, LinkForm, PasswordForm, SignInForm
from tbblearn.access.held import HeldForm, unseal
from tbblearn.access.rules import (
    LINK_HOURS,
    MIN_PASSWORD,
    OWN_HISTORY_MAIL,
    SET_PASSWORD_MAIL,
    LinkNotUsable,
    LinkPurpose,
    PasswordFault,
)
from tbblearn.access.sessions import session_times
from tbblearn.access.trying import (
    remember_browser,
    reserve_change,
    reserve_link,
    reserve_sign_in,
    retry_after,
    wait_words,
)
from tbblearn.config import Settings
from tbblearn.db import read_only, stockholm_date, utc_now
from tbblearn.mail.actions import queue
from tbblearn.people.actions import choose_language
from tbblearn.people.guards import principal, public, signed_in, signed_in_person
from tbblearn.people.rules import HISTORY_DAYS, Language
from tbblearn.web.addresses import page_path
from tbblearn.web.kept import in_words
from tbblearn.web.language import COOKIE
from tbblearn.web.menu import first_page
from tbblearn.web.pages import Page
from tbblearn.web.views import remember

blueprint = Blueprint("access", __name__, template_folder="templates")


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
    with read_only():
        stored = queries.credential_for(email, stockholm_date(now))
    reserved = reserve_sign_in(email, stored.person_id if stored else None, now)
    if isinstance(reserved, int):
        form.email.errors = [wait_words(reserved)]
        return sign_in_page(form, 429, headers=retry_after(reserved))
    if not passwords.matches(password, stored.password_hash if stored else None) or stored is None:
        form.email.errors = [_("E-postadressen eller lösenordet stämmer inte.")]
        return sign_in_page(form, 422)
    actions.forget_try(reserved)
    return _welcome(stored.person_id, form.next.data, unseal(form.held.data or "", _settings().secret_key))


def _welcome(
    person_id: int, next_path: str | None, held: HeldForm | None = None, *, history_only: bool = False
) -> Response:
    """Open a fresh session for this person, and give back their own form that was sent too late.

    Anyone signed in here before is signed out.
    """
    now = utc_now()
    before = signed_in_person()
    if before is not None:
        actions.end_session(before.session_token, now)
    token = actions.open_session(person_id, now, history_only=history_only)
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
        response = redirect(page_path(next_path, first_page(current_app, live.principal)), 303)
    if not history_only:
        remember_browser(response, person_id, now)
    return remember(response, COOKIE, live.principal.language)


@blueprint.post("/logga-ut")
@public
def sign_out() -> Response:
    """Sign this browser out, and say so."""
    return _leave(url_for("access.sign_in", ut=1))


@blueprint.post("/byt-anvandare")
@public
def switch_user() -> Response:
    """Someone else sits down at a shared PC: sign out, and ask who it is."""
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
    """Send a one-time link to a known address; to a recent leaver, one to their own history.

    The answer is the same for every address.
    """
    form = LinkForm()
    if not form.validate():
        return Page("access/ask_link.html", 422, form=form)
    now = utc_now()
    email = form.email.data or ""
    reserved = reserve_link(email, now)
    if isinstance(reserved, int):
        form.email.errors = [wait_words(reserved)]
        return Page("access/ask_link.html", 429, retry_after(reserved), form=form)
    with read_only():
        person_id = queries.person_with_email(email, stockholm_date(now))
        leaver_id = queries.leaver_with_email(email, stockholm_date(now))
    kind, reader_id = (SET_PASSWORD_MAIL, person_id) if person_id is not None else (OWN_HISTORY_MAIL, leaver_id)
    if reader_id is not None:
        # One a minute at most: pressing the button twice sends one letter.
        queue(kind, reader_id, f"{kind}:{reader_id}:{now:%Y%m%d%H%M}", now=now)
    return Page("access/link_sent.html", email=email, hours=LINK_HOURS)


@blueprint.get("/valj-losenord/<token>")
@public
def choose_password(token: str) -> Page:
    """The page a one-time link opens."""
    found = queries.link_owner(token, LinkPurpose.SET_PASSWORD, utc_now())
    if found is None:
        return Page("access/link_gone.html", 410)
    return _choose_page(PasswordForm(formdata=None), found)


@blueprint.post("/valj-losenord/<token>")
@public
def set_password(token: str) -> Page | Response:
    """Keep the password, and sign in."""
    form = PasswordForm()
    now = utc_now()
    with read_only():
        found = queries.link_owner(token, LinkPurpose.SET_PASSWORD, now)
    if found is None:
        return Page("access/link_gone.html", 410)
    password = form.password.data or ""
    if not form.validate() or not _may_be_chosen(form.password, found):
        return _choose_page(form, found, 422)
    password_hash = passwords.hash_password(password)
    try:
        person_id = actions.set_password(token, password_hash, now)
    except LinkNotUsable:
        return Page("access/link_gone.html", 410)
    return _welcome(person_id, None)


def _choose_page(form: PasswordForm, person_id: int, status: int = 200) -> Page:
    with read_only():
        email = queries.email_of(person_id)
    return Page("access/choose_password.html", status, form=form, least=MIN_PASSWORD, email=email)


@blueprint.get("/las-historik/<token>")
@public
def read_history(token: str) -> Page:
    """The page behind a link to the own history; only its button uses the link up."""
    if queries.link_owner(token, LinkPurpose.READ_HISTORY, utc_now()) is None:
        return Page("access/link_gone.html", 410)
    return Page("access/read_history.html", days=HISTORY_DAYS)


@blueprint.post("/las-historik/<token>")
@public
def read_history_now(token: str) -> Page | Response:
    """Let a leaver in, to their own history only."""
    try:
        person_id = actions.use_link(token, LinkPurpose.READ_HISTORY, utc_now())
    except LinkNotUsable:
        return Page("access/link_gone.html", 410)
    return _welcome(person_id, None, history_only=True)


def _may_be_chosen(field: Field, person_id: int) -> bool:
    """Check a chosen password; when it is refused the field says why, and what to do."""
    with read_only():
        own = queries.own_words(person_id)
    fault = password_fault(field.data or "", own)
    if fault is not None:
        field.errors = [_fault_words(fault)]
    return fault is None


def _fault_words(fault: PasswordFault) -> str:
    if fault is PasswordFault.TOO_SHORT:
        return _("Lösenordet behöver ha minst %(n)s tecken. En mening du minns går bra.", n=MIN_PASSWORD)
    if fault is PasswordFault.TOO_LONG:
        return _("Lösenordet är för långt. Högst 200 tecken.")
    if fault is PasswordFault.OWN_WORDS:
        return _(
            "Lösenordet bygger på ditt namn, din e-postadress eller din arbetsplats. "
            "Välj några ord som inte har med dig att göra."
        )
    return _(
        "Lösenordet är lätt att gissa: det är vanligt, eller ett ord med några siffror efter. "
        "Välj en mening du minns, eller fyra ord som inte hör ihop."
    )


@blueprint.get("/byt-losenord")
@signed_in
def change_password() -> Page:
    """Choose another password, for which the old one is needed."""
    email = queries.email_of(principal().person_id)
    return Page("access/change_password.html", form=ChangeForm(formdata=None), least=MIN_PASSWORD, email=email)


@blueprint.post("/byt-losenord")
@signed_in
def change_password_now() -> Page | Response:
    """Keep the new password, and sign the person out everywhere else."""
    person = principal()
    form = ChangeForm()
    now = utc_now()
    with read_only():
        email = queries.email_of(person.person_id)
    refused = partial(Page, "access/change_password.html", form=form, least=MIN_PASSWORD, email=email)
    if not form.validate() or not _may_be_chosen(form.new_password, person.person_id):
        return refused(422)
    if form.new_password.data == form.old_password.data:
        form.new_password.errors = [_("Det är samma lösenord två gånger. Välj ett nytt.")]
        return refused(422)
    reserved = reserve_change(person.person_id, now)
    if isinstance(reserved, int):
        form.old_password.errors = [wait_words(reserved)]
        return refused(429, retry_after(reserved))
    with read_only():
        stored = queries.password_of(person.person_id)
    if not passwords.matches(form.old_password.data or "", stored):
        form.old_password.errors = [_("Det är inte ditt nuvarande lösenord.")]
        return refused(422)
    password_hash = passwords.hash_password(form.new_password.data or "")
    actions.forget_try(reserved)
    actions.change_password(person.person_id, password_hash, person.session_token, now)
    flash(_("Lösenordet är bytt. Var du inloggad någon annanstans är du utloggad där."))
    response = redirect(url_for("access.details"), 303)
    remember_browser(response, person.person_id, now)
    return response


@blueprint.get("/mina-uppgifter")
@signed_in
def details() -> Page:
    """What the system knows about me, and my language."""
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
