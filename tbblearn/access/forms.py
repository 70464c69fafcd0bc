"""Forms for signing in and for one's own details."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, PasswordField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.validators import InputRequired

from tbblearn.access.held import MAX_SEALED
from tbblearn.access.rules import MAX_PASSWORD
from tbblearn.web.fields import AtMost, Dropped
from tbblearn.web.forms import PageForm
from tbblearn.web.language import LANGUAGES

EMAIL_LENGTH = AtMost(254, _l("E-postadressen är för lång. Högst 254 tecken."))
"""The longest possible address (RFC 5321)."""
MAX_PATH = 2000


class SignInForm(PageForm):
    """E-mail and password."""

    email = EmailField(
        _l("E-postadress i arbetet"),
        validators=[InputRequired(_l("Skriv din e-postadress.")), EMAIL_LENGTH],
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Lösenord"),
        validators=[
            InputRequired(_l("Skriv ditt lösenord.")),
            AtMost(MAX_PASSWORD, _l("Lösenordet är för långt. Högst 200 tecken.")),
        ],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField(filters=[Dropped(MAX_PATH)])
    held = HiddenField(filters=[Dropped(MAX_SEALED)])


class LinkForm(PageForm):
    """Where to send a one-time link."""

    email = EmailField(
        _l("E-postadress i arbetet"),
        validators=[InputRequired(_l("Skriv din e-postadress.")), EMAIL_LENGTH],
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )


class PasswordForm(PageForm):
    """A password of one's own choice."""

    password = PasswordField(_l("Välj ett lösenord"), render_kw={"autocomplete": "new-password"})


class ChangeForm(PageForm):
    """The present password, and a new one."""

    old_password = PasswordField(
        _l("Ditt nuvarande lösenord"),
        validators=[
            InputRequired(_l("Skriv ditt nuvarande lösenord.")),
            AtMost(MAX_PASSWORD, _l("Lösenordet är för långt. Högst 200 tecken.")),
        ],
        render_kw={"autocomplete": "current-password"},
    )
    new_password = PasswordField(_l("Ditt nya lösenord"), render_kw={"autocomplete": "new-password"})


class LanguageForm(PageForm):
    """The language of pages and mail."""

    language = RadioField(
        _l("Språk på sidor och i mejl"),
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
        invalid_choice_message=_l("Välj ett av språken."),  # type: ignore[call-arg]  # its stubs lag behind
    )
