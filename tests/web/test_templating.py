"""Templates: sentences in the page's language, values escaped, every file free of faults."""

import pytest
from flask import render_template_string
from flask_babel import force_locale

from tbblearn.web.application import Application


@pytest.mark.parametrize(
    ("template", "swedish", "english"),
    [
        ("{{ _('Logga ut') }}", "Logga ut", "Sign out"),
        ("{{ _('Fråga %(n)s av %(total)s', n='<b>', total=2) }}", "Fråga &lt;b&gt; av 2", "Question &lt;b&gt; of 2"),
        ("{{ _('Fråga %(n)s av %(total)s', **values) }}", "Fråga 1 av 3", "Question 1 of 3"),
        ("{{ _(asked) }}", "Mina utbildningar", "My courses"),
        ("{{ _('Logga ut') ~ ' < ' }}", "Logga ut &lt; ", "Sign out &lt; "),
    ],
)
def test_a_sentence_is_in_the_language_of_the_page(app: Application, template: str, swedish: str, english: str) -> None:
    values = {"asked": "Mina utbildningar", "values": {"n": 1, "total": 3}}
    for language, expected in (("sv", swedish), ("en", english), ("sv", swedish)):
        with app.test_request_context(), force_locale(language):
            assert render_template_string(template, **values) == expected


def test_every_template_can_be_compiled(app: Application) -> None:
    names = app.jinja_env.list_templates()
    assert len(names) > 50
    for name in names:
        app.jinja_env.get_template(name)
