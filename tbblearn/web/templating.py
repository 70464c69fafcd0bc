"""Jinja for our pages. A template is compiled once for each language, with its sentences set in (ADR 8)."""

from collections.abc import MutableMapping
from typing import Any

from flask.sansio.app import App
from flask.templating import Environment
from jinja2 import nodes
from jinja2.runtime import markup_join
from jinja2.visitor import NodeTransformer

from tbblearn.web.language import whole_sentence


class Templates(Environment):
    """Jinja as Flask sets it up: the templates of one language, or of none, where sentences are said page by page."""

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, cache_size=-1, **options)  # every template stays: a page opens some thirty
        self.language = ""
        self.of_language: dict[str, Templates] = {}

    def in_language(self, language: str) -> "Templates":
        """The same templates for pages in this language."""
        if language not in self.of_language:
            of_language = self.overlay()
            of_language.language = language
            self.of_language[language] = of_language
        return self.of_language[language]

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A plain mapping, not a chain of two, which every import in every page compares: no template has its own."""
        return {**self.globals, **(d or {})}

    def _generate(self, source: nodes.Template, *arguments: Any, **options: Any) -> str:
        """Jinja's hook between reading a template and compiling it."""
        if self.language:
            source = _Sentences(self.app, self.language).visit(source)
        return super()._generate(source, *arguments, **options)


class _Sentences(NodeTransformer):
    """Puts the sentence of one language in the place of `_('...')`. One with values is said when the page is made."""

    def __init__(self, app: App, language: str) -> None:
        self.app = app
        self.language = language

    def visit_Call(self, call: nodes.Call) -> nodes.Node:
        """A call of `_` with nothing but a text becomes its sentence. Jinja looks for a method of this name."""
        self.generic_visit(call)
        match call:
            case nodes.Call(
                node=nodes.Name(name="_"),
                args=[nodes.Const(value=str(text))],
                kwargs=[],
                dyn_args=None,
                dyn_kwargs=None,
            ):
                return nodes.Const(whole_sentence(self.app, self.language, text), lineno=call.lineno)
        return call

    def visit_Concat(self, concat: nodes.Concat) -> nodes.Node:
        """`~` between constants: Jinja itself would forget that a sentence is markup, and escape it again."""
        self.generic_visit(concat)
        try:
            return nodes.Const(markup_join(part.as_const() for part in concat.nodes), lineno=concat.lineno)
        except nodes.Impossible:
            return concat


def templates_in(app: App, language: str) -> Templates:
    """The templates of pages in this language."""
    templates = app.jinja_env
    assert isinstance(templates, Templates)
    return templates.in_language(language)
