"""Shape of what a manager sends when deciding something about one person."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired

from tbblearn.training.record.words import basis_words, end_words, exemption_words, withdrawal_words
from tbblearn.training.rules import EXTENSION_REASONS, Basis, ExemptionEndReason, ExemptionReason, RevocationReason
from tbblearn.web.fields import AtMost, Day, Dropped
from tbblearn.web.forms import PageForm

LONGEST_EVIDENCE = 200
LONGEST_MARK = 80

Reason = TypeVar("Reason", bound=StrEnum)


def _one_of(label: Any, message: Any, choices: Callable[[], Sequence[tuple[str, str]]] | None = None) -> RadioField:
    return RadioField(
        label,
        choices=choices,
        validators=[InputRequired(message)],
        invalid_choice_message=message,  # type: ignore[call-arg]
    )


def _reasons(label: Any, reasons: Iterable[Reason], words: Callable[[Reason], str]) -> RadioField:
    return _one_of(label, _l("Välj ett skäl."), partial(_capitalised, reasons, words))


def _capitalised(reasons: Iterable[Reason], words: Callable[[Reason], str]) -> list[tuple[str, str]]:
    said = [(reason.value, words(reason)) for reason in reasons]
    return [(value, text[:1].upper() + text[1:]) for value, text in said]


def _bases() -> list[tuple[str, str]]:
    said = {
        Basis.RECORDED: _("Samma utbildning, men inte i tbblearn"),
        Basis.EQUIVALENT: _("En annan utbildning som motsvarar den"),
    }
    return [(basis.value, f"{words} ({basis_words(basis)})") for basis, words in said.items()]


class DecisionForm(PageForm):
    """`seen` marks how things stood when the page was opened."""

    seen = HiddenField(filters=[Dropped(LONGEST_MARK)])

    @classmethod
    def choice_words(cls, name: str) -> Mapping[str, Any]:
        """Also of choices that a field makes for each page."""
        choices = getattr(cls, name).kwargs.get("choices")
        return dict(choices()) if callable(choices) else super().choice_words(name)


class CourseForm(DecisionForm):
    """A decision about one of these courses, given as pairs of slug and title."""

    course = _one_of(_l("Utbildning"), _l("Välj en utbildning."))

    def __init__(self, courses: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(**options)
        self.course.choices = list(courses)


class ExemptForm(CourseForm):
    """Exempt a person from a course for a time."""

    from_on = Day(_l("Från och med"), _l("Skriv från vilken dag."))
    until_on = Day(_l("Till och med"))
    reason = _reasons(_l("Skäl"), ExemptionReason, exemption_words)


class ExtendForm(CourseForm):
    """Give a person more time."""

    until_on = Day(_l("Ny sista dag"), _l("Skriv den nya sista dagen."))
    reason = _reasons(_l("Skäl"), EXTENSION_REASONS, exemption_words)


class EndForm(DecisionForm):
    """Take an exemption or an extension back, or shorten it."""

    last_on = Day(_l("Sista dag då det gäller"))
    reason = _reasons(_l("Varför?"), ExemptionEndReason, end_words)


class RecordForm(CourseForm):
    """Record a course that was completed elsewhere."""

    basis = _one_of(_l("Vad har personen gjort?"), _l("Välj vad personen har gjort."), _bases)
    achieved_on = Day(_l("Dag då den blev klar"), _l("Skriv vilken dag den blev klar."))
    evidence = StringField(
        _l("Underlag"),
        filters=[lambda text: (text or "").strip()],
        validators=[
            DataRequired(_l("Skriv vilket underlag du har sett.")),
            AtMost(LONGEST_EVIDENCE, _l("Skriv högst 200 tecken.")),
        ],
    )


class WithdrawForm(DecisionForm):
    """Withdraw a completion."""

    reason = _reasons(_l("Varför återkallar du den?"), RevocationReason, withdrawal_words)
