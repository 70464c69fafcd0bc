"""The letters that `training` writes at delivery, each in its reader's language.

None is written where it has become needless meanwhile: the news is read, the task done, the completion withdrawn.
"""

from datetime import datetime

from flask import current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from tbblearn.access.letters import closing
from tbblearn.config import Settings
from tbblearn.db import stockholm_date
from tbblearn.mail.rules import Letter
from tbblearn.mail.sending import Writer
from tbblearn.people.queries import MailAddress, mail_address
from tbblearn.training.learning.news import corrected_completion, open_renewal, unread_version
from tbblearn.training.rules import CORRECTED_KEY_MAIL, COURSE_CHANGED_MAIL, RENEWAL_MAIL
from tbblearn.web.language import day


def course_changed_letter(person_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    """Something important is new: read it."""
    address, told = mail_address(person_id, stockholm_date(now)), unread_version(person_id, int(values["version"]))
    if address is None or told is None:
        return None
    with force_locale(address.language):
        body = ngettext(
            "Vi har ändrat något som är viktigt. Läs det som är nytt, cirka %(num)s minut: %(url)s",
            "Vi har ändrat något som är viktigt. Läs det som är nytt, cirka %(num)s minuter: %(url)s",
            told.minutes,
            url=_course_url(told.slug),
        )
        return _letter(address, _("Nytt i %(course)s", course=told.title[address.language]), body)


def renewal_letter(person_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    """Something important is new: take the course again by a day."""
    address, told = mail_address(person_id, stockholm_date(now)), open_renewal(person_id, int(values["version"]))
    if address is None or told is None:
        return None
    with force_locale(address.language):
        body = ngettext(
            "Vi har ändrat något som är viktigt. Därför behöver du gå utbildningen igen, cirka %(num)s minut. "
            "Sista dag är %(due)s. Börja här: %(url)s",
            "Vi har ändrat något som är viktigt. Därför behöver du gå utbildningen igen, cirka %(num)s minuter. "
            "Sista dag är %(due)s. Börja här: %(url)s",
            told.minutes,
            due=day(told.on),
            url=_course_url(told.slug),
        )
        return _letter(address, _("Nytt i %(course)s", course=told.title[address.language]), body)


def corrected_key_letter(person_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    """We had a question wrong, and you have passed."""
    address, told = (
        mail_address(person_id, stockholm_date(now)),
        corrected_completion(person_id, int(values["completion"])),
    )
    if address is None or told is None:
        return None
    with force_locale(address.language):
        body = _(
            "En fråga i %(course)s hade fel facit. Vi har räknat om ditt prov. Du är nu godkänd från den %(date)s. "
            "Du behöver inte göra något. Vi ber om ursäkt.",
            course=told.title[address.language],
            date=day(told.on),
        )
        return _letter(address, _("Vi hade fel i en provfråga"), body)


def _course_url(slug: str) -> str:
    settings: Settings = current_app.config["TBBLEARN"]
    return f"{settings.public_url}/utbildning/{slug}"


def _letter(address: MailAddress, subject: str, body: str) -> Letter:
    settings: Settings = current_app.config["TBBLEARN"]
    return Letter(address.email, subject, f"{body}\n\n{closing(settings)}\n")


WRITERS: dict[str, Writer] = {
    COURSE_CHANGED_MAIL: course_changed_letter,
    RENEWAL_MAIL: renewal_letter,
    CORRECTED_KEY_MAIL: corrected_key_letter,
}
