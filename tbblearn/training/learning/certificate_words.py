"""A certificate in words, the same for its page and its file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from tbblearn.courses.rules import Level
from tbblearn.training.certificate_numbers import shown
from tbblearn.training.record.certificates import Certificate, CountsFor, Job
from tbblearn.training.record.words import basis_words
from tbblearn.training.rules import Basis, EnrolmentReason
from tbblearn.web.language import day, page_language

Fact = tuple[str, str]


@dataclass(frozen=True)
class Sheet:
    """What stands on a certificate. `goals` follow `can`; `number`, `how_to_check` and `address` belong together. These
    five may be empty.
    """

    heading: str
    course: str
    issued_to: str
    person: str
    sentence: str
    facts: tuple[Fact, ...]
    can: str
    goals: tuple[str, ...]
    number: str
    how_to_check: str
    address: str


def sheet(found: Certificate, issuer: str, address: str, next_cycle: int | None) -> Sheet:
    """The certificate in the page's language. `issuer` falls back on the county; `address` is where to check it."""
    language = page_language()
    return Sheet(
        heading=_("Intyg"),
        course=found.title[language],
        issued_to=_("Utfärdat till"),
        person=found.person_name,
        sentence=_sentence(found.basis),
        facts=tuple(_facts(found, issuer or found.county, next_cycle)),
        can=_("Den som har gått utbildningen kan") if found.held else "",
        goals=tuple(goal.text[language] for goal in found.held.goals) if found.held else (),
        number=_("Nummer %(number)s", number=shown(found.number)) if found.number else "",
        how_to_check=_("Kontrollera numret på") if found.number else "",
        address=address if found.number else "",
    )


def level_words(level: Level) -> str:
    """The level of a course, as a value beside a term."""
    return {Level.BASE: _("Grundnivå"), Level.INTERMEDIATE: _("Mellannivå"), Level.IN_DEPTH: _("Fördjupad nivå")}[level]


def version_words(version: int, published_on: date) -> str:
    """The version of a course and its day."""
    return _("%(number)s, publicerad %(date)s", number=version, date=day(published_on))


def _sentence(basis: Basis) -> str:
    if basis is Basis.PASSED:
        return _("har gått utbildningen och är godkänd på provet.")
    return _("har gått en motsvarande utbildning.") if basis is Basis.EQUIVALENT else _("har gått utbildningen.")


def _facts(found: Certificate, issuer: str, next_cycle: int | None) -> Iterator[Fact]:
    yield _("Genomförd"), day(found.achieved_on)
    if found.counts_for:
        yield _("Räknas som"), "; ".join(dict.fromkeys(_task(one, found) for one in found.counts_for))
    if next_cycle:
        yield _("Nästa gång"), _("omgång %(year)s", year=next_cycle)
    yield _("Nivå"), level_words(found.level)
    if found.held:
        yield (
            _("Omfattning"),
            ngettext("Cirka %(num)s minut", "Cirka %(num)s minuter", found.held.minutes),
        )
        yield _("Version"), version_words(found.held.version, found.held.published_on)
    yield from _employment(found.jobs)
    if found.basis is not Basis.PASSED:
        yield _("Bygger på"), ", ".join(_ground(found))
    yield _("Utfärdare"), issuer


def _ground(found: Certificate) -> Iterator[str]:
    yield basis_words(found.basis)
    if found.evidence:
        yield found.evidence
    yield _("inskrivet %(date)s", date=day(found.recorded_on))


def _employment(jobs: tuple[Job, ...]) -> Iterator[Fact]:
    if len(jobs) > 1:
        each = (", ".join(filter(None, (job.huvudman, job.unit, job.profession))) for job in jobs)
        yield _("Anställningar den dagen"), "; ".join(each)
    for job in jobs if len(jobs) == 1 else ():
        for term, value in (
            (_("Arbetsgivare"), job.huvudman),
            (_("Enhet"), job.unit),
            (_("Yrke"), job.profession),
        ):
            if value:
                yield term, value


def _task(one: CountsFor, found: Certificate) -> str:
    language = page_language()
    words = {
        EnrolmentReason.NEW_HIRE: _("Introduktion"),
        EnrolmentReason.YEARLY: _("Årlig utbildning, omgång %(year)s", year=one.cycle),
        EnrolmentReason.RENEWAL: _("Ny version av utbildningen"),
        EnrolmentReason.VOLUNTARY: _("Utbildning som man har valt själv"),
    }.get(one.reason, _("Utbildning"))
    return words if one.slug == found.slug else f"{words} ({one.title[language]})"
