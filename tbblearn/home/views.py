"""The address of the site itself: signing in, or a signed-in person's first page."""

from flask import Blueprint, current_app, redirect
from werkzeug.wrappers import Response

from tbblearn.access.asking import sign_in_page
from tbblearn.people.guards import public, signed_in_person
from tbblearn.web.menu import first_page
from tbblearn.web.pages import Page

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
def start() -> Page | Response:
    """Ask an anonymous visitor to sign in; others begin with what they have to do."""
    person = signed_in_person()
    if person is None:
        return sign_in_page()
    return redirect(first_page(current_app, person), 303)
