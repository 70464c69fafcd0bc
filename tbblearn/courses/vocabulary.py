"""The fixed names in a course's files: what a question is about, whose staff it is for, a screen's service."""

import re
from enum import StrEnum


class Difficulty(StrEnum):
    """How hard a question is meant to be."""

    EASY = "easy"
    MIDDLE = "middle"
    HARD = "hard"


class About(StrEnum):
    """What a question is about, for its author to see what the course leaves out."""

    BABY = "baby"
    CHILD = "child"
    TEENAGER = "teenager"
    PRESCHOOL = "preschool"
    SCHOOL = "school"
    SOCIAL = "social"
    CARE = "care"
    AMBULANCE = "ambulance"
    VIOLENCE = "violence"
    SEXUAL_ABUSE = "sexual-abuse"
    NEGLECT = "neglect"
    BULLYING = "bullying"
    DISABILITY = "disability"
    ABSENCE = "absence"
    HONOUR = "honour"
    INTERPRETER = "interpreter"
    SEPARATED = "separated"
    NEXT_OF_KIN = "next-of-kin"


HUVUDMEN = (
    *("region", "eskilstuna", "flen", "gnesta", "katrineholm", "nykoping", "oxelosund", "strangnas", "trosa"),
    "vingaker",
)
"""The ids of the county's huvudmän, as in the files of its units."""


class Service(StrEnum):
    """A service that a screen is written for."""

    PRESCHOOL = "preschool"
    SCHOOL = "school"
    SOCIAL = "social"
    PRIMARY = "primary"
    SPECIALIST = "specialist"
    AMBULANCE = "ambulance"


SERVICE_WORDS = {
    Service.PRESCHOOL: r"förskol",
    Service.SCHOOL: r"(?<!för)skol|elevhälsa",
    Service.SOCIAL: r"social(?!medicin)|individ- och familj|\bifo\b|familjestöd|öppenvård för familj",
    Service.PRIMARY: r"primärvård|vårdcentral|barnhälsovård|\bbhv\b|\bbvc\b",
    Service.SPECIALIST: r"barn- och ungdoms|\bbup\b|barnklinik|barnmottagning|habilitering",
    Service.AMBULANCE: r"ambulans",
}
"""What tells a service in the words that an employer's file has for a unit's service and name; a school's kitchen is
one of the school's."""


def services_told_by(words: str) -> frozenset[Service]:
    """The services that these words of an employer's file tell; none is as good an answer as any."""
    return frozenset(service for service, told in SERVICE_WORDS.items() if re.search(told, words.casefold()))


def cited_source(citation: str) -> str:
    """The id of the source that a citation names."""
    return re.split("[,:]", citation, maxsplit=1)[0].strip()
