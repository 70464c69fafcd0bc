"""`tbblearn waves`: the steps of a survey round, for a timer or an operator. The pages do the same."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tbblearn import create_app
from tbblearn.cli import FORMAT
from tbblearn.cli.listing import listed
from tbblearn.db import read_only, stockholm_date, unit_of_work, utc_now
from tbblearn.operations.listing import waves as all_waves
from tbblearn.surveys.waves import WaveError

SENTENCES = {
    "no_such_wave": "There is no such wave.",
    "wrong_state": "The wave is {state}: it cannot become {wanted}.",
    "check_first": "The opening check has not been approved. A process leader does that on the wave's page.",
    "not_adopted": "No huvudman has adopted the wave.",
    "nobody_invited": "Nobody is employed in the units that the wave reaches.",
    "too_few_invited": "Fewer than {least} persons would be invited: results would tell who took part.",
    "answers_lost": (
        "{lost} answers that were given are not stored. So it is after a backup was restored: backups leave out the "
        "answers of an open wave. What is lost cannot be had back, and nobody is asked twice. "
        "Withdraw the wave (`tbblearn waves withdraw {wave_id}`), or close it with what there is: "
        "`tbblearn waves close {wave_id} --lost {lost}`."
    ),
    "nothing_lost": "No answers are missing: close the wave without --lost.",
    "stray_answers": (
        "More answers are stored than persons have answered: somebody changed the database. The wave cannot be "
        "trusted; withdraw it (`tbblearn waves withdraw {wave_id}`)."
    ),
    "too_soon": "“{other}” asked {shared} of the same persons and closed on {closes_on}; waves lie {days} days apart.",
    "last_day_gone": "The last day of the wave was {closes_on}. A process leader can choose other days on its page.",
    "answers_gone": "The answers of the wave were wiped on {disposed_on}: nothing can be checked any more.",
    "not_cleaned": "What closing leaves on the disk is not wiped yet. Run `tbblearn tick`, then try again.",
}


@click.group()
def waves() -> None:
    """Survey rounds: list, open, close, audit, publish, withdraw.

    ID is the number in the address of the wave's page, and in the list.
    """


@waves.command("list")
@FORMAT
def list_waves(kind: str) -> None:
    """List the survey rounds, the newest first."""
    listed(all_waves, kind)


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what cannot be done into a sentence and exit code 1."""
    try:
        yield
    except WaveError as error:
        raise click.ClickException(SENTENCES.get(error.code, error.code).format(**error.values)) from error


@waves.command("open")
@click.argument("wave_id", metavar="ID", type=int)
def open_(wave_id: int) -> None:
    """Open a wave today: freeze the units, invite, queue the mail. Its opening check must have been approved."""
    from tbblearn.readiness.waves.opening import open_wave

    now = utc_now()
    with create_app().app_context(), _refusals():
        with unit_of_work():
            invited = open_wave(wave_id, by=None, now=now, today=stockholm_date(now))
        click.echo(f"Open. {invited} persons are invited.")


@waves.command()
@click.argument("wave_id", metavar="ID", type=int)
@click.option(
    "--lost",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Close though N answers are gone: exactly the number that closing without it says.",
)
def close(wave_id: int, lost: int) -> None:
    """Close an open wave: answers lose their unit, and what they leave on the disk is wiped.

    Refused where another number of answers is stored than persons have answered.
    """
    from tbblearn.readiness.waves.closing import close_wave
    from tbblearn.readiness.waves.timing import clean

    with create_app().app_context(), _refusals():
        with unit_of_work():
            close_wave(wave_id, by=None, now=utc_now(), lost=lost)
        wiped = clean()["waves_cleaned"]
        click.echo("Closed." if wiped else "Closed. Somebody was in the way of wiping; `tbblearn tick` does it.")


@waves.command()
@click.argument("wave_id", metavar="ID", type=int)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the file of `readiness audit`.")
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), default=120.0, show_default=True, metavar="S"
)
def audit(wave_id: int, output: Path | None, time_limit: float) -> None:
    """Run the privacy check of a closed wave. Exit code 1 unless it is passed.

    With --output the rows and the sizes of the pieces are written for `tbblearn readiness audit`. The file holds exact
    sizes: it is for whoever checks, not for passing on. What the check found is said here only; it is not stored.
    """
    from tbblearn.readiness.waves.checking import check, closed_wave, file_of, keep_check
    from tbblearn.surveys.waves import WrongState

    with create_app().app_context(), _refusals():
        with read_only():
            closed = closed_wave(wave_id)
        checked = check(closed, time_limit)
        if output is not None:
            output.write_text(json.dumps(file_of(closed, checked), ensure_ascii=False, indent=1), encoding="utf-8")
        passed = checked.report.passed
        try:
            with unit_of_work():
                keep_check(closed, checked, by=None, now=utc_now())
        except WrongState:  # published: only the file was wanted
            if output is None:
                raise
        click.echo("Passed." if passed else "Not passed.")
        name = {str(unit.id): unit.key for unit in closed.frozen.units.values()}
        for (unit, family), level in sorted(checked.fallen_back.items()):
            click.echo(f"- {name[unit]}, {family.value}: {level.name.lower()}", err=True)
        if not passed:
            for entry in [*checked.report.residuals, *checked.report.bounds]:
                click.echo(f"- {entry['unit']}, {entry['family']}: {entry['why']}", err=True)
            sys.exit(1)


@waves.command()
@click.argument("wave_id", metavar="ID", type=int)
def publish(wave_id: int) -> None:
    """Publish a wave that has passed the check: managers read at once, everyone who was invited some days later."""
    from tbblearn.readiness.waves.publishing import publish_wave
    from tbblearn.readiness.waves.timing import clean

    app = create_app()
    now, days = utc_now(), app.config["TBBLEARN"].managers_first_days
    with app.app_context(), _refusals():
        with unit_of_work():
            publish_wave(wave_id, by=None, now=now, today=stockholm_date(now), managers_first_days=days)
        clean()
        click.echo("Published.")


@waves.command()
@click.argument("wave_id", metavar="ID", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
def withdraw(wave_id: int, *, yes: bool) -> None:
    """Take a whole wave back. Answers and figures go at once; it can never be published again."""
    from tbblearn.readiness.waves.publishing import withdraw_wave
    from tbblearn.readiness.waves.timing import clean

    if not yes:
        click.confirm("All answers and figures of the wave go, for good. Withdraw it?", abort=True)
    with create_app().app_context(), _refusals():
        with unit_of_work():
            withdraw_wave(wave_id, by=None, now=utc_now())
        clean()
        click.echo("Withdrawn.")
