"""`tbblearn settings`: what the environment decides, and what is wrong with it."""

import json
import re
import sys

import click

from tbblearn.cli import FORMAT
from tbblearn.config import Read, look

HIDDEN = "********"


@click.command()
@FORMAT
def settings(kind: str) -> None:
    """Show every setting, where it comes from, and what is wrong with it. Exit code 1 where anything is.

    Passwords and the key are hidden. Nothing is made or changed, and the database is not asked.
    """
    found = look()
    if kind == "json":
        rows = [{"name": one.name, "value": shown(one), "source": one.source, "fault": one.fault} for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        width = max(len(one.name) for one in found)
        for one in found:
            click.echo(f"{one.name:<{width}}  {one.source:<11}  {'(wrong)' if one.fault else shown(one)}".rstrip())
        for one in found:
            if one.fault:
                click.echo(f"- {one.fault}", err=True)
    if any(one.fault for one in found):
        sys.exit(1)


def shown(one: Read) -> str | None:
    """The value as it is written in the environment, with secrets hidden."""
    if one.fault:
        return None
    if one.name == "TBBLEARN_SECRET_KEY":
        return HIDDEN if one.value else "(made at the first start)"
    if isinstance(one.value, bool):
        return str(int(one.value))
    text = str(one.value).replace("postgresql+psycopg:", "postgresql:")
    return re.sub(r"(?<=://)([^:/@]*):[^@]*@|(?<=[?&]password=)[^&]*", _hide, text)


def _hide(secret: re.Match[str]) -> str:
    return HIDDEN if secret[1] is None else f"{secret[1]}:{HIDDEN}@"
