"""Words of the process leader's pages: states, steps and refusals."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
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
    """The words of the step's button."""
    return {
        Step.OPEN: _("Öppna mätningen"),
        Step.REMIND: _("Skicka påminnelse"),
        Step.CLOSE: _("Stäng mätningen"),
        Step.AUDIT: _("Kör skyddskontrollen"),
        Step.PUBLISH: _("Publicera resultatet"),
        Step.WITHDRAW: _("Dra tillbaka mätningen"),
    }[step]


# --- refusals ---

_FIXED = {
    NotCleaned: (
        _l("Vänta en liten stund"),
        _l(
            "Systemet håller på att städa undan det som en stängning lämnar efter sig på disken. Timern gör det klart "
            "inom tio minuter. Inget är förlorat. Försök igen då."
        ),
    ),
    StrayAnswers: (
        _l("Svaren stämmer inte"),
        _l(
            "Det finns fler svar sparade än det finns personer som har svarat. Någon har ändrat i databasen, så "
            "mätningen går inte att lita på. Den är inte stängd. Dra tillbaka den."
        ),
    ),
    AnswersLost: (
        _l("Svar saknas"),
        _l(
            "Fler har svarat än det finns svar sparade, så mätningen är inte stängd och inget är ändrat. Så blir det "
            "när databasen har återställts från en säkerhetskopia: svar i en öppen mätning kopieras inte. Dra "
            "tillbaka mätningen, eller fråga den som driver systemet. Kommandot tbblearn waves close säger vad som är "
            "borta och kan stänga ändå."
        ),
    ),
    CheckFirst: (
        _l("Kontrollera först"),
        _l("Mätningen kan öppna först när någon har sett varje rad i kontrollen inför start. Inget är ändrat."),
    ),
    NotAdopted: (
        _l("Ingen huvudman är med"),
        _l("Skriv in vilka huvudmän som har beslutat att vara med. Inget är ändrat."),
    ),
    NobodyInvited: (
        _l("Det finns ingen att bjuda in"),
        _l("Ingen arbetar i dag i de huvudmän som är med. Inget är ändrat."),
    ),
    NotOpen: (
        _l("Mätningen är inte öppen"),
        _l("En påminnelse går bara att skicka så länge det går att svara. Ingen är skickad."),
    ),
    ChangedMeanwhile: (_l("Någon hann före"), _l("Någon hann före. Så här ser det ut nu.")),
    **dict.fromkeys(
        (BadDates, BadLimits),
        (_l("Det gick inte att spara"), _l("Dagarna eller gränserna passar inte ihop. Inget är ändrat.")),
    ),
}
_ANY_OTHER = (_l("Det gick inte"), _l("Det går inte att göra nu. Inget är ändrat."))


def refusal_words(error: WaveError) -> ErrorWords:
    """Why something could not be done with a wave, what is kept, and what to do."""
    values = error.values
    match error:
        case WrongState():
            return _wrong_state(values["state"], values["wanted"])
        case TooSoon():
            text = ngettext(
                "Mätningen ”%(other)s” har frågat en av samma personer och stängde den %(date)s. Det ska gå minst "
                "%(days)s dagar. Inget är ändrat. Välj en senare första dag.",
                "Mätningen ”%(other)s” har frågat %(n)s av samma personer och stängde den %(date)s. Det ska gå minst "
                "%(days)s dagar. Inget är ändrat. Välj en senare första dag.",
                values["shared"],
                other=values["other"],
                n=number(values["shared"]),
                date=day(values["closes_on"]),
                days=values["days"],
            )
            return ErrorWords(_("Det är för tätt mellan mätningarna"), text)
        case EnoughReminders() if values["sent"] >= MOST_REMINDERS:
            text = _("En mätning har högst två påminnelser. Ingen ny är skickad.")
            return ErrorWords(_("Båda påminnelserna är skickade"), text)
        case EnoughReminders():
            text = _("Du kan skicka en påminnelse per dag. Ingen ny är skickad.")
            return ErrorWords(_("En påminnelse är redan skickad i dag"), text)
        case TooFewInvited():
            text = _(
                "Det behövs minst %(n)s inbjudna. Annars säger resultatet också vilka som har svarat. Inget är ändrat.",
                n=number(values["least"]),
            )
            return ErrorWords(_("Det är för få att bjuda in"), text)
        case LastDayGone():
            text = _(
                "Den sista dagen var den %(date)s. Välj nya dagar och gör kontrollen inför start igen. Inget är "
                "ändrat.",
                date=day(values["closes_on"]),
            )
            return ErrorWords(_("Mätningens sista dag har passerat"), text)
        case AnswersGone():
            text = _(
                "Svaren raderades den %(date)s, eftersom lagringstiden hade gått ut. Därför går det inte att "
                "kontrollera eller publicera något. Inget är ändrat.",
                date=day(values["disposed_on"]),
            )
            return ErrorWords(_("Svaren är borta"), text)
    title, words = _FIXED.get(type(error), _ANY_OTHER)
    return ErrorWords(str(title), str(words))


def _wrong_state(state: WaveState, wanted: WaveState) -> ErrorWords:
    if state is wanted:
        already = {
            WaveState.PLANNED: _("Mätningen är redan planerad."),
            WaveState.OPEN: _("Mätningen är redan öppen."),
            WaveState.CLOSED: _("Mätningen är redan stängd."),
            WaveState.AUDITED: _("Mätningen är redan kontrollerad."),
            WaveState.PUBLISHED: _("Resultatet är redan publicerat."),
            WaveState.WITHDRAWN: _("Mätningen är redan tillbakadragen."),
        }
        return ErrorWords(_("Det är redan gjort"), already[state])
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
