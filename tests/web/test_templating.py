"""Sentences are set in when a template is compiled, for each language by itself."""

import pytest
from jinja2 import DictLoader

from tbblearn.web.application import Application
from tbblearn.web.language import LANGUAGES, speaking
from tbblearn.web.templating import Templates, templates_in

PAGES = {
    "set_in.html": "{{ _('Logga ut') }}",
    "with_values.html": "{{ _('Fråga %(n)s av %(total)s', n='<b>', total=2) }}",
    "with_a_mapping.html": "{{ _('Fråga %(n)s av %(total)s', **values) }}",
    "found_out_late.html": "{{ _(asked) }}",
    "joined.html": "{{ _('Fördelning & <b>bredd</b>') ~ ' < ' ~ _('Logga ut') }}",
}


@pytest.fixture
def templates(app: Application) -> dict[str, Templates]:
    """These pages in each language."""
    return {language: templates_in(app, language).overlay(loader=DictLoader(PAGES)) for language in LANGUAGES}


@pytest.mark.parametrize(
    ("page", "swedish", "english"),
    [
        ("set_in.html", "Logga ut", "Sign out"),
        ("with_values.html", "Fråga &lt;b&gt; av 2", "Question &lt;b&gt; of 2"),
        ("with_a_mapping.html", "Fråga 1 av 3", "Question 1 of 3"),
        ("found_out_late.html", "Mina utbildningar", "My courses"),
        ("joined.html", "Fördelning & <b>bredd</b> &lt; Logga ut", "Fördelning & <b>bredd</b> &lt; Sign out"),
    ],
)
def test_a_page_is_the_same_whether_its_sentences_were_set_in_or_are_said(
    app: Application, templates: dict[str, Templates], page: str, swedish: str, english: str
) -> None:
    values = {"asked": "Mina utbildningar", "values": {"n": 1, "total": 3}}
    said = app.jinja_env.overlay(loader=DictLoader(PAGES))
    for language, expected in (("sv", swedish), ("en", english), ("sv", swedish)):
        with app.test_request_context(), speaking(language):
            assert templates[language].get_template(page).render(values) == expected
            assert said.get_template(page).render(values) == expected


def test_a_sentence_without_values_is_set_in(app: Application, templates: dict[str, Templates]) -> None:
    with app.test_request_context(), speaking("en"):
        assert templates["sv"].get_template("set_in.html").render() == "Logga ut"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_can_be_compiled(app: Application, language: str) -> None:
    with app.app_context():
        for name in app.jinja_env.list_templates():
            templates_in(app, language).get_template(name)
