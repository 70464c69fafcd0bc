"""Published values in words, the same on the page, in the drawing's label and in every file."""

from datetime import date

from flask_babel import gettext as _

from tbblearn.readiness.figures.statistics import Difference
from tbblearn.readiness.results.rules import Shown
from tbblearn.readiness.rules import Against, Agreement, Part
from tbblearn.surveys.rules import Instrument
from tbblearn.web.language import NBSP, day, number, page_language


def not_shown() -> str:
    """The same words whatever the reason."""
    return _("Visas inte")


def answers_words(n: int) -> str:
    """Minst 35 svar."""
    return _("minst %(n)s svar", n=number(n))


def always() -> str:
    """On every page of results: a sentence shown only sometimes would itself tell something."""
    return _(
        "Siffrorna är avrundade, och några svar kan räknas först på en högre nivå. Därför går de inte att räkna ihop "
        "exakt."
    )


def shown_at(name: str) -> str:
    """Where a unit's figures are those of one below."""
    return _("Samma siffror som för %(unit)s, och de visas där.", unit=name)


def mean_words(mean: Shown) -> str:
    """3,8; omkring 3,5; 4,8 eller mer."""
    value = number(float(mean.value.lstrip("<>=")), 1)
    if mean.value.startswith("<="):
        return _("%(value)s eller mindre", value=value)
    if mean.value.startswith(">="):
        return _("%(value)s eller mer", value=value)
    return _("omkring %(m)s", m=value) if mean.kind.value == "half" else value


def share_words(share: Shown | None) -> str:
    """högst 20 %; 21–39 %; 40 %; resten, for a middle that the ends leave open."""
    if share is None:
        return _("resten")
    if share.value in ("0-20", "<=20"):
        return _("högst %(share)s", share=_per_cent("20"))
    if share.value in ("80-100", ">=80"):
        return _("minst %(share)s", share=_per_cent("80"))
    return _per_cent(share.value.replace("-", "–"))


def _per_cent(text: str) -> str:
    return f"{text}%" if page_language() == "en" else f"{text}{NBSP}%"


def share_figure(share: Shown | None) -> str:
    """The figure within the bar, where there is little room; the table has the words."""
    return "" if share is None else share.value.replace("<=", "≤ ").replace(">=", "≥ ")


def rate_words(band: str) -> str:
    """Svarsfrekvens 60–79 %."""
    if band == "under 40":
        return _("under %(share)s", share=_per_cent("40"))
    if band == "80-100":
        return _("%(share)s eller mer", share=_per_cent("80"))
    return _per_cent(band.replace("-", "–"))


def agreement_words(agreement: Agreement) -> str:
    """Ganska eniga, blandade svar, delade meningar."""
    return {
        Agreement.AGREE: _("Ganska eniga"),
        Agreement.MIXED: _("Blandade svar"),
        Agreement.DIVIDED: _("Delade meningar"),
    }[agreement]


def part_words(part: Part) -> str:
    """The name of a part of a distribution."""
    return {
        Part.LOW: _("Instämmer inte (1–2)"),
        Part.MIDDLE: _("Varken eller (3)"),
        Part.HIGH: _("Instämmer (4–5)"),
    }[part]


def scale_words(instrument: Instrument, code: str) -> str:
    """Engagemang, tilltro; another instrument's scales by their own titles."""
    known = {"commitment": _("Engagemang"), "efficacy": _("Tilltro")}
    titles = {scale.code: scale.title[page_language()] for scale in instrument.scales}
    return known.get(code, titles[code])


def scale_question(instrument: Instrument, code: str) -> str:
    """Vill vi? Tror vi att vi klarar det?"""
    known = {"commitment": _("Vill vi?"), "efficacy": _("Tror vi att vi klarar det?")}
    return known.get(code, scale_words(instrument, code))


def difference_words(against: Against, word: Difference, *, since: date | None, above: str) -> str:
    """A comparison as a whole sentence. `since`: when the wave before closed; `above`: the name of the unit above."""
    if against is Against.BEFORE:
        return {
            Difference.HIGHER: _("Högre än i mätningen den %(date)s.", date=day(since)),
            Difference.LOWER: _("Lägre än i mätningen den %(date)s.", date=day(since)),
            Difference.NO_CERTAIN: _("Ingen säker förändring sedan %(date)s.", date=day(since)),
        }[word]
    if against is Against.ABOVE:
        return {
            Difference.HIGHER: _("Högre än i %(unit)s.", unit=above),
            Difference.LOWER: _("Lägre än i %(unit)s.", unit=above),
            Difference.NO_CERTAIN: _("Ingen säker skillnad mot %(unit)s.", unit=above),
        }[word]
    return {
        Difference.HIGHER: _("Högre än i länet."),
        Difference.LOWER: _("Lägre än i länet."),
        Difference.NO_CERTAIN: _("Ingen säker skillnad mot länet."),
    }[word]


def reworded(since: date) -> str:
    """Beside a comparison with a round that had another version of the statements. The English original is the same
    in every version: only the Swedish wording has changed.
    """
    return _("Påståendena formulerades delvis om efter mätningen den %(date)s, så jämför försiktigt.", date=day(since))


def two_decimals(value: str) -> str:
    """A statistic as it was published, with the language's decimal sign and a true minus."""
    return number(float(value), 2).replace("-", "−")
