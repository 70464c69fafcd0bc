"""Codes of decisions in words, the same for the manager who decides and for the person concerned."""

from flask_babel import gettext as _

from tbblearn.training.rules import Basis, ExemptionEndReason, ExemptionReason, RevocationReason
from tbblearn.training.standing.words import how_urgent


def basis_words(basis: Basis) -> str:
    """What a completion is based on."""
    return {
        Basis.PASSED: _("godkänd på provet"),
        Basis.EQUIVALENT: _("motsvarande utbildning"),
        Basis.RECORDED: _("registrerad i efterhand"),
        Basis.IMPORTED: _("hämtad från ett annat system"),
    }[basis]


def exemption_words(reason: ExemptionReason) -> str:
    """Why a person is exempt or has more time; never any detail beyond this."""
    return {
        ExemptionReason.OTHER_DUTIES: _("andra arbetsuppgifter"),
        ExemptionReason.LONG_ABSENCE: _("lång frånvaro"),
        ExemptionReason.LEAVING_SOON: _("slutar snart"),
        ExemptionReason.TECHNICAL_FAULT: _("tekniskt fel"),
        ExemptionReason.OTHER: _("annat skäl"),
    }[reason]


def end_words(reason: ExemptionEndReason) -> str:
    """Why an exemption or an extension was withdrawn or shortened."""
    return {
        ExemptionEndReason.MISTAKE: _("beslutet blev fel"),
        ExemptionEndReason.NO_LONGER_NEEDED: _("behövs inte längre"),
        ExemptionEndReason.OTHER: _("annat skäl"),
    }[reason]


def withdrawal_words(reason: RevocationReason) -> str:
    """Why a completion was revoked."""
    return {
        RevocationReason.WRONG_PERSON: _("fel person"),
        RevocationReason.WRONG_COURSE: _("fel utbildning"),
        RevocationReason.WRONG_DATE: _("fel datum"),
        RevocationReason.NOT_VALID: _("gäller inte"),
    }[reason]


def record_words() -> dict[str, object]:
    """Context processor: the functions with which templates put codes into words."""
    return {
        "basis_words": basis_words,
        "end_words": end_words,
        "exemption_words": exemption_words,
        "how_urgent": how_urgent,
        "withdrawal_words": withdrawal_words,
    }
