"""A proxy in front that nobody has told us of is told of in the log; one that we trust says who comes."""

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import request

from tbblearn import create_app
from tbblearn.db import db
from tbblearn.web.application import Application
from tests.conftest import Backend, settings_for
from tests.reading import Reader


class Made:
    """Applications with settings of their own, and what they log."""

    def __init__(self, backend: Backend, url: str) -> None:
        self.backend, self.url, self.said = backend, url, list[str]()
        self.apps: list[Application] = []

    def __call__(self, **settings: object) -> Reader:
        app = create_app(replace(settings_for(self.url, self.backend.folder), **settings))  # type: ignore[arg-type]
        app.testing = True
        handler = logging.Handler()
        handler.emit = lambda record: self.said.append(str(record.msg))  # type: ignore[method-assign]
        app.logger.addHandler(handler)
        self.apps.append(app)
        return Reader(app)

    @property
    def warnings(self) -> int:
        return sum("TBBLEARN_TRUSTED_PROXIES" in one for one in self.said)


@pytest.fixture
def make(backend: Backend) -> Iterator[Made]:
    made = Made(backend, backend.copy())
    yield made
    for app in made.apps:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    backend.drop(made.url)


def test_a_proxy_that_is_not_trusted_is_told_of_once(make: Made) -> None:
    reader = make()
    reader.get("/om")
    assert make.warnings == 0
    for _ in range(3):
        reader.get("/om", headers={"X-Forwarded-For": "10.1.2.3"})
    assert make.warnings == 1


def test_who_is_reached_by_https_has_a_proxy(make: Made) -> None:
    make(public_url="https://utbildning.example.org").get("/om")
    assert make.warnings == 1


def test_a_proxy_that_is_trusted_says_who_comes_and_is_not_told_of(make: Made) -> None:
    reader = make(trusted_proxies=1, public_url="https://utbildning.example.org")
    seen = []
    reader.app.before_request_funcs.setdefault(None, []).append(lambda: seen.append(request.remote_addr))
    reader.get("/om", headers={"X-Forwarded-For": "192.0.2.1, 10.1.2.3"})
    assert seen == ["10.1.2.3"]
    assert make.warnings == 0
