"""Words of the opening check, line by line."""

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
    """A line in words, with its figures."""
    match line.kind:
        case LineKind.DATES:
            text = _("Mätningens sista dag var %(date)s. Välj en senare dag innan den kan öppna.", date=day(line.on))
            return LineWords(_("Dagarna"), text)
        case LineKind.NOBODY_ADOPTED:
            text = _("Ingen huvudman har beslutat att vara med. Mätningen når bara dem som har gjort det.")
            return LineWords(_("Huvudmän som är med"), text)
        case LineKind.NOBODY_INVITED:
            text = _("Ingen arbetar i dag i de huvudmän som är med, så det finns ingen att bjuda in.")
            return LineWords(_("Inbjudna"), text)
        case LineKind.TOO_FEW_INVITED:
            text = _(
                "Färre än %(n)s personer skulle bli inbjudna. Då går det inte att visa något resultat utan att det "
                "också säger vilka som har svarat. Låt fler huvudmän vara med.",
                n=number(line.counts["least"]),
            )
            return LineWords(_("För få inbjudna"), text)
        case LineKind.NEAR_WAVE:
            shared = line.counts["shared"]
            text = ngettext(
                "Mätningen ”%(other)s” har frågat en av samma personer. Mellan två mätningar i samma program ska det "
                "gå minst 180 dagar. Den här kan öppna tidigast %(date)s.",
                "Mätningen ”%(other)s” har frågat %(n)s av samma personer. Mellan två mätningar i samma program ska "
                "det gå minst 180 dagar. Den här kan öppna tidigast %(date)s.",
                shared,
                other=line.other,
                n=number(shared),
                date=day(line.on),
            )
            return LineWords(_("Andra mätningar inom 180 dagar"), text)
        case LineKind.NO_NEAR_WAVE:
            text = _("Ingen annan mätning i programmet har frågat samma personer de senaste 180 dagarna.")
            return LineWords(_("Andra mätningar inom 180 dagar"), text)
        case LineKind.NOT_ADOPTED:
            heading = _("Huvudmän som inte har beslutat")
            if not line.units:
                return LineWords(heading, _("Alla huvudmän har beslutat att vara med."))
            text = _("De här är inte med, och deras anställda blir inte inbjudna.")
            return LineWords(heading, text, tuple(name for name, _day in line.units))
        case LineKind.STAFF_DATA:
            return _staff_data(line, today)
        case LineKind.NEVER_SHOWN:
            return _never_shown(line)
        case LineKind.ESTIMATE:
            return _estimate(line)
        case _:
            return _persons(line.kind, line.counts["persons"])


def _persons(kind: LineKind, persons: int) -> LineWords:
    """Lines that count persons."""
    n = number(persons)
    match kind:
        case LineKind.INVITED:
            text = ngettext(
                "Om mätningen öppnade i dag skulle en person bli inbjuden.",
                "Om mätningen öppnade i dag skulle %(n)s personer bli inbjudna.",
                persons,
                n=n,
            )
            more = _("De som börjar efter att den har öppnat blir inte inbjudna.")
            return LineWords(_("Inbjudna"), f"{text} {more}")
        case LineKind.OUTSIDE:
            text = ngettext(
                "En anställd hör till en enhet som inte finns längre, eller inte finns än, och blir inte inbjuden.",
                "%(n)s anställda hör till en enhet som inte finns längre, eller inte finns än, och blir inte inbjudna.",
                persons,
                n=n,
            )
            none, heading = _("Alla anställda hör till en enhet som finns i dag."), _("Anställda utan enhet")
        case LineKind.ON_LEAVE:
            text = ngettext(
                "En person är ledig från alla sina anställningar och blir inte inbjuden.",
                "%(n)s personer är lediga från alla sina anställningar och blir inte inbjudna.",
                persons,
                n=n,
            )
            none, heading = _("Ingen är ledig i dag."), _("Pausade")
        case LineKind.SEVERAL_JOBS:
            text = ngettext(
                "En person har mer än en anställning men får bara en inbjudan, i enheten för den äldsta anställningen.",
                "%(n)s personer har mer än en anställning men får bara en inbjudan var, i enheten för den äldsta "
                "anställningen.",
                persons,
                n=n,
            )
            none, heading = _("Ingen har mer än en anställning."), _("Flera anställningar")
        case LineKind.MANAGERS:
            text = ngettext(
                "En chef blir inbjuden i enheten ovanför sin egen. Svaret räknas inte i den egna enheten.",
                "%(n)s chefer blir inbjudna i enheten ovanför sin egen. Svaren räknas inte i den egna enheten.",
                persons,
                n=n,
            )
            none, heading = _("Ingen av de inbjudna är chef för en enhet som är med."), _("Chefer")
        case _:
            raise ValueError(f"a line of {kind} has no words")
    return LineWords(heading, text if persons else none)


def _staff_data(line: Line, today: date) -> LineWords:
    items = []
    for name, known in line.units:
        if known is None:
            items.append(_("%(huvudman)s: ingen anställning är inläst.", huvudman=name))
        elif (age := (today - known).days) > 0:
            words = ngettext(
                "%(huvudman)s: %(date)s, för en dag sedan",
                "%(huvudman)s: %(date)s, för %(num)s dagar sedan",
                age,
                huvudman=name,
                date=day(known),
            )
            items.append(words)
        else:
            items.append(_("%(huvudman)s: i dag", huvudman=name))
    text = _(
        "Dagen då den senaste nya anställningen blev inläst. Uppgifterna är högst så gamla, så vitt vi vet: en "
        "nyare personalfil utan nyanställda syns inte här. Verkar det länge sedan? Fråga huvudmannen innan du öppnar."
    )
    return LineWords(_("Hur färska personuppgifterna är"), text, tuple(items))


def _never_shown(line: Line) -> LineWords:
    heading = _("Enheter som inte kan visas för sig")
    least, units, persons = number(line.counts["least"]), line.counts["units"], line.counts["persons"]
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
    staff = ngettext("Det gäller en person.", "Det gäller %(n)s personer.", persons, n=number(persons))
    return LineWords(heading, f"{text} {staff}")


def _estimate(line: Line) -> LineWords:
    counts = line.counts
    text = _(
        "Det här skulle visas om %(share)s svarar i varje enhet. Det är en uppskattning: hur många som svarar, och "
        "var, vet ingen i förväg.",
        share=percent(ASSUMED_PERCENT, 100),
    )
    leaves, staff = (of_whole(counts[f"{whole}_shown"], counts[whole]) for whole in ("leaves", "staff"))
    items = (
        _("Enheter utan enheter under sig som visas: %(part)s", part=leaves),
        _("Inbjudna vars egen enhet visas: %(part)s", part=staff),
    )
    return LineWords(_("Så mycket skulle visas"), text, items)
