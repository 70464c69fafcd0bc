"""The emails that `access` composes on delivery."""

from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from tbblearn.access.actions import make_link
from tbblearn.access.rules import LINK_HOURS, OWN_HISTORY_MAIL, SET_PASSWORD_MAIL, LinkPurpose
from tbblearn.config import Settings
from tbblearn.db import stockholm_date
from tbblearn.mail.rules import Letter
from tbblearn.mail.sending import Writer
from tbblearn.people.ending import EXTERNAL_ENDS_MAIL
from tbblearn.people.queries import external_end, mail_address
from tbblearn.people.rules import HISTORY_DAYS
from tbblearn.web.language import day


def set_password_letter(person_id: int, _values: dict[str, str | int], now: datetime) -> Letter | None:
    """The email with a one-time link, which is made here: the outbox never holds a secret."""
    address = mail_address(person_id, stockholm_date(now))
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
        return Letter(address.email, _("Välj ditt lösenord"), with_closing(body, settings))


def own_history_letter(person_id: int, _values: dict[str, str | int], now: datetime) -> Letter | None:
    """The email with a one-time link to their own history, for a leaver who can no longer sign in."""
    today = stockholm_date(now)
    address = mail_address(person_id, today, leavers=True)
    if address is None or mail_address(person_id, today) is not None:
        return None
    settings: Settings = current_app.config["TBBLEARN"]
    token = make_link(person_id, now, purpose=LinkPurpose.READ_HISTORY)
    with force_locale(address.language):
        body = _(
            "Din anställning har slutat, så du kan inte längre logga in. I %(days)s dagar efter din sista dag kan du "
            "läsa din historik, spara dina intyg och svara på en enkät som är öppen.\n\n"
            "Länken gäller i %(h)s timmar och bara en gång: %(url)s\n\n"
            "Har du inte bett om den? Då behöver du inte göra något.",
            days=HISTORY_DAYS,
            h=LINK_HOURS,
            url=f"{settings.public_url}/las-historik/{token}",
        )
        return Letter(address.email, _("Läs din historik"), with_closing(body, settings))


def external_ends_letter(person_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    """Notice that external access ends soon, to its holder or to their sponsor; None once renewed."""
    today = stockholm_date(now)
    address, ends = mail_address(person_id, today), external_end(int(values["person"]))
    if address is None or ends is None or ends.until_on < today or ends.until_on.isoformat() != values["until"]:
        return None
    settings: Settings = current_app.config["TBBLEARN"]
    with force_locale(address.language):
        until = day(ends.until_on)
        if person_id == values["person"]:
            subject = _("Du kommer åt tbblearn till och med %(date)s", date=until)
            body = _(
                "Behöver du komma åt sidan även efter %(date)s? Säg till den som ordnade det åt dig, i god tid. "
                "Annars behöver du inte göra något.",
                date=until,
            )
        else:
            subject = _("En person som du ansvarar för kommer åt tbblearn till och med %(date)s", date=until)
            body = _(
                "Det gäller %(name)s. Behövs det även efter %(date)s? Be den som sköter tbblearn att förlänga. "
                "Annars behöver du inte göra något.",
                name=ends.name or _("en person med skyddade uppgifter"),
                date=until,
            )
        return Letter(address.email, subject, with_closing(body, settings))


def with_closing(body: str, settings: Settings) -> str:
    """The text of an email with the lines that close every email, where there is anything to say."""
    lines = []
    if settings.intranet:
        lines.append(_("Du når också sidan via intranätet: sök på %(word)s.", word=settings.intranet))
    if settings.contact:
        lines.append(_("Frågor? %(contact)s.", contact=settings.contact))
    return f"{body}\n\n{' '.join(lines)}\n" if lines else f"{body}\n"


WRITERS: dict[str, Writer] = {
    SET_PASSWORD_MAIL: set_password_letter,
    OWN_HISTORY_MAIL: own_history_letter,
    EXTERNAL_ENDS_MAIL: external_ends_letter,
}
