"""The gallery: every component of `tbblearn/web/templates/web/components` on pages with made-up values.

    .venv/bin/python tests/web/gallery.py [FOLDER]

renders `tests/web/gallery/*.html` at 375 and 1280 pixels, light and dark, into FOLDER (default: a new folder
under the system's temporary one), runs axe on each and ends with status 1 where it finds anything. For those
who change the look; it is not shipped.
`gallery_app()` is also what `test_frontend.py` renders.
"""

import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from flask import Flask, Response, render_template, send_from_directory
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server
from wtforms import (
    BooleanField,
    FileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from tbblearn.web.chrome import init_chrome
from tbblearn.web.language import number
from tests.pages.conftest import CHROMIUM, FLAGS

HERE = Path(__file__).parent
WEB = HERE.parents[1] / "tbblearn" / "web"
PAGES = tuple(sorted(path.stem for path in (HERE / "gallery").glob("*.html")))
WIDTHS = (375, 1280)
THEMES = ("light", "dark")
CSP = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'"


class GalleryForm(FlaskForm):  # type: ignore[misc]
    """One field of each kind; every one is refused, to show how that looks."""

    email = StringField("E-postadress", [InputRequired("Skriv din e-postadress.")])
    password = PasswordField("Lösenord", [InputRequired("Skriv ditt lösenord.")])
    text = TextAreaField("Vad behöver ni?", [InputRequired("Skriv några ord.")])
    kind = SelectField("Omgång", choices=[SelectChoice("2026", "2026"), SelectChoice("2027", "2027")])
    role = RadioField("Vilken roll?", choices=[SelectChoice("a", "Chef"), SelectChoice("b", "Barnrättspilot")])
    days = SelectMultipleField(
        "Vilka dagar?",
        choices=[SelectChoice("mon", "Måndag"), SelectChoice("tue", "Tisdag")],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    sure = BooleanField("Jag har läst det här", [InputRequired("Kryssa i rutan när du har läst.")])
    file = FileField("Personalfil")

    def validate_kind(self, _field: SelectField) -> None:
        """Refuse, to show a list with an error."""
        raise ValidationError("Välj en omgång som är öppen.")


@dataclass(frozen=True)
class Item:
    """A word in the menu."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Person:
    """Somebody signed in."""

    name: str = "Medarbetare 17"


@dataclass
class EnrolmentState:
    """What the application gives every page."""

    page_language: str = "sv"
    theme: str = ""
    principal: Person | None = field(default_factory=Person)
    menu: tuple[Item, ...] = (
        Item("Mina utbildningar", "#", current=True),
        Item("Enkäter", "#"),
        Item("Min enhet", "#"),
        Item("Sammanställning", "#"),
    )
    own_address: str = "/gallery"
    session_ends_in: int | None = 900
    visit: str = "gallery"


def gallery_app() -> Flask:
    """A small application with the gallery's pages and no database, as strict with missing values as can be."""
    app = Flask(__name__, static_folder=None)
    app.config.update(SECRET_KEY="gallery", TESTING=True, BABEL_DEFAULT_LOCALE="sv")
    app.jinja_loader = ChoiceLoader([FileSystemLoader(WEB / "templates"), FileSystemLoader(HERE)])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals["static_url"] = lambda name: f"/static/{name}"
    app.jinja_env.filters["number"] = number
    CSRFProtect(app)
    Babel(app)
    init_chrome(app)

    for endpoint in (
        "web.about",
        "web.privacy",
        "web.accessibility",
        "web.contact",
        "surveys.protection",
        "home.start",
    ):
        app.add_url_rule(f"/{endpoint}", endpoint, lambda: "")
    for endpoint in (
        "web.language",
        "web.theme",
        "access.details",
        "access.sign_out",
        "access.switch_user",
    ):
        app.add_url_rule(f"/{endpoint}", endpoint, lambda: "", methods=["POST"])

    @app.get("/static/<path:name>")
    def static_file(name: str) -> Response:
        return send_from_directory(WEB / "static", name)

    @app.get("/gallery/<page>")
    def show(page: str) -> str:
        form = GalleryForm(meta={"csrf": False})
        values: dict[str, Any] = vars(
            EnrolmentState(principal=None, menu=(), session_ends_in=None) if page == "sign_in" else EnrolmentState()
        )
        if page == "forms":
            form.validate()
            values |= {"form": form}
        return render_template(f"gallery/{page}.html", fields=form, **values)

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CSP
        return response

    return app


def picture(browser: Browser, address: str, page: str, width: int, theme: str, folder: Path) -> list[str]:
    """Take one picture, and return what axe, the console and the page's width have to say against it."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    tab = context.new_page()
    faults: list[str] = []
    tab.on(
        "console",
        lambda message: faults.append(f"console: {message.text}") if message.type != "log" else None,
    )
    tab.on("pageerror", lambda error: faults.append(f"script: {error}"))
    tab.goto(f"{address}/gallery/{page}")
    tab.screenshot(path=folder / f"{page}-{width}-{theme}.png", full_page=True)
    if tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        faults.append("scrolls sideways")
    for violation in Axe().run(tab).response["violations"]:
        faults += [f"axe {violation['id']}: {node['html'][:160]}" for node in violation["nodes"]]
    context.close()
    return [f"{page} {width} {theme}: {fault}" for fault in faults]


def main() -> int:
    """Take all pictures and print what is wrong."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="gallery-"))
    folder.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[2:] or PAGES
    server = make_server("127.0.0.1", 0, gallery_app(), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    faults: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for page in wanted:
            for width in WIDTHS:
                for theme in THEMES:
                    faults += picture(
                        browser,
                        f"http://127.0.0.1:{server.port}",
                        page,
                        width,
                        theme,
                        folder,
                    )
        browser.close()
    server.shutdown()
    print(*faults, f"{len(faults)} faults; pictures in {folder}", sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
