"""The letters that `access` writes at delivery (words.md 6)."""

from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from tbblearn.access.actions import make_link
from tbblearn.access.rules import LINK_HOURS
from tbblearn.config import Settings
from tbblearn.mail.rules import Letter
from tbblearn.people.queries import mail_address


def set_password_letter(person_id: int, _values: dict[str, str | int], now: datetime) -> Letter | None:
    """The letter with a one-time link; the link is made here, so that the outbox never holds a secret."""
    address = mail_address(person_id)
    if address is None:
        return None
    settings: Settings = current_app.config["TBBLEARN"]
    url = f"{settings.public_url}/valj-losenord/{make_link(person_id, now)}"
    with force_locale(address.language):
        body = _(
            "Länken gäller i %(h)s timmar och bara en gång: %(url)s\n\n"
            "Har du inte bett om den? Då behöver du inte göra något.",
            h=LINK_HOURS,
            url=url,
        )
        return Letter(address.email, _("Välj ditt lösenord"), f"{body}\n\n{closing(settings)}\n")


def closing(settings: Settings) -> str:
    """The lines that close every letter."""
    lines = _("Du når också sidan via intranätet: sök på tbblearn.")
    return lines + (" " + _("Frågor? %(contact)s.", contact=settings.contact) if settings.contact else "")
