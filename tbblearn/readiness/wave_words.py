"""Words of the process leader's pages: states, steps, lines of the opening check, and what could not be done."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from tbblearn.readiness.opening_lines import ASSUMED_PERCENT, Line, LineKind
from tbblearn.readiness.rules import Family
from tbblearn.readiness.wave_queries import Finding
from tbblearn.readiness.wave_steps import Step
from tbblearn.surveys.waves import (
    MOST_REMINDERS,
    BadDates,
    BadLimits,
    ChangedMeanwhile,
    CheckFirst,
    EnoughReminders,
    NobodyInvited,
    NotAdopted,
    NotCleaned,
    NotOpen,
    TooSoon,
    WaveError,
    WaveState,
    WrongState,
)
from tbblearn.web.errors import ErrorWords
from tbblearn.web.language import day, number, of_whole, percent


def state_words(state: WaveState) -> str:
    """The state in a word (words.md 2)."""
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
    """What the button says (words.md 3)."""
    return {
        Step.OPEN: _("Öppna mätningen"),
        Step.REMIND: _("Skicka påminnelse"),
        Step.CLOSE: _("Stäng mätningen"),
        Step.AUDIT: _("Kör skyddskontrollen"),
        Step.PUBLISH: _("Publicera resultatet"),
        Step.WITHDRAW: _("Dra tillbaka mätningen"),
    }[step]


def rate_words(band: str | None) -> str:
    """A band of the response rate (words.md 4)."""
    return {
        None: _("Visas inte"),
        "under 40": _("under %(limit)s", limit=percent(40, 100)),
        "40-59": f"40–{percent(59, 100)}",
        "60-79": f"60–{percent(79, 100)}",
        "80-100": _("%(limit)s eller mer", limit=percent(80, 100)),
    }[band]


# --- the opening check ---


@dataclass(frozen=True)
class LineWords:
    """A line of the opening check in words; `items` are listed below the text."""

    heading: str
    text: str
    items: tuple[str, ...] = ()


def line_words(line: Line, today: date) -> LineWords:
    """What a line says, with its figures."""
    return _LINES[line.kind](line, today)


def _dates(line: Line, _today: date) -> LineWords:
    return LineWords(
        _("Dagarna"),
        _("Mätningens sista dag var %(date)s. Välj en senare dag innan den kan öppna.", date=day(line.on)),
    )


def _nobody_adopted(_line: Line, _today: date) -> LineWords:
    return LineWords(
        _("Huvudmän som är med"),
        _("Ingen huvudman har beslutat att vara med. Mätningen når bara dem som har gjort det."),
    )


def _nobody_invited(_line: Line, _today: date) -> LineWords:
    return LineWords(_("Inbjudna"), _("Ingen arbetar i dag i de huvudmän som är med, så det finns ingen att bjuda in."))


def _near_wave(line: Line, _today: date) -> LineWords:
    shared = line.counts["shared"]
    text = ngettext(
        "Mätningen ”%(other)s” har frågat en av samma personer. Mellan två mätningar ska det gå minst 180 dagar. "
        "Den här kan öppna tidigast %(date)s.",
        "Mätningen ”%(other)s” har frågat %(n)s av samma personer. Mellan två mätningar ska det gå minst 180 dagar. "
        "Den här kan öppna tidigast %(date)s.",
        shared,
        other=line.other,
        n=number(shared),
        date=day(line.on),
    )
    return LineWords(_("Andra mätningar inom 180 dagar"), text)


def _no_near_wave(_line: Line, _today: date) -> LineWords:
    return LineWords(
        _("Andra mätningar inom 180 dagar"),
        _("Ingen annan mätning i programmet har frågat samma personer de senaste 180 dagarna."),
    )


def _invited(line: Line, _today: date) -> LineWords:
    persons = line.counts["persons"]
    text = ngettext(
        "Om mätningen öppnade i dag skulle en person bli inbjuden.",
        "Om mätningen öppnade i dag skulle %(n)s personer bli inbjudna.",
        persons,
        n=number(persons),
    )
    more = _("De som börjar efter att den har öppnat blir inte inbjudna.")
    return LineWords(_("Inbjudna"), f"{text} {more}")


def _not_adopted(line: Line, _today: date) -> LineWords:
    heading = _("Huvudmän som inte har beslutat")
    if not line.units:
        return LineWords(heading, _("Alla huvudmän har beslutat att vara med."))
    text = _("De här är inte med, och deras anställda blir inte inbjudna.")
    return LineWords(heading, text, tuple(name for name, _day in line.units))


def _staff_data(line: Line, today: date) -> LineWords:
    items = []
    for name, known in line.units:
        if known is None:
            items.append(_("%(huvudman)s: ingen anställning är inläst.", huvudman=name))
        else:
            age = (today - known).days
            items.append(
                ngettext(
                    "%(huvudman)s: %(date)s, för en dag sedan",
                    "%(huvudman)s: %(date)s, för %(num)s dagar sedan",
                    age,
                    huvudman=name,
                    date=day(known),
                )
                if age > 0
                else _("%(huvudman)s: i dag", huvudman=name)
            )
    text = _(
        "Dagen då den senaste nya anställningen blev inläst. Så gamla är uppgifterna som längst, såvitt vi vet: en "
        "nyare personalfil utan nyanställda syns inte här. Verkar det länge sedan? Fråga huvudmannen innan du öppnar."
    )
    return LineWords(_("Hur färska personuppgifterna är"), text, tuple(items))


def _outside(line: Line, _today: date) -> LineWords:
    persons = line.counts["persons"]
    text = ngettext(
        "En anställd hör till en enhet som inte finns längre, eller inte finns än, och blir inte inbjuden.",
        "%(n)s anställda hör till en enhet som inte finns längre, eller inte finns än, och blir inte inbjudna.",
        persons,
        n=number(persons),
    )
    return LineWords(
        _("Anställda utan enhet"), text if persons else _("Alla anställda hör till en enhet som finns i dag.")
    )


def _on_leave(line: Line, _today: date) -> LineWords:
    persons = line.counts["persons"]
    text = ngettext(
        "En person är ledig från alla sina anställningar och blir inte inbjuden.",
        "%(n)s personer är lediga från alla sina anställningar och blir inte inbjudna.",
        persons,
        n=number(persons),
    )
    return LineWords(_("Pausade"), text if persons else _("Ingen är ledig i dag."))


def _several_jobs(line: Line, _today: date) -> LineWords:
    persons = line.counts["persons"]
    text = ngettext(
        "En person har mer än en anställning men får bara en inbjudan, i enheten för den äldsta anställningen.",
        "%(n)s personer har mer än en anställning men får bara en inbjudan var, i enheten för den äldsta "
        "anställningen.",
        persons,
        n=number(persons),
    )
    return LineWords(_("Flera anställningar"), text if persons else _("Ingen har mer än en anställning."))


def _managers(line: Line, _today: date) -> LineWords:
    persons = line.counts["persons"]
    text = ngettext(
        "En chef blir inbjuden i enheten ovanför sin egen. Svaret räknas inte i den egna enheten.",
        "%(n)s chefer blir inbjudna i enheten ovanför sin egen. Svaren räknas inte i den egna enheten.",
        persons,
        n=number(persons),
    )
    return LineWords(_("Chefer"), text if persons else _("Ingen av de inbjudna är chef för en enhet som är med."))


def _never_shown(line: Line, _today: date) -> LineWords:
    heading = _("Enheter som inte kan visas för sig")
    k, units = number(line.counts["k"]), line.counts["units"]
    if not units:
        return LineWords(heading, _("Alla enheter har minst %(k)s inbjudna.", k=k))
    text = ngettext(
        "En enhet har färre än %(k)s inbjudna, också tillsammans med enheterna under. Svaren räknas i enheten ovanför.",
        "%(n)s enheter har färre än %(k)s inbjudna, också tillsammans med enheterna under. Svaren räknas i enheten "
        "ovanför.",
        units,
        n=number(units),
        k=k,
    )
    staff = ngettext(
        "Det gäller en person.",
        "Det gäller %(n)s personer.",
        line.counts["persons"],
        n=number(line.counts["persons"]),
    )
    return LineWords(heading, f"{text} {staff}")


def _estimate(line: Line, _today: date) -> LineWords:
    text = _(
        "Det här skulle visas om %(share)s svarar i varje enhet. Det är en uppskattning: hur många som svarar, och "
        "var, vet ingen i förväg.",
        share=percent(ASSUMED_PERCENT, 100),
    )
    items = (
        _("Enheter utan enheter under sig som visas: %(part)s", part=_of(line, "leaves_shown", "leaves")),
        _("Inbjudna vars egen enhet visas: %(part)s", part=_of(line, "staff_shown", "staff")),
    )
    return LineWords(_("Så mycket skulle visas"), text, items)


def _of(line: Line, part: str, whole: str) -> str:
    return of_whole(line.counts[part], line.counts[whole])


_LINES: dict[LineKind, Callable[[Line, date], LineWords]] = {
    LineKind.DATES: _dates,
    LineKind.NOBODY_ADOPTED: _nobody_adopted,
    LineKind.NOBODY_INVITED: _nobody_invited,
    LineKind.NEAR_WAVE: _near_wave,
    LineKind.NO_NEAR_WAVE: _no_near_wave,
    LineKind.INVITED: _invited,
    LineKind.NOT_ADOPTED: _not_adopted,
    LineKind.STAFF_DATA: _staff_data,
    LineKind.OUTSIDE: _outside,
    LineKind.ON_LEAVE: _on_leave,
    LineKind.SEVERAL_JOBS: _several_jobs,
    LineKind.MANAGERS: _managers,
    LineKind.NEVER_SHOWN: _never_shown,
    LineKind.ESTIMATE: _estimate,
}


# --- the privacy check ---


def finding_words(finding: Finding) -> str:
    """What the privacy check found, or made less fine; never a number of answers, never a unit below huvudman."""
    place = _place(finding)
    if finding.what == "coarser":
        return _fell_back_coarser(finding, place)
    if finding.what == "withheld":
        return (
            _("Medelvärden visas inte för %(place)s.", place=place)
            if finding.family == Family.MEANS
            else _("Hur svaren fördelar sig visas inte för %(place)s.", place=place)
        )
    if finding.what == "difference":
        return _("Den som räknar bort siffror från varandra kan komma åt för få svar i %(place)s.", place=place)
    if finding.what in ("form", "contradiction"):
        return _("Siffrorna för %(place)s går inte ihop. Det är ett fel hos oss.", place=place)
    return _("Den som räknar på siffrorna kan bli säker på vad enskilda har svarat i %(place)s.", place=place)


def _fell_back_coarser(finding: Finding, place: str) -> str:
    if finding.family == Family.MEANS:
        return _("Medelvärden visas i grövre steg för %(place)s.", place=place)
    return _("Hur svaren fördelar sig visas i grövre steg för %(place)s.", place=place)


def _place(finding: Finding) -> str:
    if not finding.where:
        return _("länet")
    return _("en enhet i %(huvudman)s", huvudman=finding.where) if finding.below else finding.where


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
    return _simple_refusal(error)


def _enough_reminders(sent: int) -> ErrorWords:
    if sent >= MOST_REMINDERS:
        return ErrorWords(
            _("Båda påminnelserna är skickade"),
            _("En mätning har högst två påminnelser. Ingen ny är skickad."),
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
            _("Ingen huvudman är med"),
            _("Skriv in vilka huvudmän som har beslutat att vara med. Inget är ändrat."),
        )
    if isinstance(error, NobodyInvited):
        return ErrorWords(
            _("Det finns ingen att bjuda in"),
            _("Ingen arbetar i dag i de huvudmän som är med. Inget är ändrat."),
        )
    if isinstance(error, NotOpen):
        return ErrorWords(
            _("Mätningen är inte öppen"),
            _("En påminnelse går bara att skicka så länge det går att svara. Ingen är skickad."),
        )
    if isinstance(error, ChangedMeanwhile):
        return ErrorWords(_("Någon hann före"), _("Någon hann före. Så här ser det ut nu."))
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
    return ErrorWords(_("Det går inte i det här läget"), f"{reason} {_('Inget är ändrat.')}")


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
