"""Words of the process leader's pages: states, steps, and what could not be done."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from tbblearn.readiness.waves.steps import Step
from tbblearn.surveys.waves import (
    MOST_REMINDERS,
    AnswersGone,
    AnswersLost,
    BadDates,
    BadLimits,
    ChangedMeanwhile,
    CheckFirst,
    EnoughReminders,
    LastDayGone,
    NobodyInvited,
    NotAdopted,
    NotCleaned,
    NotOpen,
    StrayAnswers,
    TooFewInvited,
    TooSoon,
    WaveError,
    WaveState,
    WrongState,
)
from tbblearn.web.errors import ErrorWords
from tbblearn.web.language import day, number


def state_words(state: WaveState) -> str:
    """The state in a word."""
    return {
        WaveState.PLANNED: _("Planerad"),
        WaveState.OPEN: _("Öppen"),
        WaveState.CLOSED: _("Stängd"),
        WaveState.AUDITED: _("Kontrollerad"),
        WaveState.PUBLISHED: _("Publicerad"),
        WaveState.WITHDRAWN: _("Tillbakadragen"),
    }[state]


STATE_TAGS = {
    WaveState.PLANNED: ("todo", "calendar"),
    WaveState.OPEN: ("going", "half"),
    WaveState.CLOSED: ("soon", "lock"),
    WaveState.AUDITED: ("soon", "check"),
    WaveState.PUBLISHED: ("done", "done"),
    WaveState.WITHDRAWN: ("exempt", "undo"),
}
"""Kind and icon of a state's tag."""


def step_words(step: Step) -> str:
    """What the button says."""
    return {
        Step.OPEN: _("Öppna mätningen"),
        Step.REMIND: _("Skicka påminnelse"),
        Step.CLOSE: _("Stäng mätningen"),
        Step.AUDIT: _("Kör skyddskontrollen"),
        Step.PUBLISH: _("Publicera resultatet"),
        Step.WITHDRAW: _("Dra tillbaka mätningen"),
    }[step]


# --- what could not be done ---


def refusal_words(error: WaveError) -> ErrorWords:
    """Why something could not be done with a wave, what is kept, and what to do."""
    values = error.values
    if isinstance(error, NotCleaned):
        return ErrorWords(
            _("Vänta en liten stund"),
            _(
                "Systemet håller på att städa undan det som en stängning lämnar efter sig på disken. Timern gör det "
                "klart inom tio minuter. Inget är förlorat. Försök igen då."
            ),
        )
    if isinstance(error, TooSoon):
        text = ngettext(
            "Mätningen ”%(other)s” har frågat en av samma personer och stängde den %(date)s. Det ska gå minst "
            "%(days)s dagar. Inget är ändrat. Välj en senare första dag.",
            "Mätningen ”%(other)s” har frågat %(n)s av samma personer och stängde den %(date)s. Det ska gå minst "
            "%(days)s dagar. Inget är ändrat. Välj en senare första dag.",
            _count(values["shared"]),
            other=values["other"],
            n=number(_count(values["shared"])),
            date=day(_date(values["closes_on"])),
            days=values["days"],
        )
        return ErrorWords(_("Det är för tätt mellan mätningarna"), text)
    if isinstance(error, EnoughReminders):
        return _enough_reminders(_count(values["sent"]))
    return _refusal_for_who_answered(error) or _simple_refusal(error)


def _refusal_for_who_answered(error: WaveError) -> ErrorWords | None:
    """What is refused because results would tell who took part, or because answers are not all there."""
    if isinstance(error, TooFewInvited):
        return ErrorWords(
            _("Det är för få att bjuda in"),
            _(
                "Det behövs minst %(n)s inbjudna. Annars säger resultatet också vilka som har svarat. Inget är ändrat.",
                n=number(_count(error.values["least"])),
            ),
        )
    if isinstance(error, StrayAnswers):
        return ErrorWords(
            _("Svaren stämmer inte"),
            _(
                "Det finns fler svar sparade än det finns personer som har svarat. Någon har ändrat i databasen, så "
                "mätningen går inte att lita på. Den är inte stängd. Dra tillbaka den."
            ),
        )
    if isinstance(error, AnswersLost):
        return ErrorWords(
            _("Svar saknas"),
            _(
                "Fler har svarat än det finns svar sparade, så mätningen är inte stängd och inget är ändrat. Så blir "
                "det när databasen har återställts från en säkerhetskopia: svar i en öppen mätning kopieras inte. Dra "
                "tillbaka mätningen, eller fråga den som driver systemet. Kommandot tbblearn waves close säger vad "
                "som är borta och kan stänga ändå."
            ),
        )
    return None


def _enough_reminders(sent: int) -> ErrorWords:
    if sent >= MOST_REMINDERS:
        return ErrorWords(
            _("Båda påminnelserna är skickade"), _("En mätning har högst två påminnelser. Ingen ny är skickad.")
        )
    return ErrorWords(
        _("En påminnelse är redan skickad i dag"), _("Det går en påminnelse om dagen. Ingen ny är skickad.")
    )


def _simple_refusal(error: WaveError) -> ErrorWords:
    if isinstance(error, CheckFirst):
        return ErrorWords(
            _("Kontrollera först"),
            _("Mätningen kan öppna först när någon har sett varje rad i kontrollen inför start. Inget är ändrat."),
        )
    if isinstance(error, NotAdopted):
        return ErrorWords(
            _("Ingen huvudman är med"), _("Skriv in vilka huvudmän som har beslutat att vara med. Inget är ändrat.")
        )
    if isinstance(error, NobodyInvited):
        return ErrorWords(
            _("Det finns ingen att bjuda in"), _("Ingen arbetar i dag i de huvudmän som är med. Inget är ändrat.")
        )
    if isinstance(error, NotOpen):
        return ErrorWords(
            _("Mätningen är inte öppen"),
            _("En påminnelse går bara att skicka så länge det går att svara. Ingen är skickad."),
        )
    if isinstance(error, ChangedMeanwhile):
        return ErrorWords(_("Någon hann före"), _("Någon hann före. Så här ser det ut nu."))
    if isinstance(error, LastDayGone):
        return ErrorWords(
            _("Mätningens sista dag har passerat"),
            _(
                "Den sista dagen var den %(date)s. Välj nya dagar och gör kontrollen inför start igen. "
                "Inget är ändrat.",
                date=day(_date(error.values["closes_on"])),
            ),
        )
    if isinstance(error, AnswersGone):
        return ErrorWords(
            _("Svaren är borta"),
            _(
                "Svaren raderades den %(date)s, eftersom lagringstiden hade gått ut. Därför går det inte att "
                "kontrollera eller publicera något. Inget är ändrat.",
                date=day(_date(error.values["disposed_on"])),
            ),
        )
    if isinstance(error, BadDates | BadLimits):
        return ErrorWords(_("Det gick inte att spara"), _("Dagarna eller gränserna passar inte ihop. Inget är ändrat."))
    if isinstance(error, WrongState):
        return _wrong_state(error)
    return ErrorWords(_("Det gick inte"), _("Det går inte att göra nu. Inget är ändrat."))


def _wrong_state(error: WrongState) -> ErrorWords:
    state, wanted = WaveState(str(error.values["state"])), WaveState(str(error.values["wanted"]))
    if state is wanted:
        return ErrorWords(_("Det är redan gjort"), _already(state))
    reason = {
        WaveState.PLANNED: _("Mätningen är planerad och har inte öppnat än."),
        WaveState.OPEN: _("Mätningen är öppen och tar emot svar. Inget räknas ut förrän den har stängt."),
        WaveState.CLOSED: _("Mätningen är stängd. Vilka som är med, dagar och gränser ligger fast."),
        WaveState.AUDITED: _("Mätningen är stängd och kontrollerad. Vilka som är med, dagar och gränser ligger fast."),
        WaveState.PUBLISHED: _("Resultatet är publicerat. Inget räknas om efter det."),
        WaveState.WITHDRAWN: _("Mätningen är tillbakadragen. Den går inte att använda igen."),
    }[state]
    unchanged = _("Inget är ändrat.")
    return ErrorWords(_("Det går inte i det här läget"), f"{reason} {unchanged}")


def _already(state: WaveState) -> str:
    return {
        WaveState.PLANNED: _("Mätningen är redan planerad."),
        WaveState.OPEN: _("Mätningen är redan öppen."),
        WaveState.CLOSED: _("Mätningen är redan stängd."),
        WaveState.AUDITED: _("Mätningen är redan kontrollerad."),
        WaveState.PUBLISHED: _("Resultatet är redan publicerat."),
        WaveState.WITHDRAWN: _("Mätningen är redan tillbakadragen."),
    }[state]


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _date(value: object) -> date | None:
    return value if isinstance(value, date) else None
