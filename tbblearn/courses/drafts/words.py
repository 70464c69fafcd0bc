"""The words of an editor's pages: refused uploads, and the changes of a draft."""

from flask_babel import gettext as _

from tbblearn.courses.drafts.changes import Kind, Thing
from tbblearn.courses.files.uploads import LARGEST_FILE, LARGEST_UNPACKED, MOST_ENTRIES, Refusal, UploadRefused
from tbblearn.courses.rules import ChangeClass
from tbblearn.courses.vocabulary import About
from tbblearn.web.language import NBSP, number, page_language

MEGABYTE = 1_000_000


def refusal_words(refused: UploadRefused) -> str:
    """Why the upload was refused, and what to do."""
    name = refused.name
    megabytes = LARGEST_FILE // MEGABYTE
    sentences = {
        Refusal.NOT_A_ZIP: _("Filen är ingen zip-fil. Packa kursens mapp som zip och ladda upp den."),
        Refusal.DAMAGED: _("Zip-filen är skadad. Packa kursens mapp på nytt."),
        Refusal.TOO_MANY_FILES: _("Zip-filen har för många filer. Högst %(n)s får plats.", n=number(MOST_ENTRIES)),
        Refusal.FILE_TOO_LARGE: _(
            "Filen ”%(name)s” är för stor. En fil får ha högst %(mb)s MB, och en bild högst 500 kB.",
            name=name,
            mb=megabytes,
        ),
        Refusal.TOO_LARGE: _(
            "Zip-filen blir för stor när den packas upp. Högst %(mb)s MB får plats.", mb=LARGEST_UNPACKED // MEGABYTE
        ),
        Refusal.BOMB: _("Zip-filen blir orimligt stor när den packas upp. Packa kursens mapp på nytt."),
        Refusal.BAD_PATH: _(
            "Filen ”%(name)s” i zip-filen leder utanför kursens mapp eller har ett namn som inte går att använda.",
            name=name,
        ),
        Refusal.LINK: _("”%(name)s” i zip-filen är en genväg och ingen vanlig fil. Lägg dit själva filen.", name=name),
        Refusal.ENCRYPTED: _("Zip-filen är låst med lösenord. Packa den utan lösenord."),
        Refusal.PACKED_OTHERWISE: _("Zip-filen är packad på ett sätt som vi inte läser. Packa den som vanlig zip."),
        Refusal.TWICE: _("Filen ”%(name)s” finns två gånger i zip-filen. Ta bort den ena.", name=name),
        Refusal.BACKSLASHES: _(
            "Filen ”%(name)s” i zip-filen har \\ i sitt namn. Packa mappen med datorns eget program: högerklicka på "
            "mappen och välj att komprimera den.",
            name=name,
        ),
        Refusal.TOO_DEEP: _(
            "Kursen ligger för djupt, i mappen ”%(name)s”. Packa mappen som kursens mapp ligger i, utan fler mappar "
            "runt om.",
            name=name,
        ),
        Refusal.NO_FOLDER: _("Kursens mapp saknas i zip-filen. Packa hela mappen, inte bara filerna i den."),
        Refusal.NO_COURSE: _("Det finns ingen kurs i zip-filen. En kurs är en mapp med filen course.yaml."),
        Refusal.ACTIVE_PICTURE: _(
            "Bilden ”%(name)s” är mer än en teckning, den har till exempel ett skript. Spara den som vanlig SVG.",
            name=name,
        ),
    }
    return sentences[refused.refusal]


def signed_percent(share: float) -> str:
    """A difference in whole percent with its sign: +4 % or −4 %."""
    percent = round(100 * share)
    sign = "+" if percent > 0 else "\N{MINUS SIGN}" if percent < 0 else ""
    space = "" if page_language() == "en" else NBSP
    return f"{sign}{abs(percent)}{space}%"


def class_words(change_class: ChangeClass) -> str:
    """The class of a change."""
    return _("Ändring i sak") if change_class is ChangeClass.MATERIAL else _("Språklig ändring")


def kind_words(kind: Kind) -> str:
    """What happened to a thing."""
    return {
        Kind.ADDED: _("Ny"),
        Kind.REMOVED: _("Borttagen"),
        Kind.CHANGED: _("Ändrad"),
        Kind.KEY: _("Nytt facit"),
    }[kind]


def thing_words(thing: Thing) -> str:
    """What kind of thing it is."""
    return {
        Thing.COURSE: _("Kursens uppgifter"),
        Thing.GOAL: _("Mål"),
        Thing.PART: _("Del"),
        Thing.SCREEN: _("Skärm"),
        Thing.QUESTION: _("Provfråga"),
        Thing.PRACTICE: _("Övningsfråga"),
        Thing.SOURCE: _("Källa"),
    }[thing]


def about_words(thing: About) -> str:
    """What a question is about."""
    return {
        About.BABY: _("Barn under två år"),
        About.CHILD: _("Barn från två till tolv år"),
        About.TEENAGER: _("Barn över tolv år"),
        About.PRESCHOOL: _("Förskola"),
        About.SCHOOL: _("Skola"),
        About.SOCIAL: _("Socialtjänst"),
        About.CARE: _("Hälso- och sjukvård"),
        About.AMBULANCE: _("Ambulans"),
        About.VIOLENCE: _("Våld"),
        About.SEXUAL_ABUSE: _("Sexuella övergrepp"),
        About.NEGLECT: _("Försummelse"),
        About.BULLYING: _("Mobbning"),
        About.DISABILITY: _("Funktionsnedsättning"),
        About.ABSENCE: _("Frånvaro från skolan"),
        About.HONOUR: _("Heder"),
        About.INTERPRETER: _("Tolk"),
        About.SEPARATED: _("Föräldrar som inte bor ihop"),
        About.NEXT_OF_KIN: _("Barn som är anhöriga"),
    }[thing]
