"""Where courses, migrations and translations lie: beside the package, or inside a wheel that brought them along."""

import re
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent


class MissingFolder(Exception):
    """A folder that tbblearn needs is neither beside the package nor in the wheel."""


def tree_folder(name: str) -> Path:
    """The folder `courses`, `migrations` or `translations`; raises MissingFolder where there is none."""
    for folder in (PACKAGE.parent / name, PACKAGE / "_tree" / name):
        if folder.is_dir():
            return folder
    raise MissingFolder(
        f"the folder {name}/ is missing: run tbblearn from its source tree, or install a wheel built from it"
    )


@cache
def migration_head() -> str:
    """Id of the newest migration, read from the files so that starting needs no Alembic."""
    ids, followed = set(), set()
    for file in (tree_folder("migrations") / "versions").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        found = re.search(r'^revision(?:: str)? = "(\w+)"', text, re.M)
        before = re.search(r'^down_revision(?:: [^=]+)? = "(\w+)"', text, re.M)
        if found:
            ids.add(found[1])
        if before:
            followed.add(before[1])
    heads = ids - followed
    return heads.pop() if len(heads) == 1 else ""
