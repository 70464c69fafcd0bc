"""The files of courses, each addressed by its content, so that a browser may cache it for good."""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as WerkzeugResponse

from tbblearn.courses import queries
from tbblearn.people.guards import signed_in
from tbblearn.web.errors import NotFound

blueprint = Blueprint("courses", __name__)

ALONE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""Content security policy of a picture opened by itself: it may be styled, and nothing else."""


@blueprint.get("/kursfil/<sha256>")
@signed_in
def asset(sha256: str) -> WerkzeugResponse:
    """A picture, a film or captions, or 404.

    Opened by itself, an SVG can neither run nor fetch anything. Browsers request films piece by piece. Only the user's
    own browser may cache it, no proxy: no public page has a course's file.
    """
    found = queries.asset(sha256)
    if found is None:
        raise NotFound
    response = picture(found.content, found.media_type)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.set_etag(sha256)
    return response.make_conditional(request, accept_ranges=True, complete_length=len(found.content))


def picture(content: bytes, media_type: str) -> Response:
    """A response with a course's file that is harmless when opened by itself."""
    response = Response(content, mimetype=media_type)
    response.headers["Content-Security-Policy"] = ALONE
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
