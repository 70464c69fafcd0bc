"""`tbblearn readiness`: figures from files, and the privacy check of published rows. No database, no web."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import isnan
from pathlib import Path
from typing import Any, NoReturn

import click

from tbblearn.characters import unseen, visible

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MOST_FAULTS = 20


@click.group()
def readiness() -> None:
    """Readiness for change: from answers to figures, and from figures to a privacy check.

    Both commands read files and write to standard output; neither touches a database.
    """


@readiness.command()
@click.argument("responses", type=EXISTING_FILE)
@click.option("--units", required=True, type=EXISTING_FILE, help="The units: unit,parent,name.")
@click.option("--instrument", default="oric", show_default=True, help="Which questionnaire was answered.")
@click.option("--k", type=click.IntRange(min=1), default=5, show_default=True, help="Least answers behind a mean.")
@click.option(
    "--k-distribution",
    type=click.IntRange(min=1),
    default=None,
    help="Least answers behind a distribution, never below k.  [default: 10, or k if that is more]",
)
@click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to answer."
)
def score(responses: Path, units: Path, instrument: str, k: int, k_distribution: int | None, output: str) -> None:
    """Figures from RESPONSES, a file with one answered questionnaire a row.

    \b
    RESPONSES  comma-separated UTF-8; the first row is exactly
                 unit,oric1,oric2,oric3,oric4,oric5,oric6,oric7,oric8,oric9,oric10,oric11,oric12
               oric1 ... oric12 are the statements in printed order; write 1 (disagree) to
               5 (agree), and leave a cell empty where the statement was not answered.
    UNITS      comma-separated UTF-8; the first row is exactly
                 unit,parent,name
               parent is the unit directly above; the topmost unit, and no other, has an empty one.

    Units are the same where they look the same. A line break within quotation marks, or one of Word's, is part
    of its cell and makes no row. Empty columns to the right are passed over.

    A worked example. Two files:

    \b
      units.csv                responses.csv
        unit,parent,name         unit,oric1,oric2,oric3,oric4,oric5,oric6,oric7,...
        county,,The county       north,4,4,3,5,4,4,3,4,4,5,4,3
        north,county,North       north,2,3,3,3,2,4,3,2,3,3,3,2
        south,county,South       south,5,4,4,4,5,5,4,4,,4,5,4

    \b
      tbblearn readiness score responses.csv --units units.csv
      tbblearn readiness score responses.csv --units units.csv --format json > figures.json

    What the figures mean: a unit's figure is over the unit and all units below it. A unit with fewer than k
    answers has no figure; its answers count in the nearest unit above that gets together k, so that no
    subtraction of figures singles out fewer than k persons. A scale's mean is the mean of the persons'
    means, 1 to 5. Only complete responses count; the others are counted as incomplete. A distribution gives
    per statement the whole percentages that answered 1-2, 3 and 4-5, and agreement per scale: agree
    (AD_M below .70), mixed (to .95) or divided. Overall, over all complete answers: mean, Cronbach's alpha with Feldt's
    95 % interval, McDonald's omega, and ICC(1) and ICC(2) between the groups that got together k.
    A figure without a defined value is null (in the table: -).

    This is not a publication. The figures are exact, for whoever may hold the files: means of small groups with
    decimals can give single answers away. And never pass on the results of two different k on one file: their
    difference can be a group below k.

    Ends with 0; with 1 where a file has faults, each named by row and column (the header is row 1).
    """  # noqa: D301 (Click wants the character itself)
    from tbblearn.readiness.figures.files import FaultyFile, read_responses, read_units
    from tbblearn.readiness.figures.score_report import score_report
    from tbblearn.readiness.figures.scoring import Scorer
    from tbblearn.surveys.instruments import instrument as find_instrument
    from tbblearn.surveys.rules import UnknownInstrument

    if k_distribution is None:
        k_distribution = max(10, k)
    if k_distribution < k:
        raise click.ClickException(f"--k-distribution is {k_distribution}, below --k {k}. Raise it to at least {k}.")
    try:
        scorer = Scorer(find_instrument(instrument))
        tree = read_units(units)
        with _progress(_rows_of(responses), "Reading answers") as bar:
            read = read_responses(responses, scorer, tree, bar.update)
    except UnknownInstrument as error:
        raise click.ClickException(str(error)) from error
    except FaultyFile as error:
        _refuse([str(fault) for fault in error.faults])
    report = score_report(scorer, tree, read.complete, read.incomplete, k, k_distribution)
    click.echo(_as_json(report) if output == "json" else _score_table(report))


def _progress(length: int, label: str) -> Any:
    """A progress bar on standard error, where that is a terminal."""
    screen = sys.stderr
    return click.progressbar(length=length, label=label, file=screen, hidden=not screen.isatty())


def _rows_of(path: Path) -> int:
    with path.open("rb") as lines:
        return sum(1 for _ in lines)


def _refuse(sentences: list[str], code: int = 1) -> NoReturn:
    for sentence in sentences[:MOST_FAULTS]:
        click.echo(visible(sentence), err=True)
    if len(sentences) > MOST_FAULTS:
        click.echo(f"... and {len(sentences) - MOST_FAULTS} more. Mend these and run again.", err=True)
    raise SystemExit(code)


def _as_json(answer: dict[str, Any]) -> str:
    """The answer as JSON; in ASCII where a file brought characters that a terminal would obey."""
    found = json.dumps(answer, ensure_ascii=False, indent=2)
    return json.dumps(answer, indent=2) if unseen(found.replace("\n", "")) else found


def _score_table(report: dict[str, Any]) -> str:
    """The report for reading: overall figures, then a line per unit."""

    def shown(value: Any) -> str:
        return "-" if value is None else str(value)

    scales = list(report["overall"])
    lines = [
        f"{report['instrument']}: {report['complete']} complete responses, {report['incomplete']} incomplete; "
        f"k = {report['k']}, for distributions {report['k_distribution']}",
        "",
        f"{'overall':<14}{'mean':>8}{'alpha':>8}{'  95 % interval':<19}{'omega':>8}{'ICC(1)':>11}{'ICC(2)':>11}",
    ]
    for scale in scales:
        found = report["overall"][scale]
        interval = "  " + (" to ".join(map(str, found["alpha_ci95"])) if found["alpha_ci95"] else "-")
        lines.append(
            f"{scale:<14}{shown(found['mean']):>8}{shown(found['alpha']):>8}{interval:<19}"
            f"{shown(found['omega']):>8}{shown(found['icc1']):>11}{shown(found['icc2']):>11}"
        )
    width = max([len(unit["unit"]) for unit in report["units"]] + [4]) + 2
    columns = max([len(scale) for scale in scales] + [7]) + 2
    header = "".join(f"{scale:>{columns}}" for scale in scales)
    lines += ["", f"{'unit':<{width}}{'n':>6}{header}  agreement ({', '.join(scales)})"]
    for unit in report["units"]:
        if not unit["published"]:
            lines.append(
                f"{unit['unit']:<{width}}{'-':>6}{'':{columns * len(scales)}}  fewer than {report['k']} answers"
            )
            continue
        means = "".join(f"{shown(unit['scales'][scale]['mean']):>{columns}}" for scale in scales)
        spread = unit["distribution"]
        words = ", ".join(shown(spread["agreement"][scale]) for scale in scales) if spread else "-"
        lines.append(f"{unit['unit']:<{width}}{unit['n']:>6}{means}  {words}")
    lines += [
        "",
        "Shares per statement: --format json. Exact figures, for the holder of the files; not for publication.",
    ]
    return "\n".join(visible(line) for line in lines)


def _seconds(_context: click.Context, _parameter: click.Parameter, seconds: float) -> float:
    if isnan(seconds):  # no comparison holds, so no time would ever be up
        raise click.BadParameter("nan is not a number of seconds.")
    return seconds


@readiness.command()
@click.argument("file", type=EXISTING_FILE)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    callback=_seconds,
    default=60.0,
    show_default=True,
    metavar="S",
    help="Seconds; being cut off is a failed audit.",
)
@click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to answer."
)
def audit(file: Path, time_limit: float, output: str) -> None:
    """Privacy check of FILE: can anything about a small group be worked out from these published figures?

    `tbblearn waves audit ID --output FILE` writes such a file. It is one JSON object:

    \b
      {"units": [{"unit": "county", "parent": null}, {"unit": "north", "parent": "county"}],
       "k": 5, "k_distribution": 10,
       "pieces": [{"unit": "north", "family": "means", "n": 12},
                  {"unit": "north", "family": "distributions", "n": 12}],
       "published": [
         {"unit": "north", "family": "means", "measure": "n", "kind": "at_least", "value": "10"},
         {"unit": "north", "family": "means", "measure": "mean", "scale": "commitment",
          "kind": "one_decimal", "value": "3.4"},
         {"unit": "north", "family": "distributions", "measure": "share", "scale": "commitment",
          "item": "C1", "part": "high", "kind": "band", "value": "61-79"}]}

    Every unit has a parent; that of the topmost one, and only of that, is null. Keys that are not known, not
    there, or written twice are faults. Optional: "instrument", by default the only one there is, oric;
    "invited", how many persons count directly in each unit, which makes who took part a matter of the
    check, with "margin" (2) and "rates". With them the file tells its holder everything: keep it to yourself.

    A piece is a group of answers that are only ever counted together; n is how many. A figure is a unit's
    piece and all pieces below it. All rows and values: docs/readiness-method.md.

    The check takes the reader to know every n exactly and to subtract and combine all figures. It looks for

    \b
      residuals  what is left of a figure when those below it are taken away is 0 or at
                 least k (k_distribution for distributions)
      bounds     no row is finer than its n allows; no piece has an answer part (1-2, 3 or
                 4-5) that surely holds all of its answers, or all but one; no piece has
                 members who surely all lie above, or all below, 3 on a scale
                 With "invited": every size, kind and limit follows from printed sizes, and
                 nobody can be sure whether another person took part
      withheld   where a bound is closed: the figures to make coarser, or not to show

    With --format json the answer is {"passed", "residuals", "bounds", "withheld", "timed_out"}.

    Ends with 0 where the check is passed, with 1 where it is not, and with 2 for a file that cannot be used:
    each fault is a sentence with its place, such as units[3].parent (the first unit is units[0]).
    """  # noqa: D301
    from tbblearn.readiness.audit.check import audit as check
    from tbblearn.readiness.audit.reading import FaultyAuditFile, load_audit_file

    try:
        checked = load_audit_file(file)
    except FaultyAuditFile as error:
        _refuse([f"{file.name}: {sentence}" for sentence in error.sentences], code=2)
    with _progress(5, "Checking") as bar, _solver_messages_to_stderr():
        report = check(checked, time_limit, lambda step: bar.update(0 if step.startswith("search") else 1))
    answer = report.as_json()
    click.echo(_as_json(answer) if output == "json" else _audit_text(answer))
    if checked.invited is None:
        click.echo("Who took part was not checked: the file has no “invited”.", err=True)
    if not report.passed:
        raise SystemExit(1)


@contextmanager
def _solver_messages_to_stderr() -> Iterator[None]:
    """Keep the answer alone on standard output: HiGHS now and then writes a line there, past Python."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _audit_text(answer: dict[str, Any]) -> str:
    lines = ["Passed." if answer["passed"] else "Not passed."]
    if answer["timed_out"]:
        lines.append("The time limit was reached before everything was known. Give more time with --time-limit.")
    for entry in [*answer["residuals"], *answer["bounds"]]:
        of = entry.get("item") or entry.get("scale")
        lines.append(f"- {entry['unit']}, {entry['family']}{f', {of}' if of else ''}: {entry['why']}")
    for entry in answer["withheld"]:
        step = "Make coarser" if entry["to"] == "coarser" else "Do not show"
        lines.append(f"{step}: {entry['family']} of {entry['unit']}. {entry['why']}")
    return "\n".join(visible(line) for line in lines)
