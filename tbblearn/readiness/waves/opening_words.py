"""Words of the opening check, line by line."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from tbblearn.readiness.waves.opening_lines import ASSUMED_PERCENT, Line, LineKind
from tbblearn.web.language import day, number, of_whole, percent


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
        _("Dagarna"), _("Mätningens sista dag var %(date)s. Välj en senare dag innan den kan öppna.", date=day(line.on))
    )


def _nobody_adopted(_line: Line, _today: date) -> LineWords:
    return LineWords(
        _("Huvudmän som är med"),
        _("Ingen huvudman har beslutat att vara med. Mätningen når bara dem som har gjort det."),
    )


def _nobody_invited(_line: Line, _today: date) -> LineWords:
    return LineWords(_("Inbjudna"), _("Ingen arbetar i dag i de huvudmän som är med, så det finns ingen att bjuda in."))


def _too_few_invited(line: Line, _today: date) -> LineWords:
    text = _(
        "Färre än %(n)s personer skulle bli inbjudna. Då går det inte att visa något resultat utan att det också säger "
        "vilka som har svarat. Låt fler huvudmän vara med.",
        n=number(line.counts["least"]),
    )
    return LineWords(_("För få inbjudna"), text)


def _near_wave(line: Line, _today: date) -> LineWords:
    shared = line.counts["shared"]
    text = ngettext(
        "Mätningen ”%(other)s” har frågat en av samma personer. Mellan två mätningar i samma program ska det gå minst "
        "180 dagar. Den här kan öppna tidigast %(date)s.",
        "Mätningen ”%(other)s” har frågat %(n)s av samma personer. Mellan två mätningar i samma program ska det gå "
        "minst 180 dagar. Den här kan öppna tidigast %(date)s.",
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
    least, units = number(line.counts["least"]), line.counts["units"]
    if not units:
        return LineWords(heading, _("Alla enheter har minst %(least)s inbjudna.", least=least))
    text = ngettext(
        "En enhet har färre än %(least)s inbjudna, också tillsammans med enheterna under. Svaren räknas i enheten "
        "ovanför.",
        "%(n)s enheter har färre än %(least)s inbjudna, också tillsammans med enheterna under. Svaren räknas i "
        "enheten ovanför.",
        units,
        n=number(units),
        least=least,
    )
    staff = ngettext(
        "Det gäller en person.", "Det gäller %(n)s personer.", line.counts["persons"], n=number(line.counts["persons"])
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
    LineKind.TOO_FEW_INVITED: _too_few_invited,
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
