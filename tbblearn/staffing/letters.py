"""The email that a file in the folder waits for a person."""

from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from tbblearn.access.letters import with_closing
from tbblearn.config import Settings
from tbblearn.db import stockholm_date
from tbblearn.mail.rules import Letter
from tbblearn.mail.sending import Writer
from tbblearn.people.queries import mail_address
from tbblearn.staffing.queries import huvudman_of
from tbblearn.staffing.rules import Fault, FileKind, Finding
from tbblearn.staffing.watching import ABOUT, FILE_WAITS_MAIL
from tbblearn.staffing.words import finding_words, kind_words
from tbblearn.web.language import day


def file_waits_letter(person_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    """Notice to an administrator that a file was not taken in by itself, and why; no names."""
    address = mail_address(person_id, stockholm_date(now))
    if address is None:
        return None
    settings: Settings = current_app.config["TBBLEARN"]
    name = huvudman_of(str(values["source"])).name
    about = {key.removeprefix(ABOUT): value for key, value in values.items() if key.startswith(ABOUT)}
    why = Finding(Fault(str(values["fault"])), about=about)
    with force_locale(address.language):
        body = _(
            "Filen med %(kind)s från %(name)s, för %(day)s, är inte inläst: %(why)s\n\n"
            "Läs in den för hand, eller be %(name)s om en ny fil: %(url)s",
            kind=kind_words(FileKind(str(values["kind"]))),
            name=name,
            day=day(stockholm_date(datetime.fromisoformat(str(values["as_of"])))),
            why=finding_words(why),
            url=f"{settings.public_url}/personal/{values['source']}",
        )
        return Letter(address.email, _("En fil från %(name)s väntar på dig", name=name), with_closing(body, settings))


WRITERS: dict[str, Writer] = {FILE_WAITS_MAIL: file_waits_letter}
