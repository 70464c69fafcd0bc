"""The codes of reports in words."""

from flask_babel import gettext as _

from tbblearn.training.faults.rules import FaultKind, FaultOutcome


def fault_words(kind: FaultKind) -> str:
    """What is wrong, as the reporter chooses it and the editor reads it."""
    return {
        FaultKind.WRONG_KEY: _("Det svar som räknas som rätt är fel"),
        FaultKind.AMBIGUOUS: _("Frågan går att förstå på flera sätt"),
        FaultKind.OUTDATED: _("Det stämmer inte längre"),
        FaultKind.LANGUAGE: _("Något är felskrivet eller fel översatt"),
        FaultKind.OTHER: _("Något annat"),
    }[kind]


def outcome_words(outcome: FaultOutcome) -> str:
    """How the report was resolved."""
    return {FaultOutcome.MENDED: _("Rättad"), FaultOutcome.RIGHT_AS_IT_IS: _("Stämmer som den är")}[outcome]
