"""The base of every form: WTForms, with its built-in messages in the page's language."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from babel.support import NullTranslations, Translations
from flask import request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired, MultipleFileField
from werkzeug.datastructures import MultiDict
from wtforms.fields import Field
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its stubs lag behind
from wtforms.fields.core import UnboundField
from wtforms.i18n import messages_path
from wtforms.validators import DataRequired, InputRequired, Optional, StopValidation

from tbblearn.web.application import SAFE_METHODS, UNREADABLE
from tbblearn.web.language import page_language

ASKING = (DataRequired, InputRequired, Optional, FileRequired)
"""Validators that decide whether a field may be left empty; they come first."""


class PageForm(FlaskForm):  # type: ignore[misc]
    """A form. WTForms's own messages are read once, not once a request as in Flask-WTF."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """WTForms settings. The CSRF token is the page's (form.html), checked before any view runs."""

        csrf = False

        def bind_field(self, form: FlaskForm, unbound_field: "UnboundField[Any]", options: Any) -> Field:
            """Let only the validators in `ASKING` see what could not be read."""
            field: Field = super().bind_field(form, unbound_field, options)
            first = [one for one in field.validators if isinstance(one, ASKING)]
            others = [one for one in field.validators if not isinstance(one, ASKING)]
            field.validators = [*first, _stop_at_the_unreadable, *others]
            return field

        def get_translations(self, form: FlaskForm) -> NullTranslations:
            """WTForms's built-in messages in the page's language."""
            return _built_in(page_language())

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> MultiDict[str, Any] | None:
            """What was sent: files to file fields, text to all others.

            Flask-WTF would hand a file to any field of that name, which would read it as text.
            """
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            if not request or request.method in SAFE_METHODS:
                return None
            if not request.files:
                return request.form or None
            fitting: MultiDict[str, Any] = MultiDict(request.form.items(multi=True))
            for field in form:
                if takes_files(field):
                    fitting.setlist(field.name, request.files.getlist(field.name))
            return fitting

    @classmethod
    def choice_words(cls, name: str) -> Mapping[str, Any]:
        """The labels of a field's choices, by submitted value. A form with dynamic choices overrides this."""
        field = getattr(cls, name)
        choices = [
            (one.value, one.label) if isinstance(one, SelectChoice) else one
            for one in field.kwargs.get("choices") or ()
        ]
        return {str(value): words for value, words in choices}

    def validate(self, extra_validators: Any = None) -> bool:
        """True if all is well. A file in a text field is an error at that field; in a hidden one it is ignored."""
        valid: bool = super().validate(extra_validators)
        for field in self if request and request.files else ():
            if field.name in request.files and not takes_files(field) and not is_hidden(field):
                field.errors = [_("Här går det inte att skicka en fil. Skriv med bokstäver och siffror.")]
                valid = False
        return valid


def _stop_at_the_unreadable(_form: FlaskForm, field: Field) -> None:
    """Stop at a field that could not be read (its error is set) or that holds an unreadable character."""
    if field.process_errors:
        raise StopValidation
    if not is_hidden(field) and any(UNREADABLE in text for text in field.raw_data or () if isinstance(text, str)):
        raise StopValidation(
            _("Ett tecken gick inte att läsa och är utbytt mot %(sign)s. Skriv om det.", sign=UNREADABLE)
        )


def takes_files(field: Field) -> bool:
    """True for a file field."""
    return isinstance(field, (FileField, MultipleFileField))


def is_hidden(field: Field) -> bool:
    """True for a hidden field."""
    return getattr(field.widget, "input_type", "") == "hidden"


@cache
def _built_in(language: str) -> NullTranslations:
    return Translations.load(messages_path(), [language], domain="wtforms")
