"""Shapes of what a learner sends, and of what anybody asks about a certificate."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from tbblearn.web.fields import AtMost
from tbblearn.web.forms import PageForm


def demand_a_choice(_form: PageForm, field: SelectMultipleField) -> None:
    """Raise StopValidation unless something was chosen; a list left untouched sends an empty string."""
    field.data = [one for one in field.data or [] if one]
    if not field.data:
        raise StopValidation(_("Välj ett svar."))


class AnswerForm(PageForm):
    """The question that was shown, by id so that a page left open can never answer another, and what was chosen.

    Whether the question has such choices is for the action to check.
    """

    question = HiddenField(validators=[InputRequired(), Length(max=160)])
    straight_on = HiddenField()
    """Filled in by script: the browser can show the next page without a redirect."""
    answer = SelectMultipleField(
        _l("Ditt svar"),
        validate_choice=False,
        validators=[demand_a_choice],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )


class CheckForm(PageForm):
    """The number of a certificate, and the name that stands on it where that is to be compared."""

    number = StringField(
        _l("Nummer på intyget"),
        validators=[
            InputRequired(_l("Skriv numret som står på intyget.")),
            AtMost(40, _l("Numret är för långt. Det har tolv tecken.")),
        ],
    )
    name = StringField(
        _l("Namn på intyget (valfritt)"), validators=[AtMost(250, _l("Namnet är för långt. Högst 250 tecken."))]
    )
