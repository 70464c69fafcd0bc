"""`tbblearn courses`: check the course files, and publish them."""

from pathlib import Path

import click

from tbblearn import create_app
from tbblearn.characters import visible
from tbblearn.cli import FORMAT
from tbblearn.cli.listing import listed
from tbblearn.cli.serve import holds_a_demo
from tbblearn.courses.checks.balance import Balance
from tbblearn.courses.checks.checking import Placeholders, Report, check
from tbblearn.courses.checks.overview import Overview
from tbblearn.courses.edition import Edition, make_edition
from tbblearn.courses.files.findings import Finding
from tbblearn.db import db, unit_of_work, utc_now
from tbblearn.operations.listing import courses as published_courses
from tbblearn.training.changes.publishing import Published, publish_edition
from tbblearn.tree import tree_folder


def _folder(_context: click.Context, _parameter: click.Parameter, given: Path | None) -> Path:
    """The given folder, or `courses` here, or else the one beside the package."""
    here = Path("courses")
    return given or (here if here.is_dir() else tree_folder("courses"))


FOLDER = click.argument(
    "folder",
    metavar="[DIR]",
    required=False,
    callback=_folder,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)


@click.group()
def courses() -> None:
    """Check the course files, and publish them."""


@courses.command("check")
@FOLDER
@click.option(
    "--production", is_flag=True, help="Count every placeholder that is neither filled nor waived as a fault."
)
def check_command(folder: Path, production: bool) -> None:
    """Name every fault of the courses in DIR (default: courses).

    Faults are printed as FILE:LINE: what is wrong, and how to mend it. Notes are advice. The exit code is 1 if there
    is any fault, else 0.
    """
    report = check(folder, Placeholders.FAULTS if production else Placeholders.NOTES)
    _print_findings(report.faults + report.notes)
    for slug, balance in report.balances.items():
        _print_balance(slug, balance)
        _print_overview(slug, report.overviews[slug])
    click.echo(REVIEWED)
    click.echo(_summary(report))
    if report.faults:
        raise SystemExit(1)


@courses.command("list")
@FORMAT
def list_command(kind: str) -> None:
    """List the published courses, by their newest version."""
    listed(published_courses, kind)


@courses.command("publish")
@FOLDER
@click.option(
    "--allow-placeholders", is_flag=True, help="Publish with placeholders shown; blocking ones in a demo database only."
)
def publish_command(folder: Path, allow_placeholders: bool) -> None:
    """Publish every course in DIR (default: courses) that differs from its newest version.

    The effects on those who have taken the course follow at once and are printed: answers that a corrected key makes
    right, who is asked to read what is new, who has to renew. All or nothing: with any fault nothing is published,
    every fault is named and the exit code is 1. A placeholder that is neither filled nor waived is a fault unless
    --allow-placeholders is given, and one that is blocking (the law is at stake) is one even then.
    """
    allowed = Placeholders.FAULTS
    if allow_placeholders:
        allowed = Placeholders.NOTES if holds_a_demo() else Placeholders.BLOCKING_ARE_FAULTS
    report = check(folder, allowed)
    if report.faults:
        _print_findings(report.faults)
        click.echo(f"Nothing is published: {_counted(len(report.faults), 'fault')}.")
        raise SystemExit(1)
    editions = [make_edition(files, report.courses) for files in report.courses.values()]
    for published in _publish_all(editions):
        click.echo(_report(published))


def _publish_all(editions: list[Edition]) -> list[Published]:
    """Publish all editions in one unit of work, and leave no connection open."""
    with create_app().app_context():
        try:
            with unit_of_work():
                return [publish_edition(edition, now=utc_now()) for edition in editions]
        finally:
            db.session.remove()
            db.engine.dispose()


def _report(published: Published) -> str:
    publication, touched = published.publication, published.effects
    name = f"{publication.slug}, version {publication.number}"
    if not publication.is_new:
        return f"{name}: already published, these very files ({publication.sha256[:12]})."
    report = f"{name}: published ({publication.sha256[:12]}), {publication.change_class} change"
    if publication.placeholders:
        report += f", {_counted(publication.placeholders, 'placeholder')} shown"
    if not publication.is_described:
        report += "; course.yaml lists no new change, so it counts as editorial"
    if touched.keys:
        report += (
            f"; {_counted(len(touched.keys), 'corrected key')}: {_counted(touched.answers, 'answer')} become right, "
            f"{_counted(touched.persons_passing, 'person')} pass, nobody fails"
        )
    if touched.to_read:
        report += f"; {_counted(len(touched.to_read), 'person')} asked to read what is new"
    if touched.to_renew:
        report += f"; {_counted(len(touched.to_renew), 'person')} to renew by {touched.renew_by}"
    return f"{report}."


def _print_findings(findings: list[Finding]) -> None:
    for finding in findings:
        click.echo(visible(str(finding)))


def _print_balance(slug: str, balance: Balance) -> None:
    for language, lengths in balance.lengths.items():
        share = f"{lengths.longest} of {lengths.compared}"
        percent = f" ({100 * lengths.longest / lengths.compared:.0f}%)" if lengths.compared else ""
        click.echo(
            f"{slug}, {language}: right choices {lengths.key:.0f} characters, wrong ones {lengths.wrong:.0f}"
            f" ({lengths.difference:+.0%}); the right one is the longest in {share}{percent}"
        )
    per_goal = ", ".join(f"{goal}: {count}" for goal, count in balance.questions_per_goal.items())
    practice = sum(balance.practice_per_goal.values())
    total = sum(balance.questions_per_goal.values())
    quiz = f"{_counted(total, 'quiz question')} ({per_goal or 'no goals'})"
    click.echo(f"{slug}: {quiz}, {_counted(practice, 'practice question')}")


REVIEWED = (
    "To be read by a person: no question makes a sign that has lasted long the wrong answer, and two who work for "
    "different huvudmän choose the same answers."
)


def _print_overview(slug: str, found: Overview) -> None:
    sections = ", ".join(f"{place} ({count})" if count > 1 else place for place, count in found.placeholders.items())
    placeholders = _counted(sum(found.placeholders.values()), "open placeholder")
    click.echo(f"{slug}: {placeholders}{f': {sections}' if sections else ''}")
    unsourced = _counted(len(found.unsourced), "quiz question")
    named = f": {', '.join(found.unsourced)}" if found.has_sources and found.unsourced else ""
    click.echo(f"{slug}: {unsourced} without a source that may grade{named}")
    due = ", ".join(f"{source} ({day})" for source, day in found.due.items())
    click.echo(f"{slug}: {_counted(len(found.due), 'source')} to be read again{f': {due}' if due else ''}")
    about = ", ".join(f"{thing} {told.quiz}+{told.practice}" for thing, told in found.about.items())
    click.echo(f"{slug}: about (quiz+practice): {about}; untold {found.untold.quiz}+{found.untold.practice}")


def _summary(report: Report) -> str:
    counts = ((len(report.courses), "course"), (len(report.faults), "fault"), (len(report.notes), "note"))
    return ", ".join(_counted(count, word) for count, word in counts)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


if __name__ == "__main__":
    courses()
