"""What a view answers with: a page to be rendered once the transaction is closed."""

from typing import Any

from flask import Response, current_app, render_template

from tbblearn.web.language import page_language, speaking
from tbblearn.web.templating import templates_in


class Page(Response):
    """A template with its values. `web` renders it after the commit, so that no lock is held while rendering."""

    def __init__(self, template: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> None:
        super().__init__(status=status, headers=headers, mimetype="text/html")
        self.template = template
        self.values = values

    def render(self) -> "Page":
        """Fill in the words; the same page again."""
        language = page_language()
        with speaking(language):
            template = templates_in(current_app, language).get_template(self.template)
            self.set_data(render_template(template, **self.values))
        return self
