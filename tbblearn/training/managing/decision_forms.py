"""Shape of what a manager sends when deciding something about one person."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import DataRequired, InputRequired

from tbblearn.training.record.words import basis_words, end_words, exemption_words, withdrawal_words
from tbblearn.training.rules import (
    EXTENSION_REASONS,
    Basis,
    ExemptionEndReason,
    ExemptionReason,
    RevocationReason,
)
from tbblearn.web.fields import AtMost, Day, Dropped
from tbblearn.web.forms import PageForm

LONGEST_EVIDENCE = 200
LONGEST_MARK = 80


def _course_field() -> RadioField:
    message = _l("Välj en utbildning.")
    return RadioField(_l("Utbildning"), validators=[InputRequired(message)], invalid_choice_message=message)  # type: ignore[call-arg]


def _reason_field(label: Any) -> RadioField:
    message = _l("Välj ett skäl.")
    return RadioField(label, validators=[InputRequired(message)], invalid_choice_message=message)  # type: ignore[call-arg]


class DecisionForm(PageForm):
    """`seen` says how things stood when the page was opened."""

    seen = HiddenField(filters=[Dropped(LONGEST_MARK)])


def _exemption_choices() -> list[tuple[str, str]]:
    return [(one.value, _capital(exemption_words(one))) for one in ExemptionReason]


def _extension_choices() -> list[tuple[str, str]]:
    return [(one.value, _capital(exemption_words(one))) for one in EXTENSION_REASONS]


def _end_choices() -> list[tuple[str, str]]:
    return [(one.value, _capital(end_words(one))) for one in ExemptionEndReason]


def _withdrawal_choices() -> list[tuple[str, str]]:
    return [(one.value, _capital(withdrawal_words(one))) for one in RevocationReason]


def _basis_choices() -> list[tuple[str, str]]:
    said = {
        Basis.RECORDED: _("Samma utbildning, men inte i tbblearn"),
        Basis.EQUIVALENT: _("En annan utbildning som motsvarar den"),
    }
    return [(basis.value, f"{words} ({basis_words(basis)})") for basis, words in said.items()]


class ExemptForm(DecisionForm):
    """Free somebody from a course for a time."""

    course = _course_field()
    from_on = Day(_l("Från och med"), _l("Skriv från vilken dag."))
    until_on = Day(_l("Till och med"))
    reason = _reason_field(_l("Skäl"))

    def __init__(self, courses: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(**options)
        self.course.choices = list(courses)
        self.reason.choices = _exemption_choices()

    @classmethod
    def choice_words(cls, name: str) -> Mapping[str, Any]:
        """The reasons."""
        return dict(_exemption_choices()) if name == "reason" else super().choice_words(name)


class ExtendForm(DecisionForm):
    """Give somebody more time."""

    course = _course_field()
    until_on = Day(_l("Ny sista dag"), _l("Skriv den nya sista dagen."))
    reason = _reason_field(_l("Skäl"))

    def __init__(self, courses: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(**options)
        self.course.choices = list(courses)
        self.reason.choices = _extension_choices()

    @classmethod
    def choice_words(cls, name: str) -> Mapping[str, Any]:
        """The reasons."""
        return dict(_extension_choices()) if name == "reason" else super().choice_words(name)


class EndForm(DecisionForm):
    """Take an exemption or an extension back, or shorten it."""

    last_on = Day(_l("Sista dag då det gäller"))
    reason = _reason_field(_l("Varför?"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.reason.choices = _end_choices()

    @classmethod
    def choice_words(cls, name: str) -> Mapping[str, Any]:
        """The reasons."""
        return dict(_end_choices()) if name == "reason" else super().choice_words(name)


class RecordForm(DecisionForm):
    """Write down a course that was completed elsewhere."""

    course = _course_field()
    basis = RadioField(
        _l("Vad har personen gjort?"),
        validators=[InputRequired(_l("Välj vad personen har gjort."))],
        invalid_choice_message=_l("Välj vad personen har gjort."),  # type: ignore[call-arg]
    )
    achieved_on = Day(_l("Dag då den blev klar"), _l("Skriv vilken dag den blev klar."))
    evidence = StringField(
        _l("Underlag"),
        filters=[lambda text: (text or "").strip()],
        validators=[
            DataRequired(_l("Skriv vilket underlag du har sett.")),
            AtMost(LONGEST_EVIDENCE, _l("Skriv högst 200 tecken.")),
        ],
    )

    def __init__(self, courses: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(**options)
        self.course.choices = list(courses)
        self.basis.choices = _basis_choices()

    @classmethod
    def choice_words(cls, name: str) -> Mapping[str, Any]:
        """What can have been done."""
        return dict(_basis_choices()) if name == "basis" else super().choice_words(name)


class WithdrawForm(DecisionForm):
    """Withdraw a completion."""

    reason = _reason_field(_l("Varför återkallar du den?"))

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.reason.choices = _withdrawal_choices()

    @classmethod
    def choice_words(cls, name: str) -> Mapping[str, Any]:
        """The reasons."""
        return dict(_withdrawal_choices()) if name == "reason" else super().choice_words(name)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
