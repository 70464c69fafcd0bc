"""Shape of an answer to a question of the quiz."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectMultipleField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """The question that was shown, by id so that a page left open can never answer another one, and what was chosen.

    Which choices the question has is for the action to know.
    """

    question = HiddenField(validators=[InputRequired(), Length(max=160)])
    answer = SelectMultipleField(
        validate_choice=False,
        validators=[InputRequired(_l("Välj ett svar."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
