"""The shape of a report of a question."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired

from tbblearn.training.faults.rules import LONGEST_TEXT, FaultKind
from tbblearn.training.faults.words import fault_words
from tbblearn.web.fields import AtMost
from tbblearn.web.forms import PageForm


def _tidy(text: str | None) -> str:
    """Strip surrounding space; a line break counts as one character, as in the browser."""
    return (text or "").replace("\r\n", "\n").strip()


class FaultForm(PageForm):
    """What is wrong, with a few words about it."""

    kind = RadioField(
        _l("Vad stämmer inte?"),
        validators=[InputRequired(_l("Välj vad som inte stämmer."))],
        invalid_choice_message=_l("Välj vad som inte stämmer."),  # type: ignore[call-arg]
    )
    text = TextAreaField(
        _l("Berätta mer"),
        filters=[_tidy],
        validators=[AtMost(LONGEST_TEXT, _l("Skriv högst 500 tecken."))],
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.kind.choices = list(self.choice_words("kind").items())

    @classmethod
    def choice_words(cls, name: str) -> Mapping[str, Any]:
        """What can be wrong."""
        return {one.value: fault_words(one) for one in FaultKind} if name == "kind" else super().choice_words(name)

    def validate(self, extra_validators: Any = None) -> bool:
        """Demand words where none of the given kinds fits."""
        valid: bool = super().validate(extra_validators)
        if valid and self.kind.data == FaultKind.OTHER and not self.text.data:
            self.text.errors = [_("Skriv med några ord vad som inte stämmer.")]
            return False
        return valid
