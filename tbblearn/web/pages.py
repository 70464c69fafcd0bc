"""What a view answers with: a page to be rendered once the transaction is closed, or a file to be saved."""

from typing import Any

from flask import Response, render_template


class Page(Response):
    """A template with its values. `web` renders it after the commit, so that no lock is held while rendering."""

    def __init__(self, template: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any) -> None:
        super().__init__(status=status, headers=headers, mimetype="text/html")
        self.template = template
        self.values = values

    def render(self) -> "Page":
        """Fill in the words; the same page again."""
        self.set_data(render_template(self.template, **self.values))
        return self


def download(content: bytes, name: str, media_type: str = "text/csv") -> Response:
    """A file to be saved under this name."""
    answer = Response(content, mimetype=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
