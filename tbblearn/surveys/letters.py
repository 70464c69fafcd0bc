"""The letters about a survey, written at delivery. What no longer applies is not written.

No letter names anybody else, and none can be told from another by who got it: there is nothing in it to follow.
"""

from collections.abc import Callable
from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from tbblearn.access.letters import closing
from tbblearn.config import Settings
from tbblearn.db import stockholm_date
from tbblearn.mail.rules import Letter
from tbblearn.mail.sending import Writer
from tbblearn.people.queries import MailAddress, mail_address
from tbblearn.surveys import queries
from tbblearn.surveys.queries import Invited, Published
from tbblearn.surveys.waves import INVITATION_MAIL, MANAGER_RESULT_MAIL, REMINDER_MAIL, STAFF_RESULT_MAIL, NotInvited
from tbblearn.web.language import day

Values = dict[str, str | int]
RESULT_PAGE = "tbblearn_survey_result"
"""Name among the application's extensions of the endpoint of a wave's result, where a feature above has such a page."""


def result_endpoint() -> str:
    """The page of a wave's result, by wave_id; empty where there is none."""
    return str(current_app.extensions.get(RESULT_PAGE, ""))


def invitation_letter(person_id: int, values: Values, now: datetime) -> Letter | None:
    """The survey is open; without words for who has answered or declined, none once it has closed."""
    return _asking_letter(person_id, values, now, _invitation_words)


def reminder_letter(person_id: int, values: Values, now: datetime) -> Letter | None:
    """The survey is still open; without words for who has answered or declined, none once it has closed."""
    return _asking_letter(person_id, values, now, _reminder_words)


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
    """The result can be read by everyone who was invited; not once it is withdrawn."""
    address = mail_address(person_id, stockholm_date(now))
    try:
        found = queries.invitation(int(values["wave"]), person_id)
    except NotInvited:
        return None
    if address is None or queries.published(found.wave_id) is None:
        return None
    with force_locale(address.language):
        return _letter(
            address,
            _("Nu kan du se resultatet"),
            _(
                "Tack till alla som svarade. Här är resultatet för %(unit)s eller närmaste större grupp: %(url)s",
                unit=found.unit,
                url=_result_address(found.wave_id),
            ),
            queries.huvudman_of(found.wave_id, found.unit_id),
        )


def manager_result_letter(person_id: int, values: Values, now: datetime) -> Letter | None:
    """Managers read first; not once it is withdrawn, nor to who manages nothing of it any more."""
    today = stockholm_date(now)
    found: Published | None = queries.published(int(values["wave"]))
    address = mail_address(person_id, today)
    huvudman = queries.huvudman_of_manager(int(values["wave"]), person_id, today)
    if address is None or found is None or huvudman is None:
        return None
    with force_locale(address.language):
        return _letter(
            address,
            _("Resultatet är klart"),
            _(
                "Titta i lugn och ro och boka tid på nästa APT. På sidan finns ett samtalsstöd. "
                "Medarbetarna kan se resultatet från den %(date)s. %(url)s",
                date=day(found.staff_from_on),
                url=_result_address(found.wave_id),
            ),
            huvudman,
        )


WRITERS: dict[str, Writer] = {
    INVITATION_MAIL: invitation_letter,
    REMINDER_MAIL: reminder_letter,
    STAFF_RESULT_MAIL: staff_result_letter,
    MANAGER_RESULT_MAIL: manager_result_letter,
}


def _asking_letter(
    person_id: int, values: Values, now: datetime, words: Callable[[Invited, str], tuple[str, str]]
) -> Letter | None:
    """A letter that asks for answers; None where the survey is closed or there is no address. `words` gives subject and
    body.

    Of who has answered or declined the mail server is only asked whether it takes mail to the address, so that how many
    letters it refused tells nothing. Who has left lately is asked too: they may answer until the survey closes.
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
    return Letter(address.email, subject, f"{body}\n\n{closing(settings)}\n", sender)


def _result_address(wave_id: int) -> str:
    endpoint = result_endpoint()
    return _address(endpoint, wave_id=wave_id) if endpoint else _address("surveys.mine")


def _address(endpoint: str, **values: int) -> str:
    """A full address without a request: the timer has none."""
    settings: Settings = current_app.config["TBBLEARN"]
    return settings.public_url + current_app.url_map.bind("").build(endpoint, values)
