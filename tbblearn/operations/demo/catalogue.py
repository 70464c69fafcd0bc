"""What the demo county is made of: ten huvudmän with real names, and invented units named by kind and number."""

from dataclasses import dataclass

from tbblearn.people.rules import Level

Professions = tuple[tuple[str, int], ...]
"""Professions, and how common each is relative to the others."""


def _professions(text: str) -> Professions:
    """Read `läkare 3, psykolog 1`."""
    return tuple((name, int(number)) for name, number in (one.rsplit(" ", 1) for one in text.split(", ")))


_NURSING = _professions("sjuksköterska 5, undersköterska 5, läkare 3, medicinsk sekreterare 1")
_PRIMARY = _professions(
    "distriktssköterska 4, sjuksköterska 3, läkare 4, undersköterska 2, psykolog 1, fysioterapeut 1, "
    "medicinsk sekreterare 1"
)
_CHILD_HEALTH = _professions("barnsjuksköterska 5, läkare 1, psykolog 1")
_CHILD_PSYCHIATRY = _professions(
    "psykolog 4, socionom 3, sjuksköterska 2, läkare 2, skötare 1, medicinsk sekreterare 1"
)
_CHILD_WARD = _professions("barnsjuksköterska 5, undersköterska 3, läkare 3, lekterapeut 1")
_HABILITATION = _professions("arbetsterapeut 2, fysioterapeut 2, logoped 2, psykolog 2, specialpedagog 1, socionom 1")
_AMBULANCE = _professions("ambulanssjuksköterska 6, ambulanssjukvårdare 3")
_PSYCHIATRY = _professions("skötare 4, sjuksköterska 4, psykolog 2, läkare 2, socionom 1")
_MATERNITY = _professions("barnmorska 6, undersköterska 2, läkare 1")
_OFFICE = _professions("handläggare 4, administratör 3, utredare 1")
_SERVICE = _professions("vaktmästare 2, lokalvårdare 4, it-tekniker 1")
_PRESCHOOL = _professions("förskollärare 5, barnskötare 6")
_SCHOOL = _professions("lärare 8, fritidspedagog 3, elevassistent 2, specialpedagog 1")
_UPPER_SCHOOL = _professions("gymnasielärare 8, studie- och yrkesvägledare 1, elevassistent 1")
_PUPIL_HEALTH = _professions("skolsköterska 3, skolkurator 3, skolpsykolog 2, specialpedagog 2")
_SOCIAL = _professions("socialsekreterare 7, behandlare 2, administratör 1")
_FAMILY = _professions("behandlare 4, socionom 3, familjepedagog 2")
_SUPPORT = _professions("stödassistent 5, stödpedagog 2")
_HOME_CARE = _professions("undersköterska 6, vårdbiträde 4")
_KITCHEN = _professions("kock 3, måltidsbiträde 5")
_CLEANING = _professions("lokalvårdare 1")
_LEISURE = _professions("fritidsledare 4, bibliotekarie 1")


@dataclass(frozen=True)
class UnitType:
    """A kind of unit; `many` and `large` say how many there are and how large, relative to other kinds."""

    name: str
    slug: str
    service: str
    professions: Professions
    many: float
    large: float = 1.0
    level: Level | None = None


@dataclass(frozen=True)
class Division:
    """A part of a huvudman with its kinds of unit: a verksamhet of the region, a förvaltning of a municipality."""

    name: str
    slug: str
    types: tuple[UnitType, ...]
    level: Level | None = None


@dataclass(frozen=True)
class Huvudman:
    """One of the county's ten principal organisations.

    `share` is its part of all staff, in percent; `answering` how many of its invited answer a survey, 0 to 1.
    """

    slug: str
    name: str
    share: int
    answering: float
    divisions: tuple[Division, ...]


REGION_DIVISIONS = (
    Division(
        "Primärvård",
        "primarvard",
        (
            UnitType("Vårdcentral", "vardcentral", "primärvård", _PRIMARY, 5, 1.4),
            UnitType("BHV-mottagning", "bhv", "barnhälsovård", _CHILD_HEALTH, 2, 0.5),
        ),
        Level.IN_DEPTH,
    ),
    Division(
        "Barn- och ungdomssjukvård",
        "barn-och-ungdom",
        (
            UnitType("BUP-mottagning", "bup", "barn- och ungdomspsykiatri", _CHILD_PSYCHIATRY, 2.5, 0.9),
            UnitType("Barnmottagning", "barnmottagning", "barnklinik", _CHILD_WARD, 1.5, 0.8),
            UnitType("Habilitering", "habilitering", "habilitering", _HABILITATION, 1.5, 0.8),
        ),
        Level.IN_DEPTH,
    ),
    Division(
        "Somatisk vård",
        "somatisk-vard",
        (
            UnitType("Avdelning", "avdelning", "slutenvård", _NURSING, 5, 1.8),
            UnitType("Mottagning", "mottagning", "öppenvård", _NURSING, 3),
            UnitType("Barnmorskemottagning", "barnmorska", "mödravård", _MATERNITY, 1.5, 0.5, Level.INTERMEDIATE),
        ),
    ),
    Division(
        "Vuxenpsykiatri",
        "vuxenpsykiatri",
        (UnitType("Psykiatrisk mottagning", "psykiatri", "vuxenpsykiatri", _PSYCHIATRY, 2),),
        Level.INTERMEDIATE,
    ),
    Division(
        "Ambulanssjukvård",
        "ambulans",
        (UnitType("Ambulansstation", "ambulansstation", "ambulans", _AMBULANCE, 2, 1.2),),
        Level.IN_DEPTH,
    ),
    Division(
        "Regionservice",
        "regionservice",
        (
            UnitType("Kontor", "kontor", "administration", _OFFICE, 1.5),
            UnitType("Servicegrupp", "servicegrupp", "service", _SERVICE, 1.5),
        ),
    ),
)

_LEARNING = (
    UnitType("Förskola", "forskola", "förskola", _PRESCHOOL, 6, 0.9),
    UnitType("Grundskola", "grundskola", "grundskola", _SCHOOL, 3.5, 2.2),
    UnitType("Gymnasieskola", "gymnasieskola", "gymnasieskola", _UPPER_SCHOOL, 0.8, 2.2),
    UnitType("Elevhälsoteam", "elevhalsa", "elevhälsa", _PUPIL_HEALTH, 1, 0.5),
)
_SOCIAL_CARE = (
    UnitType("Socialkontor", "socialkontor", "individ- och familjeomsorg", _SOCIAL, 2, 0.9),
    UnitType("Familjestöd", "familjestod", "öppenvård för familjer", _FAMILY, 1, 0.5),
    UnitType("Gruppbostad", "gruppbostad", "stöd enligt LSS", _SUPPORT, 1.5, 0.6),
    UnitType("Hemtjänst", "hemtjanst", "hemtjänst", _HOME_CARE, 2, 1.3),
)
_DAILY_SERVICE = (
    UnitType("Skolkök", "skolkok", "måltidsservice", _KITCHEN, 2, 0.4),
    UnitType("Lokalvård", "lokalvard", "lokalvård", _CLEANING, 1, 0.7),
    UnitType("Fritidsgård", "fritidsgard", "fritid", _LEISURE, 1, 0.4),
)


def _municipality(learning: Level | None = None, social: Level | None = None) -> tuple[Division, ...]:
    return (
        Division("Utbildningsförvaltningen", "utbildning", _LEARNING, learning),
        Division("Socialförvaltningen", "social", _SOCIAL_CARE, social),
        Division("Serviceförvaltningen", "service", _DAILY_SERVICE),
    )


HUVUDMEN = (
    Huvudman("region", "Region Sörmland", 33, 0.52, REGION_DIVISIONS),
    Huvudman("eskilstuna", "Eskilstuna kommun", 19, 0.63, _municipality(social=Level.IN_DEPTH)),
    Huvudman("nykoping", "Nyköpings kommun", 11, 0.47, _municipality(learning=Level.INTERMEDIATE)),
    Huvudman("katrineholm", "Katrineholms kommun", 8, 0.58, _municipality()),
    Huvudman("strangnas", "Strängnäs kommun", 8, 0.66, _municipality()),
    Huvudman("flen", "Flens kommun", 5, 0.48, _municipality()),
    Huvudman("oxelosund", "Oxelösunds kommun", 4, 0.68, _municipality()),
    Huvudman("trosa", "Trosa kommun", 4, 0.69, _municipality()),
    Huvudman("gnesta", "Gnesta kommun", 4, 0.55, _municipality()),
    Huvudman("vingaker", "Vingåkers kommun", 4, 0.5, _municipality()),
)

STAFF_UNIT = UnitType("Utvecklingsstab", "utvecklingsstab", "stab", _professions("utvecklingsledare 1"), 1)
"""Where the county's process leaders, editor and administrator work."""
