"""The emails about a survey, composed on delivery; one that no longer applies is not sent.

No email names anybody else, and no link in one is specific to its recipient: a click does not reveal who made it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from flask import Flask, current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from tbblearn.access.letters import with_closing
from tbblearn.config import Settings
from tbblearn.db import stockholm_date
from tbblearn.mail.rules import Letter
from tbblearn.mail.sending import Writer
from tbblearn.people.queries import MailAddress, mail_address
from tbblearn.surveys import queries
from tbblearn.surveys.queries import Invited
from tbblearn.surveys.waves import INVITATION_MAIL, MANAGER_RESULT_MAIL, REMINDER_MAIL, STAFF_RESULT_MAIL, NotInvited
from tbblearn.web.language import day

Values = dict[str, str | int]
_RESULT_PAGE = "tbblearn_result_page"


def lead_to_results(app: Flask, endpoint: str) -> None:
    """Called by `create_app` with the page of a wave's result, which belongs to a room above this one."""
    app.extensions[_RESULT_PAGE] = endpoint


def result_page() -> str:
    """The endpoint of a wave's result; it takes `wave_id`."""
    endpoint: str = current_app.extensions[_RESULT_PAGE]
    return endpoint


def _invitation_words(found: Invited, url: str) -> tuple[str, str]:
    return (
        _("Hur redo är vi för %(programme)s?", programme=found.programme),
        _(
            "Tolv påståenden, cirka 3 minuter. Frivilligt och konfidentiellt. Öppet till %(closes)s. "
            "Läs först hur vi skyddar dina svar: %(url)s",
            closes=day(found.closes_on),
            url=url,
        ),
    )


def _reminder_words(found: Invited, url: str) -> tuple[str, str]:
    return (
        _("Enkäten är öppen till %(closes)s", closes=day(found.closes_on)),
        _(
            "Du får den här påminnelsen för att vi inte har fått något svar. Ingen chef får se vilka som har svarat. "
            "Vill du inte svara kan du välja det på sidan, så slipper du fler påminnelser. %(url)s",
            url=url,
        ),
    )


def staff_result_letter(person_id: int, values: Values, now: datetime) -> Letter | None:
    """Everyone who was invited may read the result; None once it is withdrawn."""
    address = mail_address(person_id, stockholm_date(now))
    try:
        found = queries.invitation(int(values["wave"]), person_id)
    except NotInvited:
        return None
    if address is None or queries.published_from(found.wave_id) is None:
        return None
    with force_locale(address.language):
        return _letter(
            address,
            _("Nu kan du se resultatet"),
            _(
                "Tack till alla som svarade. Här är resultatet för %(unit)s eller närmaste större grupp: %(url)s",
                unit=found.unit,
                url=_address(result_page(), wave_id=found.wave_id),
            ),
            queries.huvudman_of(found.wave_id, found.unit_id),
        )


def manager_result_letter(person_id: int, values: Values, now: datetime) -> Letter | None:
    """Managers read first; None once it is withdrawn, or for somebody who no longer manages any of its units."""
    today, wave_id = stockholm_date(now), int(values["wave"])
    staff_from_on = queries.published_from(wave_id)
    address = mail_address(person_id, today)
    huvudman = queries.huvudman_of_manager(wave_id, person_id, today)
    if address is None or staff_from_on is None or huvudman is None:
        return None
    with force_locale(address.language):
        return _letter(
            address,
            _("Resultatet är klart"),
            _(
                "Läs resultatet och boka tid för samtal på nästa APT. På sidan finns ett samtalsstöd. "
                "Medarbetarna kan se resultatet från den %(date)s. %(url)s",
                date=day(staff_from_on),
                url=_address(result_page(), wave_id=wave_id),
            ),
            huvudman,
        )


def _asking_letter(
    words: Callable[[Invited, str], tuple[str, str]], person_id: int, values: Values, now: datetime
) -> Letter | None:
    """A letter that asks for answers, its subject and body by `words`; None once the survey is closed or without an
    address.

    For people who have answered or declined, the mail server is only asked whether it takes mail to the address, so
    that the number of refused letters tells nothing. People who left lately are asked too: they may answer until the
    survey closes.
    """
    address = mail_address(person_id, stockholm_date(now), leavers=True)
    try:
        found = queries.invitation(int(values["wave"]), person_id)
    except NotInvited:
        return None
    if address is None or not found.open(stockholm_date(now)):
        return None
    if found.answered or found.declined:
        return Letter(address.email, "", "", only_asks=True)
    with force_locale(address.language):
        subject, body = words(found, _address("surveys.first", wave_id=found.wave_id))
        return _letter(address, subject, body, queries.huvudman_of(found.wave_id, found.unit_id))


def _letter(address: MailAddress, subject: str, body: str, huvudman: str) -> Letter:
    settings: Settings = current_app.config["TBBLEARN"]
    sender = f"tbblearn, {huvudman}" if huvudman else "tbblearn"
    return Letter(address.email, subject, with_closing(body, settings), sender)


def _address(endpoint: str, **values: int) -> str:
    """A full address without a request: the timer has none."""
    settings: Settings = current_app.config["TBBLEARN"]
    return settings.public_url + current_app.url_map.bind("").build(endpoint, values)


WRITERS: dict[str, Writer] = {
    INVITATION_MAIL: partial(_asking_letter, _invitation_words),
    REMINDER_MAIL: partial(_asking_letter, _reminder_words),
    STAFF_RESULT_MAIL: staff_result_letter,
    MANAGER_RESULT_MAIL: manager_result_letter,
}
