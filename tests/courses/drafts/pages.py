"""What an editor does at the pages of a draft."""

import io
import zipfile
from typing import Any

from sqlalchemy import func, select

from tbblearn.courses.models import CourseDraft
from tbblearn.db import db
from tbblearn.web.application import Application
from tests.courses.example import PART, Courses
from tests.reading import Reader, ReadPage

COURSE = "exempel/course.yaml"
SV = f"{PART}/module.sv.md"
EN = f"{PART}/module.en.md"
QUIZ = f"{PART}/quiz.yaml"


def packed(courses: Courses) -> bytes:
    """The folder of courses as a zip, as a computer makes it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(courses.root.rglob("*")):
            archive.write(path, path.relative_to(courses.root))
    return target.getvalue()


def send(reader: Reader, content: bytes, status: int = 303, name: str = "exempel.zip", **values: Any) -> ReadPage:
    page = reader.get("/kurser/ladda-upp")
    form = page.form("/kurser/ladda-upp")
    return reader.submit(form, status, file=(io.BytesIO(content), name), **values)


def upload(reader: Reader, courses: Courses) -> str:
    """Upload the courses and return the address of the draft."""
    return send(reader, packed(courses)).location


def publish_through_page(reader: Reader, address: str, **values: Any) -> ReadPage:
    page = reader.get(f"{address}/publicera")
    return reader.submit(page.form(f"{address}/publicera"), **values)


def drafts_in(app: Application) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(CourseDraft)) or 0
