"""tbblearn: training and readiness for the collaboration model Tillsammans för barnens bästa.

`create_app` is the only place where everything meets; read it from top to bottom.
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

from tbblearn.config import Settings, from_environment
from tbblearn.databases import prepare_engine
from tbblearn.db import db
from tbblearn.tree import migration_head, tree_folder
from tbblearn.web.addresses import own_address
from tbblearn.web.application import Application
from tbblearn.web.chrome import init_chrome
from tbblearn.web.errors import register_errors
from tbblearn.web.language import init_language, page_language
from tbblearn.web.menu import add_to_menu, menu_for
from tbblearn.web.requests.guard_check import demand_guards
from tbblearn.web.requests.headers import init_headers
from tbblearn.web.requests.health import init_health
from tbblearn.web.requests.limits import init_limits
from tbblearn.web.requests.logs import init_logs
from tbblearn.web.requests.origins import init_origins
from tbblearn.web.requests.proxies import init_proxies
from tbblearn.web.starting import add_to_start
from tbblearn.web.static_files import init_static
from tbblearn.web.views import init_appearance

__version__ = "0.1.0"


def create_app(settings: Settings | None = None) -> Application:
    """The whole application for these settings, or for those of the environment."""
    settings = settings or from_environment()
    app = Application(__name__, instance_path=str(settings.instance), static_folder=None)
    app.config.update(
        TBBLEARN=settings,
        TBBLEARN_MIGRATION=migration_head(),
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        BABEL_TRANSLATION_DIRECTORIES=str(tree_folder("translations")),
        SESSION_COOKIE_NAME="__Host-tbblearn" if settings.secure else "tbblearn",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    if settings.secure:
        app.config["PREFERRED_URL_SCHEME"] = "https"
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    init_logs(app, settings.log_level)
    init_limits(app)
    init_origins(app, settings.public_url)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine, settings.threads)
    _add_database_commands(app)
    init_language(app)
    init_appearance(app)
    init_health(app)
    init_static(app, secure=settings.secure)
    init_chrome(app)
    init_proxies(app, settings.trusted_proxies, secure=settings.secure)

    _add_features(app, settings)
    CSRFProtect(app)  # after the sessions' hook, which catches a form sent after its session ended
    init_headers(app, secure=settings.secure)
    register_errors(app)
    _add_layout_values(app)
    demand_guards(app)
    return app


def _add_database_commands(app: Application) -> None:
    """`flask --app tbblearn db`."""
    from tbblearn.cli.database import init_commands

    Migrate(app, db, directory=str(tree_folder("migrations")), render_as_batch=True)
    init_commands(app)


def _engine_options(settings: Settings) -> dict[str, Any]:
    """The values of a statement never stand in an error, and so never in the log: they are names and addresses.

    There is a connection for each thread, and one more for its side record: nobody waits for one that another thread
    holds while it waits for the same. Of those that are free the one used last is taken: it has its statements prepared
    and its pages read.
    """
    options = {
        "hide_parameters": True,
        "pool_size": settings.threads,
        "max_overflow": settings.threads,
        "pool_use_lifo": True,
    }
    if settings.sqlite:
        return options | {"connect_args": {"check_same_thread": False}}
    return options | {"connect_args": {"prepare_threshold": 2}}


def _add_features(app: Application, settings: Settings) -> None:
    """Every feature's pages, its place in the menu, and what it can write in mail."""
    from tbblearn.access import letters as access_letters
    from tbblearn.access import views as access
    from tbblearn.access.sessions import init_sessions
    from tbblearn.courses import views as courses
    from tbblearn.home import views as home
    from tbblearn.operations import views as operations
    from tbblearn.people.guards import open_after_leaving
    from tbblearn.people.rules import Role
    from tbblearn.readiness.results import views as result_views
    from tbblearn.readiness.waves import preview_views as round_preview_views
    from tbblearn.readiness.waves import views as waves
    from tbblearn.reports import readiness_views, rules
    from tbblearn.reports import views as reports
    from tbblearn.staffing import letters as staffing_letters
    from tbblearn.staffing import views as staffing
    from tbblearn.surveys import letters as survey_letters
    from tbblearn.surveys import views as surveys
    from tbblearn.training.editing import preview_views, publishing_views, question_views
    from tbblearn.training.faults import views as fault_views
    from tbblearn.training.learning import letters as training_letters
    from tbblearn.training.learning import views as training
    from tbblearn.training.managing import decision_views
    from tbblearn.training.managing import views as manager_views
    from tbblearn.web import views as web

    init_sessions(app, settings)
    teaching = (courses, publishing_views, training, fault_views, preview_views, question_views)
    for feature in (web, access, *teaching, manager_views, decision_views, reports, staffing, operations, home):
        app.register_blueprint(feature.blueprint)
    for feature in (surveys, round_preview_views, waves, result_views, readiness_views):
        app.register_blueprint(feature.blueprint)
    app.extensions["tbblearn_letters"] = {
        **access_letters.WRITERS,
        **staffing_letters.WRITERS,
        **survey_letters.WRITERS,
        **training_letters.WRITERS,
    }
    survey_letters.lead_to_results(app, "readiness_results.own")
    add_to_start(app, surveys.on_the_start_page)
    open_after_leaving(
        app,
        *("access.details", "access.change_language", "access.sign_out_everywhere"),
        *("training.history", "training.certificate", "training.certificate_file", "surveys"),
    )
    history = "training.history"
    add_to_menu(app, 5, history, _l("Intyg och historik"), lambda person: person.history_only)
    add_to_menu(app, 10, "training.my_courses", _l("Mina utbildningar"), lambda person: not person.history_only)
    add_to_menu(app, 15, "surveys.mine", _l("Enkäter"), lambda person: True)
    own = ["training.certificate", "training.check_certificate", "training.check_certificate_now"]
    add_to_menu(app, 17, history, _l("Intyg"), lambda person: not (person.history_only or person.grants), also=own)
    for label, visible in ((_l("Min enhet"), rules.sees_a_part), (_l("Länet"), rules.sees_the_county)):
        add_to_menu(app, 20, "reports.start", label, visible, also=["managing", "deciding"])
    seen = ["readiness_files"]
    add_to_menu(app, 30, "readiness_results.start", _l("Hur redo är vi?"), result_views.reads_a_part, also=seen)
    preview = ["readiness_preview"]
    add_to_menu(app, 35, "waves.rounds", _l("Mätningar"), waves.leads_the_county, also=preview)
    editors_pages = ["previewing", "examining"]
    add_to_menu(app, 70, "editing.courses", _l("Kurser"), lambda person: person.has(Role.EDITOR), also=editors_pages)
    add_to_menu(app, 75, "staffing.sources", _l("Personal"), lambda person: person.has(Role.ADMIN))
    add_to_menu(app, 80, "operations.outbox", _l("Utskick"), lambda person: person.has(Role.ADMIN))


def _add_layout_values(app: Application) -> None:
    """What the base page shows on every page."""
    from flask import g

    from tbblearn.access.rules import visit_key
    from tbblearn.db import utc_now
    from tbblearn.operations.demo.marker import Asking
    from tbblearn.people.guards import signed_in_person
    from tbblearn.people.rules import Principal

    holds_a_demo = Asking()

    def visit_of(person: Principal | None) -> str | None:
        """The session by a name that tells nothing, '' where nobody is signed in; None where that is not known."""
        if person is not None:
            return visit_key(app.config["SECRET_KEY"], person.session_token)
        return None if g.get("person_not_found_out") else ""

    @app.context_processor
    def layout() -> dict[str, Any]:
        person = signed_in_person()
        return {
            "principal": person,
            "menu": menu_for(app, person),
            "own_address": own_address(),
            "page_language": page_language(),
            "theme": g.get("theme", ""),
            "visit": visit_of(person),
            "session_ends_in": int((person.ends_at - utc_now()).total_seconds()) if person else None,
            "demo": app.config["TBBLEARN"].demo or holds_a_demo(),
        }
