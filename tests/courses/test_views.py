"""The address of a course's file: kept for good by browsers, harmless when opened alone, for those signed in."""

import pytest

from tbblearn.courses.actions import publish
from tbblearn.courses.checks.checking import check
from tbblearn.courses.edition import make_edition
from tbblearn.db import unit_of_work, utc_now
from tbblearn.web.application import Application
from tests.courses.example import PART, SMALLEST_FILM, Courses
from tests.factories import County
from tests.reading import Reader


@pytest.fixture
def picture(app: Application, courses: Courses) -> str:
    """The address of the example's picture, published."""
    return published(app, courses, "image/svg+xml")


def published(app: Application, courses: Courses, media_type: str) -> str:
    """The address of the example's only file of this kind, published."""
    report = check(courses.root)
    edition = make_edition(report.courses["exempel"], report.courses)
    with app.app_context(), unit_of_work():
        publish(edition, now=utc_now())
    [sha256] = [asset.sha256 for asset in edition.assets if asset.media_type == media_type]
    return f"/kursfil/{sha256}"


def test_a_picture_is_served_as_it_was_written(app: Application, county: County, courses: Courses, picture: str):
    reader = Reader(app)
    reader.sign_in(county.persons["p101"])
    response = reader.get(picture).response
    assert response.data == courses.path(f"{PART}/stigen.svg").read_bytes()
    assert response.mimetype == "image/svg+xml"
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    policy = response.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "style-src 'unsafe-inline'", "sandbox"} <= set(policy)
    assert not any(part.startswith(("script-src", "img-src", "connect-src")) for part in policy)


def test_a_browser_that_has_the_picture_is_told_so(app: Application, county: County, picture: str):
    reader = Reader(app)
    reader.sign_in(county.persons["p101"])
    sha256 = picture.rpartition("/")[2]
    assert reader.get(picture, 304, headers={"If-None-Match": f'"{sha256}"'}).response.data == b""


@pytest.mark.parametrize("address", ["/kursfil/" + "0" * 64, "/kursfil/x", "/kursfil/..%2f..%2fetc%2fpasswd"])
def test_what_is_no_picture_is_not_found(app: Application, county: County, address: str):
    reader = Reader(app)
    reader.sign_in(county.persons["p101"])
    assert reader.get(address, 404).h1


def test_nobody_sees_a_picture_without_signing_in(app: Application, picture: str):
    assert Reader(app).get(picture, 303).location.startswith("/logga-in")


def test_a_film_is_sent_piece_by_piece(app: Application, county: County, courses: Courses):
    film = published(app, courses, "video/mp4")
    reader = Reader(app)
    reader.sign_in(county.persons["p101"])
    piece = reader.get(film, 206, headers={"Range": "bytes=4-7"}).response
    assert piece.data == b"ftyp"
    assert piece.headers["Content-Range"] == f"bytes 4-7/{len(SMALLEST_FILM)}"
    whole = reader.get(film).response
    assert (whole.mimetype, whole.data, whole.headers["Accept-Ranges"]) == ("video/mp4", SMALLEST_FILM, "bytes")


def test_a_page_may_play_films_of_its_own_site_only(app: Application):
    policy = Reader(app).get("/logga-in").response.headers["Content-Security-Policy"].split("; ")
    assert "media-src 'self'" in policy
