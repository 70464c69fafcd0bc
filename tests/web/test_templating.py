"""Sentences are set in when a template is compiled, for each language by itself."""

from jinja2 import DictLoader

from tbblearn.web.application import Application
from tbblearn.web.language import speaking
from tbblearn.web.templating import templates_in

PAGE = """{%- macro named(name) %}{{ _('Fråga %(n)s av %(total)s', n=name, total=2) }}{% endmacro -%}
{{ _('Logga ut') }}|{{ named('<b>') }}|{{ words[0] }}|{{ _(asked) }}|{{ (_('Logga ut') ~ '<')|e }}"""


def said(app: Application, language: str) -> list[str]:
    """What the page says in this language."""
    templates = templates_in(app, language).overlay(loader=DictLoader({"page.html": PAGE}))
    with app.test_request_context(), speaking(language):
        return templates.get_template("page.html").render(words=["Logga ut"], asked="Mina utbildningar").split("|")


def test_one_template_speaks_every_language(app: Application) -> None:
    assert said(app, "sv") == ["Logga ut", "Fråga &lt;b&gt; av 2", "Logga ut", "Mina utbildningar", "Logga ut&lt;"]
    assert said(app, "en") == ["Sign out", "Question &lt;b&gt; of 2", "Logga ut", "My courses", "Sign out&lt;"]
    assert said(app, "sv")[0] == "Logga ut"
