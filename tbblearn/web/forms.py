"""The form that every form of a feature extends: WTForms with the words of its own in the page's language."""

from functools import cache

from babel.support import NullTranslations, Translations
from flask_wtf import FlaskForm
from wtforms.i18n import messages_path

from tbblearn.web.language import page_language


class PageForm(FlaskForm):  # type: ignore[misc]
    """A form. WTForms's own sentences are read once, not once a request as Flask-WTF would."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How WTForms makes the form. The CSRF token is the page's (form.html) and is checked before any view runs."""

        csrf = False

        def get_translations(self, form: FlaskForm) -> NullTranslations:
            """What WTForms says where a field has no words of its own, in the page's language."""
            return _built_in(page_language())


@cache
def _built_in(language: str) -> NullTranslations:
    return Translations.load(messages_path(), [language], domain="wtforms")
