"""Commands, as thin as views. Each group is loaded only when it is called, so that `--help` answers at once."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from tbblearn import __version__
from tbblearn.config import ConfigError

COMMANDS = {
    "admin": "tbblearn.cli.people:admin",
    "courses": "tbblearn.cli.courses:courses",
    "db": "tbblearn.cli.database:database",
    "demo": "tbblearn.cli.demo:demo",
    "link": "tbblearn.cli.people:link",
    "mail": "tbblearn.cli.mail:mail",
    "persons": "tbblearn.cli.listing:persons",
    "readiness": "tbblearn.cli.readiness:readiness",
    "report": "tbblearn.cli.report:report",
    "requirements": "tbblearn.cli.listing:requirements",
    "roles": "tbblearn.cli.roles:roles",
    "serve": "tbblearn.cli.serve:serve",
    "settings": "tbblearn.cli.settings:settings",
    "tick": "tbblearn.cli.tick:tick",
    "staff": "tbblearn.cli.staffing:staff",
    "units": "tbblearn.cli.staffing:units",
    "waves": "tbblearn.cli.waves:waves",
}

FORMAT = click.option(
    "--format", "kind", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """A line per row, with the columns below one another."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


@contextmanager
def for_an_operator() -> Iterator[None]:
    """What can be mended ends in one sentence, not in a traceback; files that are made are for their owner alone."""
    os.umask(0o077)
    try:
        yield
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    except BrokenPipeError:  # whoever reads our output has gone: Click's own business
        raise
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from error
    except Exception as error:
        from tbblearn.cli.faults import sentence_for  # SQLAlchemy is imported only where there is a fault

        if sentence := sentence_for(error):
            raise click.ClickException(sentence) from error
        raise


class LazyGroup(click.Group):
    """A group whose commands are imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        with for_an_operator():
            return super().invoke(ctx)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="tbblearn")
def main() -> None:
    """A county's staff training and readiness portal.

    Settings come from the environment: `tbblearn settings` shows them, docs/operations.md explains them. Try it with
    `tbblearn demo`.
    """
