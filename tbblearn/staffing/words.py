"""The words of files: what is wrong and how to mend it, in the language of whoever reads."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tbblearn.staffing.rules import Fault, FileKind, Finding, Way

SENTENCES = {
    Fault.EMPTY: _l("Filen är tom. Hämta filen på nytt ur personalsystemet."),
    Fault.TOO_LARGE: _l("Filen är för stor. Högst %(mb)s MB får plats. Ta bort kolumner som inte behövs."),
    Fault.NOT_A_TABLE: _l("Filen är ingen tabell som vi kan läsa. Spara den som CSV eller Excel (.xlsx)."),
    Fault.PICTURE: _l("Filen är en bild eller en PDF. Välj filen med tabellen, i CSV eller Excel (.xlsx)."),
    Fault.OLD_WORKBOOK: _l("Filen är en äldre Excelfil (.xls). Öppna den i Excel och spara den som .xlsx eller CSV."),
    Fault.ENCRYPTED: _l("Filen är låst med lösenord. Spara den utan lösenord."),
    Fault.MACROS: _l("Filen har makron. Spara den som Excelarbetsbok (.xlsx), utan makron."),
    Fault.BOMB: _l("Filen blir orimligt stor när den packas upp. Spara den på nytt i Excel."),
    Fault.DAMAGED: _l("Filen är skadad eller avklippt. Hämta den på nytt ur personalsystemet."),
    Fault.SEVERAL_SHEETS: _l("Filen har tabeller på %(n)s blad. Behåll bara ett blad med tabell."),
    Fault.TOO_MANY_ROWS: _l("Filen har för många rader. Högst %(n)s får plats."),
    Fault.QUOTES: _l('Vid rad %(row)s är citattecknen fel: ett fält öppnas med " och stängs inte rätt. Rätta raden.'),
    Fault.NO_HEADER: _l("Första raden ska ha kolumnernas namn: %(first)s. Lägg till den raden."),
    Fault.COLUMN_MISSING: _l("Kolumner saknas: %(columns)s. Lägg till dem, även om de är tomma."),
    Fault.COLUMN_TWICE: _l("Kolumner finns två gånger: %(columns)s. Ta bort den ena."),
    Fault.NO_ROWS: _l("Filen har bara kolumnernas namn och inga rader. Hämta den på nytt ur personalsystemet."),
    Fault.WRONG_FILE: _l("Det här är den andra filen: du läser in enheter med personalfilen, eller tvärtom."),
    Fault.ROW_COUNT: _l("Filen har %(found)s rader men skulle ha %(said)s. Den kan vara avklippt. Hämta den på nytt."),
    Fault.CHECKSUM: _l("Filen är inte den som kvittensfilen (.ok) gäller. Hämta båda på nytt."),
    Fault.MARK_UNREADABLE: _l("Kvittensfilen (.ok) går inte att läsa. Den ska ha raderna rows=ANTAL och sha256=SUMMA."),
    Fault.TOO_MANY_FAULTY: _l("%(n)s rader har fel, och högst %(most)s kan hoppas över. Rätta dem och läs in på nytt."),
    Fault.FUTURE: _l("Filen gäller %(as_of)s, som inte har varit än. Rätta tiden."),
    Fault.OLDER: _l(
        "Filen gäller %(as_of)s, men en fil från %(last)s är redan inläst. Läs in en nyare, eller skriv varför du "
        "läser in den här."
    ),
    Fault.LIMIT_ENDED: _l(
        "Filen skulle avsluta eller förkorta %(n)s av %(total)s anställningar, och %(before)s har redan gjorts senaste "
        "veckan. Gränsen är %(most)s. Är det en fullständig fil? Bekräfta antalet om det stämmer."
    ),
    Fault.LIMIT_MOVED: _l(
        "Filen skulle ändra enhet, startdatum eller e-post för %(n)s av %(total)s anställningar, och %(before)s har "
        "redan gjorts senaste veckan. Gränsen är %(most)s. Bekräfta antalet om det stämmer."
    ),
    Fault.LIMIT_LED: _l(
        "Filen skulle ändra chef, överordnad enhet eller nivå, eller stänga, för %(n)s av %(total)s enheter, och "
        "%(before)s har redan gjorts senaste veckan. Gränsen är %(most)s. Bekräfta antalet om det stämmer."
    ),
    Fault.CELLS: _l("Raden har %(found)s fält men ska ha %(wanted)s. Ofta är ett semikolon för mycket eller för lite."),
    Fault.MERGED: _l("Celler är sammanfogade vid %(cell)s. Dela upp dem."),
    Fault.HIDDEN: _l("Raden är dold. Visa alla rader, och ta bort dem som inte ska läsas in."),
    Fault.FORMULA: _l("Cell %(cell)s har en formel. Klistra in värdet i stället."),
    Fault.MUST_BE_FILLED: _l("Fältet är tomt. Fyll i det."),
    Fault.TOO_LONG: _l("Texten har %(length)s tecken. Högst %(most)s får plats."),
    Fault.CONTROL: _l("Texten har ett osynligt eller trasigt tecken. Skriv den på nytt, och spara filen som UTF-8."),
    Fault.UNREADABLE: _l("Excel har gjort om värdet till ett datum eller sant/falskt. Gör kolumnen till text."),
    Fault.PERSONNUMMER: _l(
        "Raden har något som ser ut som ett personnummer. Vi tar inte emot personnummer: använd anställningsnumret."
    ),
    Fault.NUMBER_SHORTENED: _l(
        "Excel har gjort numret till ett stort tal och kan ha tagit bort siffror. Gör kolumnen till text och hämta "
        "numren på nytt."
    ),
    Fault.NOT_A_WHOLE_NUMBER: _l("Excel har gjort numret till ett decimaltal. Gör kolumnen till text."),
    Fault.NOT_A_DATE: _l("Datumet finns inte. Skriv år-månad-dag, till exempel 2026-12-01."),
    Fault.EXCEL_DAY: _l(
        "Det här är Excels dagnummer, och vi kan inte veta vilken dag det är. Skriv år-månad-dag, till exempel "
        "2026-12-01."
    ),
    Fault.FAR_DATE: _l("Datumet ligger för långt bort. Använd ett datum mellan 1940 och 2199, eller lämna tomt."),
    Fault.END_BEFORE_START: _l("Slutdatumet ligger före startdatumet, %(start)s. Rätta det ena."),
    Fault.LEAVE_WITHOUT_START: _l("Ledigheten har ett slut men ingen början. Fyll i leave_from."),
    Fault.LEAVE_OUTSIDE: _l("Ledigheten börjar efter att anställningen har slutat. Rätta det ena."),
    Fault.NO_AT: _l("E-postadressen är inte hel. Den ska se ut som namn@exempel.se."),
    Fault.UNKNOWN_WORD: _l("Ordet känner vi inte igen. Skriv något av: %(words)s."),
    Fault.TWICE: _l("Rad %(other)s är om samma sak. Behåll den rad som är rätt."),
    Fault.PERSON_DIFFERS: _l(
        "Rad %(other)s har samma person_id men ett annat namn, språk eller en annan adress. Gör dem lika."
    ),
    Fault.UNKNOWN_UNIT: _l("Enheten finns inte. Rätta numret eller läs in enheten först."),
    Fault.CLOSED_UNIT: _l("Enheten är stängd. Ange den enhet där personen arbetar nu."),
    Fault.UNKNOWN_PARENT: _l("Den överordnade enheten finns inte i filen. Lägg till den eller rätta numret."),
    Fault.OWN_PARENT: _l("Enheten är sin egen överordnade. Ange enheten ovanför."),
    Fault.CYCLE: _l("Enheterna ligger under varandra i en ring: %(way)s. Rätta en av dem."),
    Fault.BELOW_ENHET: _l("Enheten ligger under en enhet av slaget ”enhet”, som inga andra kan ligga under."),
    Fault.HUVUDMAN_ROW: _l(
        "Bara raden ”%(source)s” är av slaget huvudman, och den har ingen överordnad. Rätta slaget eller numret."
    ),
    Fault.CANNOT_TELL_APART: _l(
        "Flera anställningar börjar samma dag, och vi kan inte skilja dem åt. Lägg till kolumnen employment_id."
    ),
}
"""A sentence for each fault, in plain Swedish for whoever keeps the personnel system."""


def finding_words(finding: Finding) -> str:
    """What is wrong and how to mend it."""
    return str(SENTENCES[finding.fault]) % finding.about


def kind_words(kind: FileKind) -> str:
    """What a file of this kind is called."""
    return {FileKind.UNITS: _("enheter"), FileKind.STAFF: _("personal")}[kind]


def way_words(way: Way) -> str:
    """How a file came in."""
    return {Way.FOLDER: _("mappen"), Way.PAGE: _("sidan"), Way.COMMAND: _("kommandoraden")}[way]


def count_words(name: str) -> str:
    """What a count of a difference is called."""
    words: Mapping[str, str] = {
        "created": _("Nya"),
        "changed": _("Ändrade"),
        "ended": _("Avslutas"),
        "unchanged": _("Oförändrade"),
        "missing": _("Saknas"),
        "withdrawn": _("Återtas"),
    }
    return words[name]


def change_words(what: str) -> str:
    """What a line of the changes is about."""
    words: Mapping[str, str] = {
        "new": _("Ny"),
        "changed": _("Ändrad"),
        "moved": _("Flyttar"),
        "led": _("Ny chef"),
        "ended": _("Avslutas"),
        "missing": _("Saknas i filen"),
        "withdrawn": _("Återtas"),
        "closed": _("Stängs"),
    }
    return words[what]


def explanation(kind: FileKind) -> list[str]:
    """The page that explains a file's columns, a line each."""
    if kind is FileKind.UNITS:
        return [
            _("Bladet bredvid är en mall för enheter. En rad är en enhet. Filen ska ha alla enheter hos huvudmannen."),
            _("unit_id: enhetens nummer i personalsystemet. Det får inte ändras när enheten byter namn."),
            _("parent_id: numret på enheten ovanför. Tomt betyder direkt under huvudmannen."),
            _("name: enhetens namn, som personalen känner igen det."),
            _("kind: huvudman, forvaltning, verksamhet eller enhet."),
            _("service: verksamhet med egna ord, till exempel vårdcentral. Får vara tomt."),
            _("level: base, intermediate eller in_depth. Tomt betyder samma nivå som enheten ovanför."),
            _("manager_person_id: chefens anställningsnummer. Får vara tomt."),
        ]
    return [
        _("Bladet bredvid är en mall för personal. En rad är en anställning. Filen ska ha alla som är anställda."),
        _("person_id: anställningsnumret. Använd aldrig personnummer."),
        _("employment_id: anställningens nummer, om personen kan ha flera. Får utelämnas."),
        _("given_name, family_name, email: namn och e-post i arbetet. E-post får vara tom."),
        _("language: sv eller en. Tomt betyder svenska."),
        _("unit_id: numret på enheten där personen arbetar. Det ska finnas i enhetsfilen."),
        _("profession: yrke med egna ord, till exempel undersköterska."),
        _("start_on och end_on: första och sista dag, till exempel 2026-12-01. Tomt slut betyder tills vidare."),
        _("leave_from och leave_to: ledighet på heltid, den som pågår eller nästa. Skriv aldrig varför."),
        _("protected: yes för skyddade personuppgifter. Då sparas inget namn."),
    ]
