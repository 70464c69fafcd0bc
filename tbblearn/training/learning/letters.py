"""The letters that `training` writes at delivery, each in its reader's language.

None is written once it has become pointless: the news is read, the task done, the completion withdrawn.
"""

from collections.abc import Callable
from datetime import datetime

from flask import current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from tbblearn.access.letters import with_closing
from tbblearn.config import Settings
from tbblearn.db import stockholm_date
from tbblearn.mail.rules import Letter
from tbblearn.mail.sending import Writer
from tbblearn.people.queries import mail_address
from tbblearn.training.learning.news import Notice, corrected_completion, open_renewal, unread_version
from tbblearn.training.rules import CORRECTED_KEY_MAIL, COURSE_CHANGED_MAIL, RENEWAL_MAIL
from tbblearn.web.language import day


def course_changed_letter(person_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    """Something important is new: read it."""

    def words(notice: Notice, course: str, url: str) -> tuple[str, str]:
        body = ngettext(
            "Utbildningen har ändrats. Läs det som är nytt, cirka %(num)s minut: %(url)s",
            "Utbildningen har ändrats. Läs det som är nytt, cirka %(num)s minuter: %(url)s",
            notice.minutes,
            url=url,
        )
        return _("Nytt i %(course)s", course=course), body

    return _letter(person_id, unread_version(person_id, int(values["version"])), now, words)


def renewal_letter(person_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    """Something important is new: take the course again by a day."""

    def words(notice: Notice, course: str, url: str) -> tuple[str, str]:
        body = ngettext(
            "Utbildningen har ändrats. Därför behöver du gå utbildningen igen, cirka %(num)s minut. "
            "Sista dag är %(due)s. Börja här: %(url)s",
            "Utbildningen har ändrats. Därför behöver du gå utbildningen igen, cirka %(num)s minuter. "
            "Sista dag är %(due)s. Börja här: %(url)s",
            notice.minutes,
            due=day(notice.on),
            url=url,
        )
        return _("Nytt i %(course)s", course=course), body

    return _letter(person_id, open_renewal(person_id, int(values["version"])), now, words)


def corrected_key_letter(person_id: int, values: dict[str, str | int], now: datetime) -> Letter | None:
    """We had a question wrong, and you have passed."""

    def words(notice: Notice, course: str, _url: str) -> tuple[str, str]:
        body = _(
            "En fråga i %(course)s hade fel facit. Vi har räknat om ditt prov. Du är nu godkänd från den %(date)s. "
            "Du behöver inte göra något. Vi ber om ursäkt.",
            course=course,
            date=day(notice.on),
        )
        return _("Vi hade fel i en provfråga"), body

    return _letter(person_id, corrected_completion(person_id, int(values["completion"])), now, words)


def _letter(
    person_id: int, notice: Notice | None, now: datetime, words: Callable[[Notice, str, str], tuple[str, str]]
) -> Letter | None:
    """A letter whose subject and body `words` makes, in the reader's language, of the course's title and address."""
    address = mail_address(person_id, stockholm_date(now))
    if address is None or notice is None:
        return None
    settings: Settings = current_app.config["TBBLEARN"]
    with force_locale(address.language):
        url = f"{settings.public_url}/utbildning/{notice.slug}"
        subject, body = words(notice, notice.title[address.language], url)
        return Letter(address.email, subject, with_closing(body, settings))


WRITERS: dict[str, Writer] = {
    COURSE_CHANGED_MAIL: course_changed_letter,
    RENEWAL_MAIL: renewal_letter,
    CORRECTED_KEY_MAIL: corrected_key_letter,
}
