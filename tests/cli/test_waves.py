"""`tbblearn waves`: an operator takes a survey round from its day to its end."""

import json
from pathlib import Path

import pytest
from sqlalchemy import delete

from tbblearn import create_app
from tbblearn.config import Settings
from tbblearn.db import db, stockholm_date, unit_of_work, utc_now
from tbblearn.people.rules import Role
from tbblearn.readiness.waves.actions import take_adoption_back
from tbblearn.surveys.models import ResponseOpen
from tbblearn.web.application import Application
from tests.cli.conftest import Run
from tests.readiness.rounds import Round


@pytest.fixture
def app(environment: dict[str, str], run: Run) -> Application:
    """An application on the commands' own database."""
    run("db", "upgrade")
    folder = Path(environment["TBBLEARN_INSTANCE"])
    return create_app(Settings(environment["TBBLEARN_DATABASE_URL"], "only for tests", folder, log_level="ERROR"))


@pytest.fixture
def planned(app: Application) -> Round:
    """A wave that may open today."""
    with app.app_context():
        made = Round.county()
        made.plan(today=stockholm_date(utc_now()))
        db.session.remove()
        db.engine.dispose()
    return made


def test_a_round_from_its_day_to_its_end(app: Application, planned: Round, run: Run, tmp_path: Path) -> None:
    number = str(planned.wave_id)
    assert run("waves", "open", number).stdout == "Open. 89 persons are invited.\n"
    told = json.loads(run("tick", "--format", "json").stdout)
    assert (told["messages_sent"], told["messages_failed"]) == (0, 0), "letters that ask are counted nowhere"
    refused = run("waves", "open", number, status=1)
    assert refused.stderr == "Error: The wave is open: it cannot become open.\n"
    assert "it cannot become published" in run("waves", "publish", number, status=1).stderr
    with app.app_context():
        planned.answer_all(today=stockholm_date(utc_now()))
        db.session.remove()
        db.engine.dispose()
    assert run("waves", "close", number).stdout == "Closed.\n"
    out = tmp_path / "audit.json"
    assert run("waves", "audit", number, "--output", str(out)).stdout == "Passed.\n"
    assert {"units", "k", "k_distribution", "pieces", "published"} <= set(json.loads(out.read_text(encoding="utf-8")))
    checked = json.loads(run("readiness", "audit", str(out), "--format", "json").stdout)
    assert checked["passed"] is True
    assert run("waves", "publish", number).stdout == "Published.\n"
    assert "it cannot become closed" in run("waves", "close", number, status=1).stderr
    run("waves", "withdraw", number, status=1)  # nobody says yes
    assert run("waves", "withdraw", number, "--yes").stdout == "Withdrawn.\n"
    assert "it cannot become withdrawn" in run("waves", "withdraw", number, "--yes", status=1).stderr


def test_a_restore_without_answers_says_what_is_lost_and_how_to_go_on(
    app: Application, planned: Round, run: Run
) -> None:
    number = str(planned.wave_id)
    run("waves", "open", number)
    with app.app_context():
        given = planned.answer_all(today=stockholm_date(utc_now()))
        with unit_of_work():
            db.session.execute(delete(ResponseOpen))  # as a documented backup leaves it
        db.session.remove()
        db.engine.dispose()
    told = run("waves", "close", number, status=1).stderr
    assert f"{len(given)} answers that were given are not stored." in told
    assert f"`tbblearn waves withdraw {number}`" in told
    assert f"`tbblearn waves close {number} --lost {len(given)}`" in told
    assert run("waves", "close", number, "--lost", "1", status=1).stderr == told
    assert run("waves", "close", number, "--lost", str(len(given))).stdout == "Closed.\n"


def test_what_is_not_ready_is_told_in_a_sentence(app: Application, planned: Round, run: Run) -> None:
    number = str(planned.wave_id)
    assert run("waves", "open", "4711", status=1).stderr == "Error: There is no such wave.\n"
    leader = planned.holders[Role.PROCESS_LEADER]
    with app.app_context():
        with unit_of_work():
            take_adoption_back(planned.wave_id, planned.units["flen"], by=leader, now=utc_now())
        db.session.remove()
        db.engine.dispose()
    refused = run("waves", "open", number, status=1)
    assert refused.stderr == (
        "Error: The opening check has not been approved. A process leader does that on the wave's page.\n"
    )
    assert "Traceback" not in refused.stderr
    assert "it cannot become audited" in run("waves", "audit", number, status=1).stderr
