"""The form that every form of a feature extends: WTForms with the words of its own in the page's language."""

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
"""What says whether something has to be filled in, and ends the matter where nothing is."""


class PageForm(FlaskForm):  # type: ignore[misc]
    """A form. WTForms's own sentences are read once, not once a request as Flask-WTF would."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How WTForms makes the form. The CSRF token is the page's (form.html) and is checked before any view runs."""

        csrf = False

        def bind_field(self, form: FlaskForm, unbound_field: "UnboundField[Any]", options: Any) -> Field:
            """A field whose validators, but those that ask for something at all, only meet what could be read."""
            field: Field = super().bind_field(form, unbound_field, options)
            first = [one for one in field.validators if isinstance(one, ASKING)]
            others = [one for one in field.validators if not isinstance(one, ASKING)]
            field.validators = [*first, _stop_at_the_unreadable, *others]
            return field

        def get_translations(self, form: FlaskForm) -> NullTranslations:
            """What WTForms says where a field has no words of its own, in the page's language."""
            return _built_in(page_language())

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> MultiDict[str, Any] | None:
            """What was sent, to each field by its kind: files to fields for files, text to all others.

            Flask-WTF would hand a file to any field of its name, which then reads it as a text.
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
        """The words of what can be chosen in a field, by what is sent. A form that makes them itself says them here."""
        field = getattr(cls, name)
        choices = [
            (one.value, one.label) if isinstance(one, SelectChoice) else one
            for one in field.kwargs.get("choices") or ()
        ]
        return {str(value): words for value, words in choices}

    def validate(self, extra_validators: Any = None) -> bool:
        """True when all is right. A file where a text belongs is told at its field; in a hidden one it is nothing."""
        valid: bool = super().validate(extra_validators)
        for field in self if request and request.files else ():
            if field.name in request.files and not takes_files(field) and not is_hidden(field):
                field.errors = [_("Här går det inte att skicka en fil. Skriv med bokstäver och siffror.")]
                valid = False
        return valid


def _stop_at_the_unreadable(_form: FlaskForm, field: Field) -> None:
    """Raise StopValidation where the field could not be read, which it has said, or holds what is no character."""
    if field.process_errors:
        raise StopValidation
    if not is_hidden(field) and any(UNREADABLE in text for text in field.raw_data or () if isinstance(text, str)):
        raise StopValidation(
            _("Ett tecken gick inte att läsa och är utbytt mot %(sign)s. Skriv om det.", sign=UNREADABLE)
        )


def takes_files(field: Field) -> bool:
    """True for a field that files are chosen in."""
    return isinstance(field, (FileField, MultipleFileField))


def is_hidden(field: Field) -> bool:
    """True for a field that its page does not show."""
    return getattr(field.widget, "input_type", "") == "hidden"


@cache
def _built_in(language: str) -> NullTranslations:
    return Translations.load(messages_path(), [language], domain="wtforms")
